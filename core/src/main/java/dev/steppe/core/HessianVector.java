package dev.steppe.core;

import java.util.List;

/**
 * Exact products of the Hessian of an {@link Objective} with vectors, by differentiating the gradient (Pearlmutter 1994, Neural Computation 6(1), in the
 * reverse-over-reverse form): no step size, the rounding errors of two backward passes. The gradient and its graph are computed once; while this is open they stay in
 * memory, about three times the activations, and each product costs the second backward pass alone.
 *
 * <pre>{@code
 * try (HessianVector hessian = HessianVector.at(evaluator, batch, parameters, mode, key)) {
 *     hessian.times(v, product);
 * }
 * }</pre>
 */
public final class HessianVector implements AutoCloseable {
    private final Tape tape;
    private final LossGraph graph;
    private final List<Tensor> gradient;

    private HessianVector(Evaluator evaluator, Tape tape, Batch batch, Parameters at, Pass.Mode mode, RandomKey key) {
        this.tape = tape;
        graph = new LossGraph(tape, evaluator.objective(), batch, at, mode, key);
        gradient = List.of(tape.gradients(graph.loss(), true, graph.leaves()));
    }

    /**
     * The Hessian of the batch's loss in the weights that are not frozen.
     *
     * @param evaluator kernels and objective
     * @param mode {@link Pass.Mode#TRAINING_FROZEN_STATISTICS} differentiates through the batch statistics of BatchNorm, {@link Pass.Mode#EVALUATION} takes
     *        the running ones as constants: two different Hessians
     * @param key of dropout masks
     */
    public static HessianVector at(Evaluator evaluator, Batch batch, Parameters at, Pass.Mode mode, RandomKey key) {
        Tape tape = evaluator.tape();
        try {
            return new HessianVector(evaluator, tape, batch, at, mode, key);
        } catch (Throwable e) {
            tape.close();
            throw e;
        }
    }

    /**
     * {@code product = H v}: frozen entries of v are ignored, those of the product are 0.
     *
     * @param v a point of the weights' type
     * @param product a point of the same type, overwritten; may be v
     * @throws dev.steppe.kernels.ShapeException if v or product is no such point
     * @throws TapeException if this is closed
     */
    public void times(Tensor v, Tensor product) {
        graph.multiply(v, product, parts -> tape.gradients(gradient, parts, false, graph.leaves()));
    }

    /** Loss, losses and collected statistics of the pass. */
    public Evaluator.Result result() {
        return graph.result();
    }

    /** One product; see {@link #at} and {@link #times}. */
    public static Evaluator.Result product(Evaluator evaluator, Batch batch, Parameters at, Pass.Mode mode, RandomKey key, Tensor v,
            Tensor product) {
        LossGraph.requireLikeWeights(at, v);
        LossGraph.requireLikeWeights(at, product);
        try (HessianVector hessian = at(evaluator, batch, at, mode, key)) {
            hessian.times(v, product);
            return hessian.result();
        }
    }

    /** Gives the memory back. */
    @Override
    public void close() {
        tape.close();
    }
}
