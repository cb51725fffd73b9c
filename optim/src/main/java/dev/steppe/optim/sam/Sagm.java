package dev.steppe.optim.sam;

import dev.steppe.core.Tensor;
import dev.steppe.optim.*;

/**
 * Sharpness-aware gradient matching (Wang, Zhang, Lei, Zhang, CVPR 2023, arXiv 2303.10353): lowers the loss, the perturbed loss and the gap between them.
 * {@code e = (rho / (|g| + epsilon) - alpha) g}; the base optimizer gets {@code (g + g(w + e)) / 2}. 2 passes, no state.
 *
 * <p>The paper writes the sum, the official code takes the mean: this is the code. Its {@code adaptive} flag multiplies all of e by {@code w^2}, also the part
 * of alpha, and is not offered. {@code alpha = 0} is {@link GradientNormPenalty} with 0.5. Confidence high: official code read and run.
 *
 * @param rho radius of the ball, at least 0
 * @param alpha how far the place is drawn back along g, at least 0
 * @param epsilon guard of the norm, at least 0
 */
@Card(
        name = "sagm",
        title = "Sharpness-aware gradient matching",
        paper = "Wang, Zhang, Lei, Zhang, CVPR 2023, arXiv 2303.10353",
        formula = "e = (rho / |g| - alpha) g; w = base(w, (g + g(w + e)) / 2)",
        points = 4,
        confidence = Confidence.HIGH,
        note = "official code read and run; the paper writes the sum of the gradients, the code their mean")
public record Sagm(
        @Origin("Wang-pengfei/SAGM") double rho,
        @Origin("Wang-pengfei/SAGM (0.0005 for OfficeHome and DomainNet)") double alpha,
        @Origin("Wang-pengfei/SAGM, perturb_eps") double epsilon) implements SamVariant {
    /** @throws OptionException if a number is out of its range */
    public Sagm {
        OptionException.check(Sagm.class, rho, alpha, epsilon);
    }

    /** Radius 0.05, alpha 0.001. */
    public static Sagm defaults() {
        return new Sagm(0.05, 0.001, 1e-12);
    }

    @Override
    public Perturbation perturbation(SamStep step) {
        Gradient g = step.gradient();
        return step.along((g.norm() == 0 ? 0 : rho / (g.norm() + epsilon)) - alpha, g.vector());
    }

    @Override
    public Tensor gradient(SamStep step) {
        return step.combine(0.5, step.gradient().vector(), 0.5, step.gradientAt(perturbation(step)).vector());
    }
}
