package dev.steppe.optim.sam;

import dev.steppe.core.Tensor;
import dev.steppe.optim.*;

/**
 * Curvature regularised SAM (Wu, Luo, Wunsch, AAAI 2024, arXiv 2312.13555): also lowers the curvature along the perturbation, by finite differences up and down
 * it. With {@code e = rho g / |g|}, {@code up = g(w + e)}, {@code down = g(w - e)}, the base optimizer gets
 * {@code up + gamma (up + down - 2 g) + beta (up - down)}. 3 passes, no state.
 *
 * <p>The official code collects BatchNorm statistics in its first and last pass; here, as everywhere, the first alone does. {@code gamma = beta = 0} is SAM.
 * Confidence high: official code read and run.
 *
 * @param gamma factor on the second difference, at least 0
 * @param beta factor on the first difference, at least 0
 * @param ascent the perturbation e
 */
@Card(
        name = "crsam",
        title = "Curvature regularised sharpness-aware minimization",
        paper = "Wu, Luo, Wunsch, AAAI 2024, arXiv 2312.13555",
        formula = "u = g(w + e); v = g(w - e); w = base(w, u + gamma (u + v - 2 g) + beta (u - v))",
        forwards = 3,
        backwards = 3,
        points = 5,
        confidence = Confidence.HIGH,
        note = "official code read and run, where BatchNorm statistics are collected in the third pass too")
public record CrSam(
        @Origin("TrustAIoT/CR-SAM, utils/crsam.py") double gamma,
        @Origin("TrustAIoT/CR-SAM, crsam_train.py (class CRSAM: 0.1)") double beta,
        @Origin("TrustAIoT/CR-SAM, utils/crsam.py: SAM, radius 0.1") SamVariant ascent) implements Climbing {
    /** @throws OptionException if a number is out of its range */
    public CrSam {
        OptionException.check(CrSam.class, gamma, beta, ascent);
    }

    /** Gamma 0.1, beta 0.01, radius 0.1. */
    public static CrSam defaults() {
        return new CrSam(0.1, 0.01, Sam.defaults().rho(0.1));
    }

    @Override
    public Tensor gradient(SamStep step) {
        Tensor g = step.gradient().vector();
        Perturbation e = perturbation(step);
        Tensor up = step.gradientAt(e).vector();
        Tensor down = step.gradientAt(step.scaled(-1, e)).vector();
        Tensor sum = step.combine(1 + gamma + beta, up, gamma - beta, down);
        step.points().axpy(-2 * gamma, g, sum);
        return sum;
    }
}
