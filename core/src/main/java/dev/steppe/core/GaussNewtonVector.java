package dev.steppe.core;

import java.util.List;

/**
 * Products of the generalised Gauss-Newton matrix of an {@link Objective} with a vector (Schraudolph 2002, Neural Computation 14(7), section 3.1):
 * {@code G = J' H_z J}, J the Jacobian of the outputs z in the weights, H_z the Hessian of the batch's loss in the outputs. What is left out of the Hessian is the
 * curvature of the model itself. With a loss that is convex in the outputs, as cross-entropy and squared error are, G is positive semidefinite; with cross-entropy it
 * is the Fisher information matrix of the model's own distribution (Martens 2014, arXiv 1412.1193, section 9.2).
 */
public final class GaussNewtonVector {
    private GaussNewtonVector() {
    }

    /**
     * {@code product = J' H_z J v}. Reverse mode alone: {@code J v} is the gradient of {@code <J' u, v>} in u. Arguments as those of {@link HessianVector#product}.
     *
     * @return loss, losses and collected statistics of the pass
     * @throws dev.steppe.kernels.ShapeException if v or product is no point of the weights' type
     * @throws UnsupportedOperationException if the objective gives losses alone
     */
    public static Evaluator.Result product(Evaluator evaluator, Batch batch, Parameters at, Pass.Mode mode, RandomKey key, Tensor v,
            Tensor product) {
        LossGraph.requireLikeWeights(at, v);
        LossGraph.requireLikeWeights(at, product);
        try (Tape tape = evaluator.tape()) {
            LossGraph graph = new LossGraph(tape, evaluator.objective(), batch, at, mode, key, true);
            Tensor u = tape.watch(tape.zeros(graph.outputs().type()));
            Tensor[] pulled = tape.gradients(List.of(graph.outputs()), List.of(u), true, graph.leaves());
            Tensor[] pushed = tape.gradients(List.of(pulled), graph.parts(v), false, u);
            Tensor[] slope = tape.gradients(graph.loss(), true, graph.head());
            Tensor[] bent = tape.gradients(List.of(slope), List.of(pushed), false, graph.head());
            graph.write(tape.gradients(List.of(graph.outputs()), List.of(bent), false, graph.leaves()), product, evaluator.kernels());
            return graph.result();
        }
    }
}
