package dev.steppe.optim.sam;

import dev.steppe.core.Tensor;
import dev.steppe.optim.*;

/**
 * Optimistic lookahead SAM (Yu, Zhang, Kwok, "Improving sharpness-aware minimization by lookahead", ICML 2024): {@link EgSam} with the last perturbed gradient
 * {@code p} in the place of g for the lookahead. {@code e = rho g / (|g| + epsilon) - eta p}; the base optimizer gets {@code p <- g(w + e)}; the first step has
 * {@code p = g}. 2 passes, 1 vector.
 *
 * <p>{@code eta} is a multiple of the scheduled learning rate. {@code lookahead = 0} is SAM. Confidence low: the exact place of the gradient in the lookahead
 * and its first value are uncertain; there is no official code.
 *
 * @param rho radius of the ball, at least 0
 * @param lookahead eta in units of the learning rate, at least 0
 * @param epsilon guard of the norm, at least 0
 */
@Card(
        name = "optsam",
        title = "Optimistic sharpness-aware minimization",
        paper = "Yu, Zhang, Kwok, Improving sharpness-aware minimization by lookahead, ICML 2024, no arXiv number",
        formula = "e = rho g / |g| - eta p; p = g(w + e); w = base(w, p), eta the learning rate",
        points = 4,
        memory = 1,
        confidence = Confidence.LOW,
        note = "the exact place of the gradient in the lookahead and its first value are uncertain; no official code")
public record OptSam(
        @Origin("none published; SAM's, arXiv 2010.01412, section 3.1") double rho,
        @Origin("Yu, Zhang, Kwok, ICML 2024: the learning rate in all runs") double lookahead,
        @Origin("SAM's") double epsilon) implements SamVariant {
    /** @throws OptionException if a number is out of its range */
    public OptSam {
        OptionException.check(OptSam.class, rho, lookahead, epsilon);
    }

    /** Radius 0.05, eta the learning rate. */
    public static OptSam defaults() {
        return new OptSam(0.05, 1, 1e-12);
    }

    @Override
    public Perturbation perturbation(SamStep step) {
        Tensor g = step.gradient().vector();
        Tensor last = step.memory("perturbed");
        return step.sum(step.ball(g, rho, epsilon), step.along(-lookahead * step.learningRate(), last == null ? g : last));
    }

    @Override
    public Tensor gradient(SamStep step) {
        Tensor g1 = step.gradientAt(perturbation(step)).vector();
        step.remember("perturbed", g1);
        return g1;
    }
}
