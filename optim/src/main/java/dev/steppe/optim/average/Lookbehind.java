package dev.steppe.optim.average;

import dev.steppe.core.Tensor;
import dev.steppe.optim.*;
import dev.steppe.optim.sam.Asam;
import dev.steppe.optim.sam.Sam;

/**
 * Lookbehind (Mordido, Malviya, Baratin, Chandar, ICML 2024, arXiv 2307.16704; chandar-lab/Lookbehind-SAM): k ascents, one upon the other, each with a descent.
 * From {@code p = f = w}, k times: {@code p = p + e(g(p))}; {@code f = base(f, g(p))}. Then {@code w = w + alpha (f - w)}. The base optimizer's momenta go on
 * through all of it.
 *
 * <p>With {@code adaptive}, {@code alpha = (cos(f1 - w, f - w) + 1) / 2}, f1 being f after the first descent; the official code takes the cosine of each tensor, here it
 * is that of all parameters. Pass 2 of a round is pass 1 of the next one, so k + 1 passes do what the official code needs 2k for.
 *
 * @param k ascents in a step, at least 1
 * @param alpha how far the slow weights go, in [0, 1]
 * @param adaptive whether alpha is found anew in each step
 * @param ascent e, seen from a point with its gradient: {@code sam} or {@code asam}
 */
@Card(
        name = "lookbehind",
        title = "Lookbehind",
        paper = "Mordido, Malviya, Baratin, Chandar, ICML 2024, arXiv 2307.16704",
        formula = "f = w; k times: p = p + e(g(p)), f = base(w, g(p)) from f; w = w + alpha (f - w)",
        forwards = 6,
        backwards = 6,
        points = 17,
        landing = 5,
        confidence = Confidence.HIGH,
        note = "official code read, trajectories reproduced by it; adaptive alpha with the cosine of all parameters, there of each tensor")
public record Lookbehind(
        @Origin("chandar-lab/Lookbehind-SAM, the optimizer's default") @Range("[1, inf)") int k,
        @Origin("chandar-lab/Lookbehind-SAM, the optimizer's default") @Range("[0, 1]") double alpha,
        @Origin("chandar-lab/Lookbehind-SAM: alpha = -1 there") boolean adaptive,
        @Origin("chandar-lab/Lookbehind-SAM: ASAM, rho 0.5, eta 0.01") SamVariant ascent) implements LandingVariant {
    private static final String ASCENT = "ascent";

    /** @throws OptionException if a number is out of its range, or the ascent another one */
    public Lookbehind {
        OptionException.check(Lookbehind.class, k, alpha, adaptive, ascent);
        OptionException.require(ascent instanceof Sam || ascent instanceof Asam, "lookbehind", ASCENT, ascent, "sam or asam");
    }

    /** k 5, alpha 0.5, ASAM of radius 0.5. */
    public static Lookbehind defaults() {
        return new Lookbehind(5, 0.5, false, Asam.defaults());
    }

    @Override
    public Perturbation perturbation(SamStep step) {
        return ascent.perturbation(step.nested(ASCENT));
    }

    @Override
    public Tensor gradient(SamStep step) {
        Perturbation e = perturbation(step);
        Tensor first = step.gradientAt(e).vector();
        if (k == 1) { return first; }
        Tensor path = step.blank();
        step.points().scale(e.scale(), e.direction(), path);
        Tensor g = first;
        for (int i = 1; i < k; i++) {
            Perturbation further = further(step, path, g);
            step.points().axpy(further.scale(), further.direction(), path);
            g = step.gradientAt(step.along(1, path)).vector();
            step.carry(g);
        }
        return first;
    }

    /** The ascent from {@code w + path}, where the gradient is g. */
    private Perturbation further(SamStep step, Tensor path, Tensor g) {
        return switch (ascent) {
            case Asam asam -> step.ball(g, asam.metric(step.combine(1, step.weights(), 1, path)), asam.rho(), asam.epsilon());
            case Sam sam -> step.ball(g, sam.rho(), sam.epsilon());
            default -> throw new IllegalStateException(ascent.toString());
        };
    }

    @Override
    public void land(Landing landing) {
        Tensor fast = landing.weights();
        Tensor first = adaptive ? landing.minus(fast, landing.before()) : null;
        landing.carried().forEach(landing::update);
        Tensor way = landing.minus(fast, landing.before());
        double far = adaptive ? (cosine(landing, first, way) + 1) / 2 : alpha;
        landing.report("alpha", far);
        landing.back(fast, 1 - far, way);
    }

    private static double cosine(Landing landing, Tensor first, Tensor way) {
        double norms = landing.points().norm(first) * landing.points().norm(way);
        return norms == 0 ? 1 : landing.points().dot(first, way) / norms;
    }
}
