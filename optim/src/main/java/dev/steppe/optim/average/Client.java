package dev.steppe.optim.average;

import dev.steppe.core.Batch;

/** One holder of examples in a {@link Federation}, who trains on them and shows them to nobody. */
public interface Client {
    /** How many examples it has, at least 1: its weight in the average. */
    int examples();

    /** What it trains on in one round, batch after batch: a function of the round alone, so that a run can be repeated and resumed. */
    Iterable<Batch> batches(long round);
}
