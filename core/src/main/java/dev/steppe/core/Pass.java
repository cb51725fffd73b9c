package dev.steppe.core;

import java.util.IdentityHashMap;
import java.util.Map;

/**
 * How and where one forward runs: the point, the tape, training or evaluation, whether statistics are collected, the random key. Layers ask it for their
 * weights: {@code pass.at(weight)}.
 */
public final class Pass {
    /** What a pass does with batch statistics and dropout. */
    public enum Mode {
        /** Batch statistics and dropout; running statistics are collected. */
        TRAINING,
        /** Batch statistics and dropout, but nothing is collected: every pass of a step after the first. */
        TRAINING_FROZEN_STATISTICS,
        /** Running statistics, no dropout. */
        EVALUATION
    }

    private final Tape tape;
    private final Parameters parameters;
    private final Mode mode;
    private final RandomKey key;
    private final Map<Weight, Tensor> weights = new IdentityHashMap<>();
    private final Map<RunningStatistics, BatchStatistics> collected = new IdentityHashMap<>();

    /**
     * @param parameters the point and the buffers to read
     * @param key of this step: all passes of one step share it, and so see the same dropout masks
     */
    public Pass(Tape tape, Parameters parameters, Mode mode, RandomKey key) {
        this.tape = tape;
        this.parameters = parameters;
        this.mode = mode;
        this.key = key;
    }

    /** The tape of this pass. */
    public Tape tape() {
        return tape;
    }

    /** The layout, the point and the buffers. */
    public Parameters parameters() {
        return parameters;
    }

    /** Whether layers behave as in training: batch statistics, dropout. */
    public boolean isTraining() {
        return mode != Mode.EVALUATION;
    }

    /** The random key of the step; a layer folds its own name into it. */
    public RandomKey key() {
        return key;
    }

    /** The numbers of a weight, in its shape, watched by the tape unless the weight is frozen. */
    public Tensor at(Weight weight) {
        Tensor t = weights.get(weight);
        if (t == null) {
            ParameterSpace.Segment s = parameters.space().segment(weight);
            Tensor view = parameters.space().view(parameters.point(), s);
            t = s.frozen() ? tape.constant(view) : tape.watch(view);
            weights.put(weight, t);
        }
        return t;
    }

    /** The running mean of a layer, {@code [channels]}, as a constant. */
    public Tensor mean(RunningStatistics statistics) {
        return tape.constant(parameters.buffers().of(statistics).mean());
    }

    /** The running variance of a layer, {@code [channels]}, as a constant. */
    public Tensor variance(RunningStatistics statistics) {
        return tape.constant(parameters.buffers().of(statistics).variance());
    }

    /**
     * Notes the statistics of the values that a BatchNorm layer saw, if this pass collects them.
     *
     * @param count values per channel
     * @param mean {@code [channels]}
     * @param variance {@code [channels]}, biased
     */
    public void collect(RunningStatistics statistics, long count, Tensor mean, Tensor variance) {
        if (mode == Mode.TRAINING) {
            collected.merge(statistics, new BatchStatistics(count, mean.toDoubles(), variance.toDoubles()), BatchStatistics::merge);
        }
    }

    /** What was collected. */
    public Map<RunningStatistics, BatchStatistics> collected() {
        return collected;
    }

    /** Whether this pass asked for a weight. */
    boolean used(Weight weight) {
        return weights.containsKey(weight);
    }
}
