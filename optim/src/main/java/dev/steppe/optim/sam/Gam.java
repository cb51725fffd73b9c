package dev.steppe.optim.sam;

import dev.steppe.core.Tensor;
import dev.steppe.optim.*;

/**
 * Gradient norm aware minimization (Zhang, Xu, Yu, Zou, Cui, CVPR 2023, arXiv 2303.03108), accelerated: minimises the largest norm of the gradient within a
 * ball (first-order flatness) beside SAM's loss. With {@code N(x) = x / (|x| + epsilon)} a chain of places,
 * {@code g1 = g(w + rhoPrime N(g))}, {@code w2 = w + rho N(g1 - g)}, {@code g2 = g(w2)}, {@code g3 = g(w2 + rhoPrime N(g2))}; then
 * {@code p = g + |1 - beta0| g2}, {@code h = beta1 g1 + (1 - beta1) g3}, and the base optimizer gets h less gamma times the part of p that is orthogonal to
 * h. 4 passes, no state.
 *
 * <p>{@code beta1 = 1, gamma = 0} is SAM of radius rhoPrime. Confidence high: official code read and run.
 *
 * @param rho radius of the ball of the gradient's norm, at least 0
 * @param rhoPrime length of the differences, at least 0
 * @param beta0 weight of g2 in p, as {@code |1 - beta0|}; finite
 * @param beta1 weight of g1 in h; finite
 * @param gamma how much of the orthogonal part is taken away, at least 0
 * @param epsilon guard of the norms, at least 0
 */
@Card(
        name = "gam",
        title = "Gradient norm aware minimization",
        paper = "Zhang, Xu, Yu, Zou, Cui, CVPR 2023, arXiv 2303.03108",
        formula = "g1 = g(w + rho' N(g)); w2 = w + rho N(g1 - g); g2 = g(w2); g3 = g(w2 + rho' N(g2)); h = b1 g1 + (1 - b1) g3; w = base(w, h - gamma orthogonal(g + |1 - b0| g2, h))",
        forwards = 4,
        backwards = 4,
        points = 10,
        confidence = Confidence.HIGH,
        note = "official code read and run: its accelerated form")
public record Gam(
        @Origin("official code, CIFAR-100 and ResNet") double rho,
        @Origin("official code, CIFAR-100 and ResNet (others 0.04, CIFAR-10 0.03)") double rhoPrime,
        @Origin("official code, CIFAR-100 and ResNet (others 0.3, CIFAR-10 0.1)") @Range("(-inf, inf)") double beta0,
        @Origin("official code, CIFAR-100 and ResNet (others 0.5, CIFAR-10 0.1)") @Range("(-inf, inf)") double beta1,
        @Origin("official code, CIFAR-100 and ResNet (others 0.05, CIFAR-10 0.05 and 0.03)") double gamma,
        @Origin("official code") double epsilon) implements SamVariant {
    /** @throws OptionException if a number is out of its range */
    public Gam {
        OptionException.check(Gam.class, rho, rhoPrime, beta0, beta1, gamma, epsilon);
    }

    /** Radius 0.2, differences of 0.02, beta0 0.5, beta1 0.6, gamma 0.03. */
    public static Gam defaults() {
        return new Gam(0.2, 0.02, 0.5, 0.6, 0.03, 1e-12);
    }

    @Override
    public Perturbation perturbation(SamStep step) {
        return step.ball(step.gradient().vector(), rhoPrime, epsilon);
    }

    @Override
    public Tensor gradient(SamStep step) {
        Tensor g = step.gradient().vector();
        Tensor g1 = step.gradientAt(perturbation(step)).vector();
        Perturbation e2 = step.ball(step.combine(1, g1, -1, g), rho, epsilon);
        Tensor g2 = step.gradientAt(e2).vector();
        Tensor g3 = step.gradientAt(step.sum(e2, step.ball(g2, rhoPrime, epsilon))).vector();
        Tensor p = step.combine(1, g, Math.abs(1 - beta0), g2);
        Tensor h = step.combine(beta1, g1, 1 - beta1, g3);
        return step.combine(1 + gamma * Projection.factor(step, p, h, epsilon), h, -gamma, p);
    }
}
