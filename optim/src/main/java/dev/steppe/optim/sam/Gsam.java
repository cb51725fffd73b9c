package dev.steppe.optim.sam;

import dev.steppe.core.Tensor;
import dev.steppe.optim.Gradient;
import dev.steppe.optim.OptionException;
import dev.steppe.optim.Origin;
import dev.steppe.optim.Perturbation;
import dev.steppe.optim.SamStep;
import dev.steppe.optim.SamVariant;

/**
 * Surrogate gap guided SAM (Zhuang, Gong, Yuan, Cui, Adam, Dvornek, Tatikonda, Duncan, Liu, ICLR 2022, arXiv 2203.08065): also lowers the gap between the
 * perturbed loss and the loss, by going up along the part of {@code g} that is orthogonal to {@code g1 = g(w + e)}. The base optimizer gets
 * {@code g1 - alpha (g - c g1)}, {@code c g1} the part of g parallel to g1. The radius follows the learning rate:
 * {@code (rho - rhoMin) / (rhoMax - rhoMin) = (rate - floor) / (1 - floor)}, rate and floor in units of the highest one. 2 passes, no state.
 *
 * <p>{@code alpha = 0} is SAM. Confidence high: official code read and run.
 *
 * @param rhoMax radius at the highest learning rate, at least 0
 * @param rhoMin radius at the lowest learning rate, at least 0, at most rhoMax
 * @param floor the lowest learning rate, as a part of the highest, in [0, 1)
 * @param alpha how much of the orthogonal part is taken away, at least 0
 * @param adaptive whether the ball is ASAM's, {@code T = |w|} on all parameters
 * @param epsilon guard of the norms, at least 0
 */
public record Gsam(
        @Origin("juntang-zhuang/GSAM, example/train.py") double rhoMax,
        @Origin("juntang-zhuang/GSAM, example/train.py") double rhoMin,
        @Origin("juntang-zhuang/GSAM, example/train.py") double floor,
        @Origin("juntang-zhuang/GSAM, example/train.py") double alpha,
        @Origin("juntang-zhuang/GSAM, example/train.py") boolean adaptive,
        @Origin("juntang-zhuang/GSAM, perturb_eps") double epsilon) implements SamVariant {
    /** @throws OptionException if a number is out of its range */
    public Gsam {
        OptionException.requireLength("gsam", "rhoMax", rhoMax);
        OptionException.require(rhoMin >= 0 && rhoMin <= rhoMax, "gsam", "rhoMin", rhoMin, "in [0, rhoMax]");
        OptionException.require(floor >= 0 && floor < 1, "gsam", "floor", floor, "in [0, 1)");
        OptionException.requireLength("gsam", "alpha", alpha);
        OptionException.requireLength("gsam", "epsilon", epsilon);
    }

    /** The authors' example for CIFAR: adaptive, radius 2 at every learning rate, alpha 0.4. */
    public static Gsam defaults() {
        return new Gsam(2, 2, 0, 0.4, true, 1e-12);
    }

    /** This variant with one radius at every learning rate. */
    public Gsam rho(double rho) {
        return rho(rho, rho, floor);
    }

    /** This variant with a radius that falls with the learning rate, from rhoMax to rhoMin at floor. */
    public Gsam rho(double rhoMax, double rhoMin, double floor) {
        return new Gsam(rhoMax, rhoMin, floor, alpha, adaptive, epsilon);
    }

    /** This variant with another alpha. */
    public Gsam alpha(double alpha) {
        return new Gsam(rhoMax, rhoMin, floor, alpha, adaptive, epsilon);
    }

    /** This variant with ASAM's ball or SAM's. */
    public Gsam adaptive(boolean adaptive) {
        return new Gsam(rhoMax, rhoMin, floor, alpha, adaptive, epsilon);
    }

    @Override
    public Perturbation perturbation(SamStep step) {
        double rho = Math.max(0, rhoMin + (rhoMax - rhoMin) * (step.rateFactor() - floor) / (1 - floor));
        return (adaptive ? new Asam(rho, 0, Asam.Scope.ALL, epsilon) : new Sam(rho, epsilon)).perturbation(step);
    }

    @Override
    public Tensor gradient(SamStep step) {
        Gradient g = step.gradient();
        Gradient g1 = step.gradientAt(perturbation(step));
        double c = Projection.factor(step, g.vector(), g1.vector(), epsilon);
        return step.combine(1 + alpha * c, g1.vector(), -alpha, g.vector());
    }
}
