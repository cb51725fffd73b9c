package dev.steppe.optim.sam;

import dev.steppe.optim.*;

/**
 * Extragradient SAM, also called Lookahead-SAM (Yu, Zhang, Kwok, "Improving sharpness-aware minimization by lookahead", ICML 2024): the perturbed place is taken
 * from where a descent step would lead. {@code e = (rho / (|g| + epsilon) - eta) g}; the base optimizer gets {@code g(w + e)}. 2 passes, no state. Not the
 * lookahead of slow and fast weights.
 *
 * <p>{@code eta} is a multiple of the scheduled learning rate; the authors use the learning rate itself in all runs. {@code lookahead = 0} is SAM. Confidence
 * medium: formula known, details or constants from memory or abstract; there is no official code.
 *
 * @param rho radius of the ball, at least 0
 * @param lookahead eta in units of the learning rate, at least 0
 * @param epsilon guard of the norm, at least 0
 */
@Card(
        name = "egsam",
        title = "Extragradient sharpness-aware minimization (Lookahead-SAM)",
        paper = "Yu, Zhang, Kwok, Improving sharpness-aware minimization by lookahead, ICML 2024, no arXiv number",
        formula = "e = (rho / |g| - eta) g; w = base(w, g(w + e)), eta the learning rate",
        confidence = Confidence.MEDIUM,
        note = "formula known, details or constants from memory or abstract; no official code")
public record EgSam(
        @Origin("none published; SAM's, arXiv 2010.01412, section 3.1") double rho,
        @Origin("Yu, Zhang, Kwok, ICML 2024: the learning rate in all runs") double lookahead,
        @Origin("Yu, Zhang, Kwok, ICML 2024: none") double epsilon) implements SamVariant {
    /** @throws OptionException if a number is out of its range */
    public EgSam {
        OptionException.check(EgSam.class, rho, lookahead, epsilon);
    }

    /** Radius 0.05, eta the learning rate. */
    public static EgSam defaults() {
        return new EgSam(0.05, 1, 0);
    }

    @Override
    public Perturbation perturbation(SamStep step) {
        Gradient g = step.gradient();
        double ascent = g.norm() == 0 ? 0 : rho / (g.norm() + epsilon);
        return step.along(ascent - lookahead * step.learningRate(), g.vector());
    }
}
