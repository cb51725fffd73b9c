package dev.steppe.core;

import java.util.List;

/**
 * Products of the generalised Gauss-Newton matrix of an {@link Objective} with vectors (Schraudolph 2002, Neural Computation 14(7), section 3.1):
 * {@code G = J' H_z J}, J the Jacobian of the outputs z in the weights, H_z the Hessian of the batch's loss in the outputs. What is left out of the Hessian is the
 * curvature of the model itself. With a loss that is convex in the outputs, as cross-entropy and squared error are, G is positive semidefinite; with cross-entropy it
 * is the Fisher information matrix of the model's own distribution (Martens 2014, arXiv 1412.1193, section 9.2).
 *
 * <p>Reverse mode alone: {@code J v} is the gradient of {@code <J' u, v>} in u. The graph of {@code J' u} stays in memory while this is open.
 */
public final class GaussNewtonVector implements AutoCloseable {
    private final Tape tape;
    private final LossGraph graph;
    private final Tensor u;
    private final List<Tensor> pulled;
    private final List<Tensor> slope;

    private GaussNewtonVector(Evaluator evaluator, Tape tape, Batch batch, Parameters at, Pass.Mode mode, RandomKey key) {
        this.tape = tape;
        graph = new LossGraph(tape, evaluator.objective(), batch, at, mode, key, true);
        u = tape.watch(tape.zeros(graph.outputs().type()));
        pulled = List.of(tape.gradients(List.of(graph.outputs()), List.of(u), true, graph.leaves()));
        slope = List.of(tape.gradients(graph.loss(), true, graph.head()));
    }

    /**
     * The matrix of the batch's loss; arguments as those of {@link HessianVector#at}.
     *
     * @throws UnsupportedOperationException if the objective gives losses alone
     */
    public static GaussNewtonVector at(Evaluator evaluator, Batch batch, Parameters at, Pass.Mode mode, RandomKey key) {
        Tape tape = evaluator.tape();
        try {
            return new GaussNewtonVector(evaluator, tape, batch, at, mode, key);
        } catch (Throwable e) {
            tape.close();
            throw e;
        }
    }

    /** {@code product = J' H_z J v}; arguments as those of {@link HessianVector#times}. */
    public void times(Tensor v, Tensor product) {
        graph.multiply(v, product, parts -> {
            Tensor[] pushed = tape.gradients(pulled, parts, false, u);
            Tensor[] bent = tape.gradients(slope, List.of(pushed), false, graph.head());
            return tape.gradients(List.of(graph.outputs()), List.of(bent), false, graph.leaves());
        });
    }

    /** Loss, losses and collected statistics of the pass. */
    public Evaluator.Result result() {
        return graph.result();
    }

    /** Gives the memory back. */
    @Override
    public void close() {
        tape.close();
    }
}
