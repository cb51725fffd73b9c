package dev.steppe.optim.sam;

import dev.steppe.core.Tensor;
import dev.steppe.optim.*;

/**
 * Friendly SAM (Li, Zhou, He, Cheng, Huang, CVPR 2024, arXiv 2403.12350): takes the part of the full-batch gradient out of the direction of ascent, and keeps
 * the noise of the batch. {@code d = g - sigma m}, {@code m <- lambda m + (1 - lambda) g}, {@code e = rho d / (|d| + epsilon)}; the first step has
 * {@code d = m = g}. The average is one of gradients at the weights, not of what is left of them. 2 passes, 1 vector.
 *
 * <p>As the official code, d uses m before its update; the paper uses it after. The direction is the same at {@code sigma = 1}, and else with
 * {@code sigma' = sigma lambda / (1 - sigma (1 - lambda))}. Confidence high: official code read and run.
 *
 * @param rho radius of the ball, at least 0
 * @param sigma how much of the average is taken away, at least 0; 0 is SAM
 * @param lambda how much of the average is kept in each step, in [0, 1]
 * @param epsilon guard of the norm, at least 0
 */
@Card(
        name = "friendlysam",
        title = "Friendly sharpness-aware minimization",
        paper = "Li, Zhou, He, Cheng, Huang, CVPR 2024, arXiv 2403.12350",
        formula = "d = g - sigma m; m = lambda m + (1 - lambda) g; e = rho d / |d|; w = base(w, g(w + e))",
        points = 5,
        memory = 1,
        confidence = Confidence.HIGH,
        note = "official code read and run; the paper updates m before d uses it: the same direction at sigma = 1")
public record FriendlySam(
        @Origin("nblt/F-SAM, class FriendlySAM (run.sh: 0.2 for CIFAR-100, 0.1 for CIFAR-10)") double rho,
        @Origin("arXiv 2403.12350, section 4; nblt/F-SAM, class FriendlySAM") double sigma,
        @Origin("nblt/F-SAM, class FriendlySAM (run.sh: 0.6; command line: 0.95)") @Range("[0, 1]") double lambda,
        @Origin("nblt/F-SAM, class FriendlySAM") double epsilon) implements SamVariant {
    /** @throws OptionException if a number is out of its range */
    public FriendlySam {
        OptionException.check(FriendlySam.class, rho, sigma, lambda, epsilon);
    }

    /** Radius 0.05, sigma 1, lambda 0.9. */
    public static FriendlySam defaults() {
        return new FriendlySam(0.05, 1, 0.9, 1e-12);
    }

    @Override
    public Perturbation perturbation(SamStep step) {
        Tensor g = step.gradient().vector();
        Tensor m = step.memory("average");
        observe(step);
        return step.ball(m == null ? g : step.combine(1, g, -sigma, m), rho, epsilon);
    }

    /** The average goes on in steps without perturbation. */
    @Override
    public void observe(SamStep step) {
        step.average("average", 1 - lambda, step.gradient().vector());
    }
}
