package dev.steppe.optim.sam;

import dev.steppe.core.Tensor;
import dev.steppe.optim.*;

/**
 * Stable SAM (Tan, Zhang, Liu, Wang, Hao, arXiv 2401.07250; "SSAM" there): the perturbed gradient is brought back to the length of the gradient, so that a step is
 * never longer than one of the base optimizer. With {@code e = rho g / |g|} (over SAM) or {@code rho g} (over USAM)
 * and {@code g1 = g(w + e)}, the base optimizer gets {@code g1 |g| / (|g1| + epsilon)}; clipped: with a factor of at most 1. 2 passes, no state.
 *
 * <p>On a quadratic function of equal curvatures this is plain gradient descent. The {@code adaptive} flag of the official code changes these norms too, and is
 * not offered. Confidence high: official code read and run.
 *
 * @param clipped whether g1 is only ever shortened
 * @param ascent the perturbation: {@link Sam} or {@link Usam}
 * @param epsilon guard of the norm of g1, at least 0
 */
@Card(
        name = "stablesam",
        title = "Stable sharpness-aware minimization",
        paper = "Tan, Zhang, Liu, Wang, Hao, arXiv 2401.07250",
        formula = "g1 = g(w + e); w = base(w, g1 |g| / |g1|)",
        points = 4,
        confidence = Confidence.HIGH,
        note = "official code read and run; clipping is an option of ours that no official trajectory covers")
public record StableSam(
        @Origin("arXiv 2401.07250; official code") boolean clipped,
        @Origin("arXiv 2401.07250; official code: SAM, radius 0.05") SamVariant ascent,
        @Origin("official code") double epsilon) implements Climbing {
    /** @throws OptionException if the guard is out of its range */
    public StableSam {
        OptionException.check(StableSam.class, clipped, ascent, epsilon);
    }

    /** Over SAM of radius 0.05, always renormalised. */
    public static StableSam defaults() {
        return new StableSam(false, Sam.defaults(), 1e-12);
    }

    @Override
    public Tensor gradient(SamStep step) {
        Gradient g = step.gradient();
        Gradient g1 = step.gradientAt(perturbation(step));
        double ratio = g1.norm() == 0 ? 0 : g.norm() / (g1.norm() + epsilon);
        Tensor stable = step.blank();
        step.points().scale(clipped ? Math.min(1, ratio) : ratio, g1.vector(), stable);
        return stable;
    }
}
