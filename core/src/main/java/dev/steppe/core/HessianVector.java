package dev.steppe.core;

import java.util.List;

/**
 * Exact products of the Hessian of an {@link Objective} with a vector, by differentiating the gradient (Pearlmutter 1994, Neural Computation 6(1), in the
 * reverse-over-reverse form): no step size, the rounding errors of two backward passes.
 */
public final class HessianVector {
    private HessianVector() {
    }

    /**
     * {@code product = H v}, H the Hessian of the batch's loss in the weights that are not frozen: frozen entries of v are ignored, those of the product are 0.
     *
     * @param evaluator kernels and objective
     * @param mode {@link Pass.Mode#TRAINING_FROZEN_STATISTICS} differentiates through the batch statistics of BatchNorm, {@link Pass.Mode#EVALUATION} takes
     *        the running ones as constants: two different Hessians
     * @param key of dropout masks
     * @param v a point of the weights' type
     * @param product a point of the same type, overwritten; may be v
     * @return loss, losses and collected statistics of the pass
     * @throws dev.steppe.kernels.ShapeException if v or product is no such point
     */
    public static Evaluator.Result product(Evaluator evaluator, Batch batch, Parameters at, Pass.Mode mode, RandomKey key, Tensor v,
            Tensor product) {
        LossGraph.requireLikeWeights(at, v);
        LossGraph.requireLikeWeights(at, product);
        try (Tape tape = evaluator.tape()) {
            LossGraph graph = new LossGraph(tape, evaluator.objective(), batch, at, mode, key);
            Tensor[] gradient = tape.gradients(graph.loss(), true, graph.leaves());
            Tensor[] parts = tape.gradients(List.of(gradient), graph.parts(v), false, graph.leaves());
            graph.write(parts, product, evaluator.kernels());
            return graph.result();
        }
    }
}
