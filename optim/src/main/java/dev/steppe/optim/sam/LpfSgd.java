package dev.steppe.optim.sam;

import dev.steppe.core.Tensor;
import dev.steppe.optim.*;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * LPF-SGD (Bisla, Wang, Choromanska, AISTATS 2022, arXiv 2201.08025; devansh20la/LPF-SGD): the loss behind a low-pass filter. The batch is cut into M parts, each
 * with noise of its own, in units of the filters as in {@linkplain Rwp RWP}: {@code g = 1/M sum g_i(w + z_i)}, with
 * {@code std_t = std (1 + (increase - 1) (1 - cos(pi t / T)) / 2)} over the T steps of the schedule. One gradient per step.
 *
 * <p>Needs {@link dev.steppe.optim.Options#totalSteps}, unless {@code increase} is 1.
 *
 * @param std noise at the start, at least 0; 0: the base optimizer alone
 * @param increase by what the noise is multiplied at the end, at least 0
 * @param parts M, at least 1; the last one may be smaller
 * @param noise where the numbers come from
 */
@Card(
        name = "lpfsgd",
        title = "Low-pass filtered SGD",
        paper = "Bisla, Wang, Choromanska, AISTATS 2022, arXiv 2201.08025",
        formula = "z_f = std_t |w_f| normal for each filter f; w = base(w, mean of g_i(w + z_i) over the parts i of the batch)",
        forwards = 1,
        backwards = 1,
        confidence = Confidence.HIGH,
        note = "official code read; trajectory of this form")
public record LpfSgd(
        @Origin("devansh20la/LPF-SGD: from 2e-4 to 2e-3") double std,
        @Origin("devansh20la/LPF-SGD: 7 or 15") double increase,
        @Origin("devansh20la/LPF-SGD") @Range("[1, inf)") int parts,
        @Origin("devansh20la/LPF-SGD: normal") Noise noise) implements SamVariant {
    /** @throws OptionException if a number is out of its range */
    public LpfSgd {
        OptionException.check(LpfSgd.class, std, increase, parts, noise);
    }

    /** From 0.0005 to 15 times as much, one part, normal noise. */
    public static LpfSgd defaults() {
        return new LpfSgd(5e-4, 15, 1, Noise.Normal.defaults());
    }

    @Override
    public Perturbation perturbation(SamStep step) {
        return perturbation(step, 0);
    }

    private Perturbation perturbation(SamStep step, int draw) {
        double more = increase == 1 ? 0 : (increase - 1) * (1 - Math.cos(Math.PI * step.progress())) / 2;
        double sigma = std * (1 + more);
        return step.along(1, FilterNoise.scale(step, sigma, noise.draw(step, draw)));
    }

    @Override
    public Tensor gradient(SamStep step) {
        AtomicInteger draw = new AtomicInteger();
        return step.mean(Math.ceilDiv(step.batch().size(), parts),
                part -> part.gradientAt(perturbation(part, draw.getAndIncrement())).vector());
    }
}
