package dev.steppe.optim.sam;

import dev.steppe.core.Tensor;
import dev.steppe.optim.*;

/**
 * Weighted SAM (Yue, Jiang, Ye, Gao, Liu, Zhang, KDD 2023, arXiv 2305.15817): minimises {@code L + alpha (L_SAM - L)} with {@code alpha = gamma / (1 - gamma)},
 * so gamma 0 is the plain loss and 0.5, coupled, is SAM. {@code e = rho g / (|g| + epsilon)}. Decoupled, as the paper uses it, the base optimizer gets
 * {@code g = g(w)} alone and the sharpness term comes after it, past momentum and preconditioner: {@code w -= rate alpha (g(w + e) - g)}. Coupled, it gets
 * {@code (1 - alpha) g + alpha g(w + e)}. Do not use a gamma of one mode in the other.
 *
 * <p>{@code adaptive} is ASAM's ball with {@code T = |w|} on all parameters. {@code maxNorm} clips both gradients, each for itself, and not the perturbation; over
 * {@linkplain dev.steppe.optim.Options#shard shards} the official code clips their means, this the gradients of each.
 *
 * @param rho radius of the ball, at least 0
 * @param gamma weight of the sharpness, in [0, 1)
 * @param decouple whether the sharpness term goes past the base optimizer
 * @param adaptive whether the radius is measured in units of |w|
 * @param maxNorm largest norm of each of the two gradients; infinite: not clipped
 * @param epsilon guard of the norm, at least 0
 */
@Card(
        name = "wsam",
        title = "Weighted sharpness-aware minimization",
        paper = "Yue, Jiang, Ye, Gao, Liu, Zhang, KDD 2023, arXiv 2305.15817",
        formula = "e = rho g / |g|; w = base(w, g) - rate gamma / (1 - gamma) (g(w + e) - g)",
        points = 4,
        confidence = Confidence.HIGH,
        note = "official code read; trajectories reproduced by it; paper tables not found")
public record Wsam(
        @Origin("intelligent-machine-learning/dlrover, atorch/optimizers/wsam.py") double rho,
        @Origin("intelligent-machine-learning/dlrover, atorch/optimizers/wsam.py") @Range("[0, 1)") double gamma,
        @Origin("arXiv 2305.15817; README-WSAM: recommended, as used in the paper") boolean decouple,
        @Origin("intelligent-machine-learning/dlrover, atorch/optimizers/wsam.py") boolean adaptive,
        @Origin("intelligent-machine-learning/dlrover, atorch/optimizers/wsam.py: None") @Range("(0, inf]") double maxNorm,
        @Origin("intelligent-machine-learning/dlrover, atorch/optimizers/wsam.py: sam_eps") double epsilon) implements SamVariant {
    /** @throws OptionException if a number is out of its range */
    public Wsam {
        OptionException.check(Wsam.class, rho, gamma, decouple, adaptive, maxNorm, epsilon);
    }

    /** Decoupled, radius 0.05, gamma 0.9. */
    public static Wsam defaults() {
        return new Wsam(0.05, 0.9, true, false, Double.POSITIVE_INFINITY, 1e-12);
    }

    /** This variant with another radius. */
    public Wsam rho(double rho) {
        return new Wsam(rho, gamma, decouple, adaptive, maxNorm, epsilon);
    }

    /** This variant with another weight of the sharpness. */
    public Wsam gamma(double gamma) {
        return new Wsam(rho, gamma, decouple, adaptive, maxNorm, epsilon);
    }

    /** This variant decoupled, or coupled. */
    public Wsam decouple(boolean decouple) {
        return new Wsam(rho, gamma, decouple, adaptive, maxNorm, epsilon);
    }

    @Override
    public Perturbation perturbation(SamStep step) {
        return (adaptive ? new Asam(rho, 0, Asam.Scope.ALL, epsilon) : new Sam(rho, epsilon)).perturbation(step);
    }

    @Override
    public Tensor gradient(SamStep step) {
        double alpha = gamma / (1 - gamma);
        Tensor g = step.clipped(step.gradient(), maxNorm);
        Tensor perturbed = step.clipped(step.gradientAt(perturbation(step)), maxNorm);
        if (!decouple) { return step.combine(1 - alpha, g, alpha, perturbed); }
        step.moveAfter(-alpha, step.combine(1, perturbed, -1, g));
        return g;
    }
}
