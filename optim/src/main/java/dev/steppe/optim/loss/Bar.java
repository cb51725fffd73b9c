package dev.steppe.optim.loss;

import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.optim.*;
import dev.steppe.optim.loss.FactorPairs.Pair;

/**
 * Balancedness-aware regularisation, BAR (Li, Zhang, He, NeurIPS 2024, arXiv 2410.14802): what SAM does to the scales of two factors x and y of a product, without its
 * second pass. Before the base optimizer's update, one factor of each pair is multiplied by {@code 1 + a lr}, the other by {@code 1 - a lr}. nBAR enlarges the factor with the larger gradient, oBAR shrinks the one with the larger norm.
 *
 * <p>The gradient is taken before the scaling; decay and step act on the scaled weights. One pass.
 *
 * <p>Needs {@link dev.steppe.optim.Options#totalSteps}, unless {@code decay} is none.
 *
 * @param mode n or o
 * @param alpha a at the beginning, at least 0
 * @param decay how a goes to 0 over the run
 * @param pairs which factors belong together
 */
@Card(
        name = "bar",
        title = "Balancedness-aware regularisation",
        paper = "Li, Zhang, He, NeurIPS 2024, arXiv 2410.14802",
        formula = "n: the factor with the larger gradient times 1 + a lr, the other times 1 - a lr; o: by norms, reversed; w = base(w, g)",
        forwards = 1,
        backwards = 1,
        points = 2,
        landing = 1,
        confidence = Confidence.MEDIUM,
        note = "medium confidence: paper text; the official repository holds no code. Meant for LoRA factors; a is not given for other models")
public record Bar(
        @Origin("arXiv 2410.14802, section 5: both forms") Mode mode,
        @Origin("none in the sources at hand; chosen here") double alpha,
        @Origin("arXiv 2410.14802, section 5: cosine or linear") Decay decay,
        @Origin("arXiv 2410.14802, section 2: two factors; section 5: LoRA") FactorPairs pairs) implements SamVariant {
    /** By what the factors are compared. */
    public enum Mode {
        /** By their gradients. */
        N,
        /** By their norms. */
        O
    }

    /** How alpha goes on. */
    public enum Decay {
        /** It stays. */
        NONE,
        /** A straight line to 0. */
        LINEAR,
        /** Half a cosine to 0. */
        COSINE;

        private double factor(SamStep step) {
            return switch (this) {
                case NONE -> 1;
                case LINEAR -> 1 - step.progress();
                case COSINE -> (1 + Math.cos(Math.PI * step.progress())) / 2;
            };
        }
    }

    /** @throws OptionException if a number is out of its range */
    public Bar {
        OptionException.check(Bar.class, mode, alpha, decay, pairs);
    }

    /** nBAR with alpha 0.05 and a cosine, on neighbouring weights. */
    public static Bar defaults() {
        return new Bar(Mode.N, 0.05, Decay.COSINE, Neighbours.defaults());
    }

    @Override
    public Perturbation perturbation(SamStep step) {
        return Perturbation.NONE;
    }

    @Override
    public Tensor gradient(SamStep step) {
        Tensor g = step.gradient().vector();
        Tensor w = step.weights();
        Tensor change = step.blank();
        step.points().scale(0, w, change);
        double balancedness = 0;
        for (Pair pair : pairs.of(step.space())) {
            double x = norm(step, w, pair.x(), pair.xLength());
            double y = norm(step, w, pair.y(), pair.yLength());
            boolean first = mode == Mode.N
                    ? norm(step, g, pair.x(), pair.xLength()) >= norm(step, g, pair.y(), pair.yLength())
                    : x < y;
            scale(step, first ? 1 : -1, pair.x(), pair.xLength(), change);
            scale(step, first ? -1 : 1, pair.y(), pair.yLength(), change);
            balancedness += (x * x - y * y) / 2;
        }
        step.moveBefore(alpha * decay.factor(step) * step.learningRate(), change);
        step.report("balancedness", balancedness);
        return g;
    }

    private static double norm(SamStep step, Tensor point, int from, int length) {
        return step.points().norm(point.view(from, Shape.of(length)));
    }

    private static void scale(SamStep step, double sign, int from, int length, Tensor change) {
        step.points().scale(sign, step.weights().view(from, Shape.of(length)), change.view(from, Shape.of(length)));
    }
}
