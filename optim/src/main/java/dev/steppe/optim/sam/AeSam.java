package dev.steppe.optim.sam;

import dev.steppe.core.Tensor;
import dev.steppe.optim.Card;
import dev.steppe.optim.Confidence;
import dev.steppe.optim.OptionException;
import dev.steppe.optim.Origin;
import dev.steppe.optim.Perturbation;
import dev.steppe.optim.SamStep;
import dev.steppe.optim.SamVariant;

/**
 * AE-SAM (Jiang, Yang, Zhang, Kwok, ICLR 2023, arXiv 2304.14647): SAM only where the gradient is long, as seen against its running mean and variance. With
 * {@code q = |g|^2}, {@code mu = delta mu + (1 - delta) q}, {@code var = delta var + (1 - delta) (q - mu)^2}, a step is one of {@linkplain Sam SAM} if
 * {@code q >= mu + c sqrt(var)}, and plain otherwise; {@code c = (t / T) lambda1 + (1 - t / T) lambda2} over the T steps of the schedule. At the start mu is q
 * and var is 0, so the first step is one of SAM. Confidence: medium (constants and initial state).
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
        @Origin("arXiv 2304.14647, section 4") double delta,
        @Origin("arXiv 2304.14647, section 4") double lambda1,
        @Origin("arXiv 2304.14647, section 4") double lambda2) implements SamVariant {
    /** @throws OptionException if a number is out of its range */
    public AeSam {
        OptionException.require(ascent != null, "aesam", "ascent", ascent, "given");
        Outlier.require("aesam", delta, lambda1, lambda2);
    }

    /** Radius 0.05, delta 0.9, from one standard deviation above the mean to one below it: about half of the steps. */
    public static AeSam defaults() {
        return new AeSam(Sam.defaults(), 0.9, -1, 1);
    }

    /** This variant with another one than SAM in the steps that pass the gate. */
    public AeSam ascent(SamVariant ascent) {
        return new AeSam(ascent, delta, lambda1, lambda2);
    }

    /** This variant with other thresholds, at the end and at the start of the run. */
    public AeSam thresholds(double lambda1, double lambda2) {
        return new AeSam(ascent, delta, lambda1, lambda2);
    }

    @Override
    public Perturbation perturbation(SamStep step) {
        return Outlier.is(step, delta, lambda1, lambda2) ? ascent.perturbation(step.nested("ascent")) : Perturbation.NONE;
    }

    @Override
    public Tensor gradient(SamStep step) {
        if (Outlier.is(step, delta, lambda1, lambda2)) { return ascent.gradient(step.nested("ascent")); }
        ascent.observe(step.nested("ascent"));
        return step.gradient().vector();
    }
}
