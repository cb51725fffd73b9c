package dev.steppe.optim;

import dev.steppe.core.Batch;

/**
 * More examples than those of the step, for variants that look at a second batch. A function of the number of the step and of nothing else: so a run that is
 * resumed sees the same ones.
 */
@FunctionalInterface
public interface BatchSource {
    /** The examples of a step, counted from 0. */
    Batch batch(long step);
}
