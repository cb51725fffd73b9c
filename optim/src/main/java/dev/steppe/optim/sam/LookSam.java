package dev.steppe.optim.sam;

import dev.steppe.core.Tensor;
import dev.steppe.optim.*;

/**
 * LookSAM (Liu, Mai, Chen, Hsieh, You, CVPR 2022, arXiv 2203.02714): every k-th step pays for the ascent, the others use what it found. At step t with
 * {@code t mod k = 0} the base optimizer gets the ascent's gradient {@code g1}, and {@code v = g1 - (<g1, g> / |g|^2) g} is kept (0 where only rounding is left); else it gets
 * {@code g + alpha (|g| / (|v| + epsilon)) v}. The ascent may be any variant; it sees every gradient at the weights (VASSO's average goes on).
 *
 * <p>k = 1 is the ascent itself, alpha = 0 the ascent at every k-th step.
 *
 * @param k steps from one ascent to the next, at least 1
 * @param alpha length of v in units of g, at least 0
 * @param ascent what the steps that pay do
 * @param epsilon guard of the norm of v, at least 0
 */
@Card(
        name = "looksam",
        title = "LookSAM",
        paper = "Liu, Mai, Chen, Hsieh, You, CVPR 2022, arXiv 2203.02714",
        formula = "every k steps v = the part of g(w + e) orthogonal to g; w = base(w, g(w + e)), or base(w, g + alpha (|g| / |v|) v) between",
        forwards = 1.2,
        backwards = 1.2,
        memory = 1,
        points = 4,
        confidence = Confidence.MEDIUM,
        note = "unofficial code only")
public record LookSam(
        @Origin("arXiv 2203.02714") @Range("[1, inf)") int k,
        @Origin("arXiv 2203.02714; reports that it is too much for ResNet-18 and 0.3 works") double alpha,
        @Origin("radius 0.1: kozistr/pytorch_optimizer") SamVariant ascent,
        @Origin("Leminhbinh0209/LookSAM") double epsilon) implements Containing {
    /** @throws OptionException if a number is out of its range */
    public LookSam {
        OptionException.check(LookSam.class, k, alpha, ascent, epsilon);
    }

    /** Every fifth step SAM with radius 0.1; alpha 0.7. */
    public static LookSam defaults() {
        return new LookSam(5, 0.7, Sam.defaults().rho(0.1), 1e-12);
    }

    @Override
    public Perturbation perturbation(SamStep step) {
        return looks(step) ? ascent.perturbation(step.nested("ascent")) : Perturbation.NONE;
    }

    @Override
    public Tensor gradient(SamStep step) {
        Gradient g = step.gradient();
        if (looks(step)) {
            Tensor up = ascent.gradient(step.nested("ascent"));
            step.remember("orthogonal", Orthogonal.part(step, up, g));
            return up;
        }
        observe(step);
        Tensor v = step.memory("orthogonal");
        double norm = step.norm(v);
        return norm == 0 ? g.vector() : step.combine(1, g.vector(), alpha * g.norm() / (norm + epsilon), v);
    }

    private boolean looks(SamStep step) {
        return step.number() % k == 0 || step.memory("orthogonal") == null;
    }
}
