package dev.steppe.optim.sam;

import dev.steppe.core.Batch;
import dev.steppe.core.Tensor;
import dev.steppe.optim.*;

/**
 * AUSAM (Deng, Pang, Zhang, AAAI 2025, arXiv 2406.08001; ajiaaa/AUSAM): SAM on a part of each batch, drawn without replacement, and more often those examples whose loss the
 * perturbation changes most. For each example of the data set (by its stable id) the mean m of {@code |l(w + e) - l(w)|} is kept; within the batch the means are
 * rescaled to [fmin, fmax], and these are the chances. Both gradients are taken on the drawn examples, without importance weights. A batch with an example that
 * was never measured is used whole, which is the official code's first epoch. fmax rises from fmin over the first part of the run.
 *
 * <p>Confidence: high for the rule (official code read; no reference trajectory).
 *
 * <p>Needs {@link dev.steppe.optim.Options#totalSteps}, unless {@code ramp} is 0.
 *
 * @param rho radius of the ball, at least 0
 * @param alpha part of the batch that is drawn, in (0, 1]; at least one example
 * @param fmin chance of the example that changes least, greater than 0
 * @param fmax chance of the one that changes most, at least fmin
 * @param ramp part of the run over which fmax rises from fmin, in [0, 1]
 * @param draw how examples are drawn by their chances
 * @param epsilon guard of the norm, at least 0
 */
@Card(
        name = "ausam",
        title = "Asymptotic unbiased sampling SAM",
        paper = "Deng, Pang, Zhang, AAAI 2025, arXiv 2406.08001",
        formula = "S = a part of the batch, by chances that follow the mean of |l(w + e) - l(w)|; e = rho g_S / |g_S|; w = base(w, g_S(w + e))",
        forwards = 2,
        backwards = 2,
        atMost = true,
        confidence = Confidence.HIGH,
        note = "1 pass once all examples were seen; official code read; no reference trajectory")
public record Ausam(
        @Origin("ajiaaa/AUSAM, train.py") double rho,
        @Origin("ajiaaa/AUSAM, train.py") @Range(value = "(0, 1]", of = "a part of the batch") double alpha,
        @Origin("ajiaaa/AUSAM, train.py") @Range("(0, inf)") double fmin,
        @Origin("ajiaaa/AUSAM, train.py") @Range("(0, inf)") double fmax,
        @Origin("ajiaaa/AUSAM, train.py: 30 of 200 epochs") @Range(value = "[0, 1]", of = "a part of the run") double ramp,
        @Origin("ajiaaa/AUSAM: without replacement, proportional to the chances") Draw draw,
        @Origin("ajiaaa/AUSAM, sam/ausam.py") double epsilon) implements SamVariant {
    /** @throws OptionException if a number is out of its range */
    public Ausam {
        OptionException.check(Ausam.class, rho, alpha, fmin, fmax, ramp, draw, epsilon);
        OptionException.require(fmax >= fmin, "ausam", "fmax", fmax, "at least fmin");
    }

    /** Radius 0.1, half the batch, chances from 0.1 to 0.5. */
    public static Ausam defaults() {
        return new Ausam(0.1, 0.5, 0.1, 0.5, 0.15, Draw.Weighted.defaults(), 1e-12);
    }

    @Override
    public Perturbation perturbation(SamStep step) {
        return step.ball(step.gradientAt(Perturbation.NONE, drawn(step)).vector(), rho, epsilon);
    }

    @Override
    public Tensor gradient(SamStep step) {
        Batch drawn = drawn(step);
        Gradient g = step.gradientAt(Perturbation.NONE, drawn);
        Gradient up = step.gradientAt(step.ball(g.vector(), rho, epsilon), drawn);
        new LossChanges(step).remember(drawn.ids(), g.losses(), up.losses());
        step.report("examples", drawn.size());
        return up.vector();
    }

    private Batch drawn(SamStep step) {
        Batch batch = step.batch();
        int k = Math.max(1, (int) (alpha * batch.size()));
        LossChanges changes = new LossChanges(step);
        double top = ramp == 0 ? fmax : fmin + Math.min(1, step.progress() / ramp) * (fmax - fmin);
        if (k == batch.size() || !changes.know(batch.ids())) { return batch; }
        return batch.select(draw.rows(step, changes.chances(batch.ids(), fmin, top), k));
    }
}
