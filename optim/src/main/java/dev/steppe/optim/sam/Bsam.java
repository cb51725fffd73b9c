package dev.steppe.optim.sam;

import dev.steppe.core.Tensor;
import dev.steppe.optim.*;

/**
 * Bilateral SAM (Deng et al., arXiv 2409.13173): flat above and below. {@code e+ = rhoMax g / |g|}, {@code e- = -rhoMin g / |g|}; the base optimizer gets
 * {@code g(w + e+) + mu (g - s g(w + e-))}, the gradient of SAM's loss plus mu times the min-sharpness {@code L(w) - min L(w + e)}. Balanced,
 * {@code s = |g(w + e+)| / |g(w + e-)|}, else 1. Not Bayesian SAM, which others call BSAM too ({@link BayesianSam}).
 *
 * <p>rhoMin follows the learning rate from rhoMinHigh down to rhoMinLow; at step 0 it is rhoMinLow. That is the released code's schedule, whose learning rate lags
 * one step behind. With rhoMin 0 and balancing the result is not SAM. The released optimizer shifts the weights by e- before each step, since two of its arrays
 * are one: {@code asReleased} does the same, decay included; the published numbers may come from it.
 *
 * @param rhoMax radius upwards, at least 0
 * @param rhoMinHigh radius downwards at the highest learning rate, at least 0
 * @param rhoMinLow radius downwards at step 0 and at learning rate 0, at least 0
 * @param mu weight of the min-sharpness; 0: SAM
 * @param balance whether the downward gradient is made as long as the upward one
 * @param asReleased whether the step starts from {@code w + e-}
 * @param epsilon guard of the norm, at least 0
 */
@Card(
        name = "bsam",
        title = "Bilateral sharpness-aware minimization",
        paper = "Deng et al., arXiv 2409.13173",
        formula = "w = base(w, g(w + rhoMax g / |g|) + g - s g(w - rhoMin g / |g|)), s = |g(+)| / |g(-)|",
        forwards = 3,
        backwards = 3,
        points = 5,
        confidence = Confidence.HIGH,
        note = "official code read and run; whether the paper states the factor s is not known; asReleased is the released code's behaviour")
public record Bsam(
        @Origin("ajiaaa/BSAM, train_bsam.py") double rhoMax,
        @Origin("ajiaaa/BSAM, train_bsam.py") double rhoMinHigh,
        @Origin("ajiaaa/BSAM, train_bsam.py") double rhoMinLow,
        @Origin("ajiaaa/BSAM, bsam.py") @Range("(-inf, inf)") double mu,
        @Origin("ajiaaa/BSAM, bsam.py") boolean balance,
        @Origin("the intended algorithm; ajiaaa/BSAM, bsam.py: true") boolean asReleased,
        @Origin("ajiaaa/BSAM, bsam.py") double epsilon) implements SamVariant {
    /** @throws OptionException if a number is out of its range */
    public Bsam {
        OptionException.check(Bsam.class, rhoMax, rhoMinHigh, rhoMinLow, mu, balance, asReleased, epsilon);
    }

    /** Radius 0.05 upwards, 0 to 0.05 downwards, balanced. */
    public static Bsam defaults() {
        return new Bsam(0.05, 0.05, 0, 1, true, false, 1e-12);
    }

    /** This variant with two constant radii. */
    public Bsam rho(double rhoMax, double rhoMin) {
        return new Bsam(rhoMax, rhoMin, rhoMin, mu, balance, asReleased, epsilon);
    }

    /** This variant balanced, or not. */
    public Bsam balance(boolean balance) {
        return new Bsam(rhoMax, rhoMinHigh, rhoMinLow, mu, balance, asReleased, epsilon);
    }

    /** This variant as intended, or as released. */
    public Bsam asReleased(boolean asReleased) {
        return new Bsam(rhoMax, rhoMinHigh, rhoMinLow, mu, balance, asReleased, epsilon);
    }

    @Override
    public Perturbation perturbation(SamStep step) {
        return step.ball(step.gradient().vector(), rhoMax, epsilon);
    }

    @Override
    public Tensor gradient(SamStep step) {
        Tensor g = step.gradient().vector();
        Gradient max = step.gradientAt(perturbation(step));
        double rhoMin = step.number() == 0 ? rhoMinLow : rhoMinLow + (rhoMinHigh - rhoMinLow) * step.rateFactor();
        Perturbation down = step.ball(g, -rhoMin, epsilon);
        Gradient min = step.gradientAt(down);
        double s = !balance ? 1 : min.norm() == 0 ? 0 : max.norm() / min.norm();
        if (asReleased) {
            step.moveBefore(down.scale(), down.direction());
        }
        step.report("rhoMin", rhoMin);
        Tensor sum = step.combine(1, max.vector(), mu, g);
        step.points().axpy(-mu * s, min.vector(), sum);
        return sum;
    }
}
