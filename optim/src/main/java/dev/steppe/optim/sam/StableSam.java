package dev.steppe.optim.sam;

import dev.steppe.core.Tensor;
import dev.steppe.optim.Gradient;
import dev.steppe.optim.OptionException;
import dev.steppe.optim.Origin;
import dev.steppe.optim.Perturbation;
import dev.steppe.optim.SamStep;
import dev.steppe.optim.SamVariant;

/**
 * Stable SAM (Tan, Zhang, Liu, Wang, Hao, arXiv 2401.07250; "SSAM" there): the perturbed gradient is brought back to the length of the gradient, so that a step is
 * never longer than one of the base optimizer. With {@code e = rho g / (|g| + epsilon)}, or {@code rho g} (unnormalised: stable USAM), and
 * {@code g1 = g(w + e)}, the base optimizer gets {@code g1 |g| / (|g1| + epsilon)}; clipped: with a factor of at most 1. 2 passes, no state.
 *
 * <p>On a quadratic function of equal curvatures this is plain gradient descent. The {@code adaptive} flag of the official code changes these norms too, and is
 * not offered. Confidence high: official code read and run.
 *
 * @param rho radius of the ball, at least 0
 * @param normalised whether the perturbation is SAM's; else USAM's
 * @param clipped whether g1 is only ever shortened
 * @param epsilon guard of the norms, at least 0
 */
public record StableSam(
        @Origin("arXiv 2401.07250; official code") double rho,
        @Origin("arXiv 2401.07250; official code") boolean normalised,
        @Origin("arXiv 2401.07250; official code") boolean clipped,
        @Origin("official code") double epsilon) implements SamVariant {
    /** @throws OptionException if a number is out of its range */
    public StableSam {
        OptionException.requireLength("stablesam", "rho", rho);
        OptionException.requireLength("stablesam", "epsilon", epsilon);
    }

    /** Radius 0.05, over SAM, always renormalised. */
    public static StableSam defaults() {
        return new StableSam(0.05, true, false, 1e-12);
    }

    /** This variant with another radius. */
    public StableSam rho(double rho) {
        return new StableSam(rho, normalised, clipped, epsilon);
    }

    /** This variant over SAM's perturbation or USAM's. */
    public StableSam normalised(boolean normalised) {
        return new StableSam(rho, normalised, clipped, epsilon);
    }

    /** This variant with or without clipping. */
    public StableSam clipped(boolean clipped) {
        return new StableSam(rho, normalised, clipped, epsilon);
    }

    @Override
    public Perturbation perturbation(SamStep step) {
        Tensor g = step.gradient().vector();
        return normalised ? step.ball(g, rho, epsilon) : step.along(rho, g);
    }

    @Override
    public Tensor gradient(SamStep step) {
        Gradient g1 = step.gradientAt(perturbation(step));
        double ratio = g1.norm() == 0 ? 0 : step.gradient().norm() / (g1.norm() + epsilon);
        Tensor stable = step.blank();
        step.points().scale(clipped ? Math.min(1, ratio) : ratio, g1.vector(), stable);
        return stable;
    }
}
