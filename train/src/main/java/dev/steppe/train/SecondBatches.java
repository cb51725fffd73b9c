package dev.steppe.train;

import dev.steppe.core.Batch;
import dev.steppe.data.Loader;
import dev.steppe.optim.BatchSource;

/**
 * The batches of a loader by the number of the step: the second batch for variants that look at two, as {@code Options.auxiliary} takes it. Give it a loader of
 * its own, best with another seed than that of the training batches, or the step's own batch comes twice.
 *
 * <p>It serves one thread; a batch is valid until the one of another step is asked for. The caller closes the loader.
 */
public final class SecondBatches implements BatchSource {
    private final Loader loader;
    private long last = -1;
    private Batch batch;

    /** @param loader its position is set by each call */
    public SecondBatches(Loader loader) {
        this.loader = loader;
    }

    @Override
    public Batch batch(long step) {
        if (step != last) {
            last = -1;
            int perEpoch = loader.batchesPerEpoch();
            Loader.Position there = new Loader.Position(Math.toIntExact(step / perEpoch), (int) (step % perEpoch));
            if (!loader.position().equals(there)) {
                loader.seek(there);
            }
            batch = loader.next();
            last = step;
        }
        return batch;
    }
}
