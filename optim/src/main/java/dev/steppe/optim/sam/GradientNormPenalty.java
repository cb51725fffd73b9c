package dev.steppe.optim.sam;

import dev.steppe.core.Tensor;
import dev.steppe.optim.OptionException;
import dev.steppe.optim.Origin;
import dev.steppe.optim.Perturbation;
import dev.steppe.optim.SamStep;
import dev.steppe.optim.SamVariant;

/**
 * Gradient norm penalty (Zhao, Zhang, Hu, ICML 2022, arXiv 2202.03599): minimises {@code L + lambda |g|} with {@code lambda = alpha rho}, its gradient by a
 * finite difference along g. {@code e = rho g / (|g| + epsilon)}; the base optimizer gets {@code (1 - alpha) g + alpha g(w + e)}. 2 passes, no state.
 *
 * <p>The official code has the L2 penalty in the loss, and so in both gradients, and warm-ups of rho and lambda: not offered. {@code alpha = 1} is SAM,
 * {@code alpha = 0} the base optimizer. Confidence high: official code read.
 *
 * @param rho length of the difference, at least 0
 * @param alpha balance, lambda / rho; finite
 * @param epsilon guard of the norm, at least 0
 */
public record GradientNormPenalty(
        @Origin("arXiv 2202.03599, section 5, and official code (ImageNet: 0.05)") double rho,
        @Origin("arXiv 2202.03599, section 5, and official code") double alpha,
        @Origin("SAM's; the official code") double epsilon) implements SamVariant {
    /** @throws OptionException if a number is out of its range */
    public GradientNormPenalty {
        OptionException.requireLength("gnp", "rho", rho);
        OptionException.require(Double.isFinite(alpha), "gnp", "alpha", alpha, "finite");
        OptionException.requireLength("gnp", "epsilon", epsilon);
    }

    /** Length 0.1, balance 0.8. */
    public static GradientNormPenalty defaults() {
        return new GradientNormPenalty(0.1, 0.8, 1e-12);
    }

    /** This variant with another length. */
    public GradientNormPenalty rho(double rho) {
        return new GradientNormPenalty(rho, alpha, epsilon);
    }

    /** This variant with another balance. */
    public GradientNormPenalty alpha(double alpha) {
        return new GradientNormPenalty(rho, alpha, epsilon);
    }

    @Override
    public Perturbation perturbation(SamStep step) {
        return step.ball(step.gradient().vector(), rho, epsilon);
    }

    @Override
    public Tensor gradient(SamStep step) {
        return step.combine(1 - alpha, step.gradient().vector(), alpha, step.gradientAt(perturbation(step)).vector());
    }
}
