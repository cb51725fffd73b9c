package dev.steppe.optim;

import dev.steppe.core.Batch;
import dev.steppe.core.Parameters;

/**
 * A running optimizer: it owns a model's numbers and moves them, one batch at a time. Made by {@link Recipe#minimise}.
 *
 * <p>A step either happens or it does not. Whatever is thrown on the way (by the objective, for want of memory, by a number that is not finite), the weights,
 * the running statistics, the random keys and everything an optimizer remembers are then bit for bit what they were before. One thread steps; others may
 * read {@link #current} meanwhile.
 */
public interface Optimizer {
    /**
     * One training step.
     *
     * @param batch the examples; all gradients of the step are taken on them, with the same dropout masks
     * @return what the step saw
     * @throws dev.steppe.core.NonFiniteException if a loss or a gradient is not finite; nothing has changed
     */
    StepReport step(Batch batch);

    /**
     * The numbers after the last step. The arrays of the point are used again by the step after the next one: {@link dev.steppe.core.Tensor#keep} what is
     * needed longer.
     */
    Parameters current();

    /** The numbers to evaluate and to save: {@link #current}, unless the optimizer keeps better ones (averaged, slow or un-perturbed weights). */
    default Parameters evaluationPoint() {
        return current();
    }

    /**
     * Whether {@link #evaluationPoint} has other weights than {@link #current}, so that its running statistics, which belong to those, should be {@linkplain
     * #recalibrated measured} there.
     */
    default boolean recalibrates() {
        return false;
    }

    /**
     * {@link #evaluationPoint} with running statistics measured there: mean and variance of all values that the layers see in training mode on the examples, taken
     * together (Wu and Johnson, Rethinking "Batch" in BatchNorm, arXiv 2105.07576, section 3: precise statistics).
     *
     * @param examples batches of the training set, of the usual size
     */
    default Parameters recalibrated(Iterable<Batch> examples) {
        return evaluationPoint();
    }

    /** Whether this optimizer wants to hear of the loss on data held out. */
    default boolean listens() {
        return false;
    }

    /** Tells the optimizer the loss at {@link #current} on data held out, every now and then; it may change {@link #evaluationPoint}, never the weights. */
    default void validated(double loss) {
    }

    /** How many steps were made. */
    long steps();

    /** The learning rate that the next step will use. */
    double learningRate();

    /** A copy of everything that steps change: with it, an optimizer of the same recipe and options goes on bit for bit. */
    OptimizerState state();

    /**
     * Goes on from a saved state. Parameters may be frozen here that were not frozen there, and the other way round.
     *
     * @throws StateException if the state is not of this base optimizer, model and additions, naming what is missing or does not fit; nothing has changed.
     *         What a variant remembers is taken as it is: only the variant knows its names
     */
    void restore(OptimizerState state);
}
