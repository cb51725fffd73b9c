package dev.steppe.optim.sam;

import dev.steppe.core.Tensor;
import dev.steppe.optim.*;

/**
 * Surrogate gap guided SAM (Zhuang, Gong, Yuan, Cui, Adam, Dvornek, Tatikonda, Duncan, Liu, ICLR 2022, arXiv 2203.08065): also lowers the gap between the
 * perturbed loss and the loss, by going up along the part of {@code g} that is orthogonal to {@code g1 = g(w + e)}. The base optimizer gets
 * {@code g1 - alpha (g - c g1)}, {@code c g1} the part of g parallel to g1. The radius follows the learning rate:
 * {@code (rho - rhoMin) / (rhoMax - rhoMin) = (rate - rateMin) / (rateMax - rateMin)}. 2 passes, no state.
 *
 * <p>{@code alpha = 0} is SAM. Confidence high: official code read and run.
 *
 * @param alpha how much of the orthogonal part is taken away, at least 0
 * @param rhoMin radius at the lowest learning rate, as a part of rhoMax, the ascent's radius, in [0, 1]; 1 is a constant radius
 * @param rateMin the lowest learning rate, as a part of the highest, in [0, 1)
 * @param ascent the perturbation at the highest learning rate
 * @param epsilon guard of the norms, at least 0
 */
@Card(
        name = "gsam",
        title = "Surrogate gap guided sharpness-aware minimization",
        paper = "Zhuang, Gong, Yuan, Cui, Adam, Dvornek, Tatikonda, Duncan, Liu, ICLR 2022, arXiv 2203.08065",
        formula = "g1 = g(w + e); w = base(w, g1 - alpha (g - (g'g1 / |g1|^2) g1)); the radius follows the learning rate",
        points = 5,
        confidence = Confidence.HIGH,
        note = "official code read and run")
public record Gsam(
        @Origin("juntang-zhuang/GSAM, example/train.py") double alpha,
        @Origin("juntang-zhuang/GSAM, example/train.py: rho_min = rho_max") @Range("[0, 1]") double rhoMin,
        @Origin("juntang-zhuang/GSAM, example/train.py: min_lr = 0") @Range("[0, 1)") double rateMin,
        @Origin("juntang-zhuang/GSAM, example/train.py: adaptive, rho_max = 2") SamVariant ascent,
        @Origin("juntang-zhuang/GSAM, gsam.py, perturb_eps") double epsilon) implements Climbing {
    /** @throws OptionException if a number is out of its range */
    public Gsam {
        OptionException.check(Gsam.class, alpha, rhoMin, rateMin, ascent, epsilon);
    }

    /** The authors' example for CIFAR: alpha 0.4, ASAM's ball on all parameters, radius 2 at every learning rate. */
    public static Gsam defaults() {
        return new Gsam(0.4, 1, 0, new Asam(2, 0, Asam.Scope.ALL, 1e-12), 1e-12);
    }

    @Override
    public Perturbation perturbation(SamStep step) {
        double radius = rhoMin + (1 - rhoMin) * (step.rateFactor() - rateMin) / (1 - rateMin);
        return step.scaled(Math.max(0, radius), Climbing.super.perturbation(step));
    }

    @Override
    public Tensor gradient(SamStep step) {
        Gradient g = step.gradient();
        Gradient g1 = step.gradientAt(perturbation(step));
        double c = Projection.factor(step, g.vector(), g1.vector(), epsilon);
        return step.combine(1 + alpha * c, g1.vector(), -alpha, g.vector());
    }
}
