package dev.steppe.train;

import dev.steppe.core.Parameters;
import java.util.List;

/**
 * What came of a run.
 *
 * @param end why it ended
 * @param epochs one report for each whole epoch, also of those before a resume
 * @param test the evaluation after the last whole epoch; null without test data, or if the run was interrupted before it came to the end of one
 * @param parameters the numbers to use, as they are now: {@link dev.steppe.optim.Optimizer#evaluationPoint}
 * @param best those after the epoch with the highest test accuracy, the first of equals; null unless {@link Trainer#keepBest} asked for them
 */
public record TrainingResult(End end, List<EpochReport> epochs, Evaluation test, Parameters parameters, Parameters best) {
    /** Why a run ended. */
    public enum End {
        /** All epochs are done. */
        FINISHED,
        /** {@link EarlyStopping} ended it. */
        STOPPED_EARLY,
        /** {@link Trainer#stop}, or an interrupt of the thread, ended it. */
        INTERRUPTED
    }

    /** Copies the list. */
    public TrainingResult {
        epochs = List.copyOf(epochs);
    }
}
