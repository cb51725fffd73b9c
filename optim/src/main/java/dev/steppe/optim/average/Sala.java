package dev.steppe.optim.average;

import dev.steppe.core.Tensor;
import dev.steppe.optim.*;

/**
 * Sharpness-aware lookahead, SALA (Tan, Zhang, Liu, Gong, TPAMI 2024; cltan023/sala2023). Fast weights p, slow weights s, and d, what the last synchronisation left
 * between them. Every k-th step takes its gradient at p, with the ascent only if {@code d < rho}, and applies it at s. Before the next of these, {@code d = (1 - alpha)
 * |p - s|}; {@code s = s + alpha (p - s)}; and p goes to s if {@code d < rho}. All other steps are the base optimizer's. The model is evaluated at s.
 *
 * <p>As in the official code, s is there from step {@code k - 1} on (counted from 1), as a copy of p.
 *
 * @param k steps between synchronisations, at least 2 (the official code fails with 1)
 * @param alpha how far the slow weights go, in [0, 1]
 * @param rho below which distance the ascent is taken, and its radius; at least 0
 * @param epsilon guard of the norm, at least 0
 */
@Card(
        name = "sala",
        title = "Sharpness-aware lookahead",
        paper = "Tan, Zhang, Liu, Gong, TPAMI 2024; github cltan023/sala2023; no arXiv number in the sources",
        formula = "every k steps w = slow; w = base(w, g(fast + rho g / |g|) if |fast - slow| was small, else g); slow = slow + alpha (fast - slow); evaluate at slow",
        forwards = 1.2,
        backwards = 1.2,
        atMost = true,
        points = 3,
        landing = 1,
        memory = 1,
        confidence = Confidence.HIGH,
        note = "official code read, trajectories reproduced by it; its norm is taken per parameter group, here over all parameters")
public record Sala(
        @Origin("cltan023/sala2023, the optimizer's default; its run.sh: 2") @Range("[2, inf)") int k,
        @Origin("cltan023/sala2023, the optimizer's default; its run.sh: 0.5") @Range("[0, 1]") double alpha,
        @Origin("cltan023/sala2023, the optimizer's default; its run.sh: 0.2") double rho,
        @Origin("cltan023/sala2023") double epsilon) implements LandingVariant {
    private static final String SLOW = "slow";
    private static final String DISTANCE = "distance";

    /** @throws OptionException if a number is out of its range */
    public Sala {
        OptionException.check(Sala.class, k, alpha, rho, epsilon);
    }

    /** k 5, alpha 0.8, radius 0.05. */
    public static Sala defaults() {
        return new Sala(5, 0.8, 0.05, 1e-12);
    }

    @Override
    public Perturbation perturbation(SamStep step) {
        return step.ball(step.gradient().vector(), rho, epsilon);
    }

    @Override
    public Tensor gradient(SamStep step) {
        if ((step.number() + 1) % k != 0) { return step.gradient().vector(); }
        boolean close = step.landed(DISTANCE, 0) < rho;
        Tensor g = close ? step.gradientAt(perturbation(step)).vector() : step.gradient().vector();
        step.report("ascent", close ? 1 : 0);
        if (step.landed(SLOW) != null) {
            step.startFrom(step.landed(SLOW));
        }
        return g;
    }

    @Override
    public void land(Landing landing) {
        if ((landing.number() + 1) % k != k - 1) { return; }
        Tensor fast = landing.weights();
        Tensor slow = landing.copy(fast);
        double distance = 0;
        if (landing.memory(SLOW) != null) {
            Tensor way = landing.minus(fast, landing.memory(SLOW));
            distance = (1 - alpha) * landing.points().norm(way);
            landing.back(slow, 1 - alpha, way);
        }
        landing.remember(SLOW, slow);
        landing.remember(DISTANCE, distance);
        if (distance < rho) {
            landing.points().copy(slow, fast);
        }
    }

    @Override
    public String evaluatesAt() {
        return SLOW;
    }
}
