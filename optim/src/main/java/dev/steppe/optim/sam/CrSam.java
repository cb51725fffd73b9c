package dev.steppe.optim.sam;

import dev.steppe.core.Tensor;
import dev.steppe.optim.OptionException;
import dev.steppe.optim.Origin;
import dev.steppe.optim.Perturbation;
import dev.steppe.optim.SamStep;
import dev.steppe.optim.SamVariant;

/**
 * Curvature regularised SAM (Wu, Luo, Wunsch, AAAI 2024, arXiv 2312.13555): also lowers the curvature along the perturbation, by finite differences up and down
 * it. With {@code e = rho g / (|g| + epsilon)}, {@code up = g(w + e)}, {@code down = g(w - e)}, the base optimizer gets
 * {@code up + gamma (up + down - 2 g) + beta (up - down)}. 3 passes, no state.
 *
 * <p>The official code collects BatchNorm statistics in its first and last pass; here, as everywhere, the first alone does. {@code gamma = beta = 0} is SAM.
 * Confidence high: official code read and run.
 *
 * @param rho radius of the ball, at least 0
 * @param gamma factor on the second difference, at least 0
 * @param beta factor on the first difference, at least 0
 * @param epsilon guard of the norm, at least 0
 */
public record CrSam(
        @Origin("TrustAIoT/CR-SAM, utils/crsam.py") double rho,
        @Origin("TrustAIoT/CR-SAM, utils/crsam.py") double gamma,
        @Origin("TrustAIoT/CR-SAM, crsam_train.py (class CRSAM: 0.1)") double beta,
        @Origin("TrustAIoT/CR-SAM, utils/crsam.py") double epsilon) implements SamVariant {
    /** @throws OptionException if a number is out of its range */
    public CrSam {
        OptionException.requireLength("crsam", "rho", rho);
        OptionException.requireLength("crsam", "gamma", gamma);
        OptionException.requireLength("crsam", "beta", beta);
        OptionException.requireLength("crsam", "epsilon", epsilon);
    }

    /** Radius 0.1, gamma 0.1, beta 0.01. */
    public static CrSam defaults() {
        return new CrSam(0.1, 0.1, 0.01, 1e-12);
    }

    /** This variant with another radius. */
    public CrSam rho(double rho) {
        return new CrSam(rho, gamma, beta, epsilon);
    }

    /** This variant with another gamma. */
    public CrSam gamma(double gamma) {
        return new CrSam(rho, gamma, beta, epsilon);
    }

    /** This variant with another beta. */
    public CrSam beta(double beta) {
        return new CrSam(rho, gamma, beta, epsilon);
    }

    @Override
    public Perturbation perturbation(SamStep step) {
        return step.ball(step.gradient().vector(), rho, epsilon);
    }

    @Override
    public Tensor gradient(SamStep step) {
        Perturbation e = perturbation(step);
        Tensor up = step.gradientAt(e).vector();
        Tensor down = step.gradientAt(step.along(-e.scale(), e.direction())).vector();
        Tensor sum = step.combine(1 + gamma + beta, up, gamma - beta, down);
        step.points().axpy(-2 * gamma, step.gradient().vector(), sum);
        return sum;
    }
}
