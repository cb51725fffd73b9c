package dev.steppe.train;

import dev.steppe.optim.StepReport;
import java.io.IOException;

/** Is told how training goes, in the training thread: what it does there, training waits for. What it throws ends the run, which can be resumed. */
public interface TrainingListener {
    /**
     * How far a run is, after a training step.
     *
     * @param epoch under way, from 1
     * @param epochs of the run
     * @param batch how many batches of this epoch are done
     * @param batches of an epoch
     * @param report what the step saw
     * @param imagesPerSecond over the last steps
     * @param secondsLeft until the end of the run, evaluations included, if it goes on like this
     */
    record Progress(int epoch, int epochs, int batch, int batches, StepReport report, double imagesPerSecond, double secondsLeft) {
    }

    /** Before the first step of a new run, when its folder is its own: no other run writes there. Not when a run goes on; again if an interrupt cut it short. */
    default void onStart() throws IOException {
    }

    /** After each training step. */
    default void onStep(Progress progress) {
    }

    /** After each epoch, once it is saved. */
    default void onEpoch(EpochReport report) {
    }
}
