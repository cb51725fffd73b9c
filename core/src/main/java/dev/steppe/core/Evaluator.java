package dev.steppe.core;

import dev.steppe.kernels.Kernels;
import java.util.Map;

/**
 * Evaluates an {@link Objective} at points: its losses, its gradient, its outputs. Weights are never moved; many evaluators may work on the same arrays at
 * the same time, as long as nobody writes them.
 */
public final class Evaluator {
    private final Kernels kernels;
    private final Objective objective;
    private final String guard;

    /** An evaluator without non-finite guard. */
    public Evaluator(Kernels kernels, Objective objective) {
        this(kernels, objective, null);
    }

    private Evaluator(Kernels kernels, Objective objective, String guard) {
        this.kernels = kernels;
        this.objective = objective;
        this.guard = guard;
    }

    /** This evaluator with tapes that name the op, the direction and {@code step} where the first non-finite number appears. */
    public Evaluator guarded(String step) {
        return new Evaluator(kernels, objective, step);
    }

    /** The kernels that compute. */
    public Kernels kernels() {
        return kernels;
    }

    /** What is evaluated. */
    public Objective objective() {
        return objective;
    }

    /**
     * What one pass gave.
     *
     * @param loss of the batch: {@code sum of weight[i] * losses[i]}
     * @param losses one per example
     * @param outputs of the model, in memory of their own, or null if they were not asked for
     * @param collected statistics of the pass
     */
    public record Result(double loss, double[] losses, Tensor outputs, Map<RunningStatistics, BatchStatistics> collected) {
    }

    /**
     * Loss and gradient at {@code at}: one forward, one backward.
     *
     * @param gradient a point, overwritten; zeros where the loss does not depend on a weight or the weight is frozen
     */
    public Result gradient(Batch batch, Parameters at, Pass.Mode mode, RandomKey key, Tensor gradient) {
        LossGraph.requireLikeWeights(at, gradient);
        try (Tape tape = tape()) {
            LossGraph graph = new LossGraph(tape, objective, batch, at, mode, key);
            graph.write(tape.gradients(graph.loss(), graph.leaves()), gradient, kernels);
            return graph.result();
        }
    }

    /** A recording tape, with this evaluator's guard. */
    Tape tape() {
        return guard == null ? Tape.on(kernels) : Tape.guarded(kernels, guard);
    }

    /** Losses at {@code at}: a forward alone. */
    public Result losses(Batch batch, Parameters at, Pass.Mode mode, RandomKey key) {
        try (Tape tape = Tape.inference(kernels, guard)) {
            Pass pass = new Pass(tape, at, mode, key);
            Tensor losses = objective.losses(batch, pass);
            LossGraph.requireLosses(losses, batch);
            double[] values = losses.toDoubles();
            return new Result(total(values, batch), values, null, pass.collected());
        }
    }

    /** Losses and outputs in evaluation mode. */
    public Result evaluate(Batch batch, Parameters at) {
        return evaluate(batch, at, Pass.Mode.EVALUATION, RandomKey.of(0));
    }

    /** Losses and outputs at {@code at}: a forward alone. */
    public Result evaluate(Batch batch, Parameters at, Pass.Mode mode, RandomKey key) {
        try (Tape tape = Tape.inference(kernels, guard)) {
            Pass pass = new Pass(tape, at, mode, key);
            Tensor outputs = objective.outputs(batch, pass);
            Tensor losses = objective.losses(outputs, batch);
            LossGraph.requireLosses(losses, batch);
            double[] values = losses.toDoubles();
            return new Result(total(values, batch), values, outputs.keep(), pass.collected());
        }
    }

    static double total(double[] losses, Batch batch) {
        double sum = 0;
        for (int i = 0; i < losses.length; i++) {
            sum += batch.weight(i) * losses[i];
        }
        return sum;
    }
}
