package dev.steppe.optim.sam;

import dev.steppe.core.Tensor;
import dev.steppe.optim.*;

/**
 * Gradient norm penalty (Zhao, Zhang, Hu, ICML 2022, arXiv 2202.03599): minimises {@code L + lambda |g|} with {@code lambda = alpha rho}, its gradient by a
 * finite difference along g. {@code e = rho g / (|g| + epsilon)}; the base optimizer gets {@code (1 - alpha) g + alpha g(w + e)}. 2 passes, no state.
 *
 * <p>The official code has the L2 penalty in the loss, and so in both gradients, and warm-ups of rho and lambda: not offered. {@code alpha = 1} is SAM,
 * {@code alpha = 0} the base optimizer. Confidence high: official code read.
 *
 * @param alpha balance, lambda / rho; finite
 * @param ascent which place is taken for the difference: SAM, its radius the length
 */
@Card(
        name = "gnp",
        title = "Gradient norm penalty",
        paper = "Zhao, Zhang, Hu, ICML 2022, arXiv 2202.03599",
        formula = "e = rho g / |g|; w = base(w, (1 - alpha) g + alpha g(w + e))",
        points = 4,
        confidence = Confidence.HIGH,
        note = "official code read, where weight decay is in the loss, so in both gradients; its warm-ups are not offered")
public record GradientNormPenalty(
        @Origin("arXiv 2202.03599, section 5, and official code") @Range("(-inf, inf)") double alpha,
        @Origin("arXiv 2202.03599, section 5, and official code: length 0.1 (ImageNet: 0.05)") SamVariant ascent) implements Climbing {
    /** @throws OptionException if the balance is not finite */
    public GradientNormPenalty {
        OptionException.check(GradientNormPenalty.class, alpha, ascent);
    }

    /** Balance 0.8, length 0.1. */
    public static GradientNormPenalty defaults() {
        return new GradientNormPenalty(0.8, Sam.defaults().rho(0.1));
    }

    @Override
    public Tensor gradient(SamStep step) {
        return step.combine(1 - alpha, step.gradient().vector(), alpha, step.gradientAt(perturbation(step)).vector());
    }
}
