package dev.steppe.optim.sam;

import dev.steppe.core.Tensor;
import dev.steppe.optim.*;

/**
 * AE-SAM (Jiang, Yang, Zhang, Kwok, ICLR 2023, arXiv 2304.14647): SAM only where the gradient is long, as seen against its running mean and variance. With
 * {@code q = |g|^2}, {@code mu = delta mu + (1 - delta) q}, {@code var = delta var + (1 - delta) (q - mu)^2}, a step is one of {@linkplain Sam SAM} if
 * {@code q >= mu + c sqrt(var)}, and plain otherwise; {@code c = (t / T) lambda1 + (1 - t / T) lambda2} over the T steps of the schedule. At the start mu is q
 * and var is 0, so the first step is one of SAM. Confidence: medium (constants and initial state).
 *
 * <p>Needs {@link dev.steppe.optim.Options#totalSteps}, unless both thresholds are equal.
 *
 * @param ascent what the steps do that pass the gate
 * @param delta of the running mean and variance, in [0, 1)
 * @param lambda1 threshold at the end of the run, in standard deviations; may be infinite
 * @param lambda2 threshold at its start
 */
@Card(
        name = "aesam",
        title = "Adaptive policy to employ SAM",
        paper = "Jiang, Yang, Zhang, Kwok, ICLR 2023, arXiv 2304.14647",
        formula = "SAM if |g|^2 >= mean + c sqrt(variance), with c from lambda2 to lambda1; else w = base(w, g)",
        atMost = true,
        confidence = Confidence.MEDIUM,
        note = "constants and initial state from memory")
public record AeSam(
        @Origin("arXiv 2304.14647, section 4: SAM") SamVariant ascent,
        @Origin("arXiv 2304.14647, section 4") @Range("[0, 1)") double delta,
        @Origin("arXiv 2304.14647, section 4") @Range("[-inf, inf]") double lambda1,
        @Origin("arXiv 2304.14647, section 4") @Range("[-inf, inf]") double lambda2) implements Containing {
    /** @throws OptionException if a number is out of its range */
    public AeSam {
        OptionException.check(AeSam.class, ascent, delta, lambda1, lambda2);
        Outlier.check("aesam", lambda1, lambda2);
    }

    /** Radius 0.05, delta 0.9, from one standard deviation above the mean to one below it: about half of the steps. */
    public static AeSam defaults() {
        return new AeSam(Sam.defaults(), 0.9, -1, 1);
    }

    @Override
    public Perturbation perturbation(SamStep step) {
        return Outlier.is(step, delta, lambda1, lambda2) ? ascent.perturbation(step.nested("ascent")) : Perturbation.NONE;
    }

    @Override
    public Tensor gradient(SamStep step) {
        if (Outlier.is(step, delta, lambda1, lambda2)) { return ascent.gradient(step.nested("ascent")); }
        observe(step);
        return step.gradient().vector();
    }
}
