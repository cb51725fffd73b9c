package dev.steppe.data;

import dev.steppe.core.Batch;
import dev.steppe.core.RandomKey;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * Batches of a dataset, epoch after epoch, made ahead on a thread of its own.
 *
 * <pre>{@code
 * try (Loader loader = Loader.training(data.train(), 128, seed, new RandomCrop(2), new HorizontalFlip(), Normalise.measure(data.train()))) {
 *     for (Batch batch : loader) {   // one epoch
 *         optimizer.step(batch);
 *     }
 * }
 * }</pre>
 *
 * <p><b>Ownership.</b> Batches lie in a ring of arrays that the loader writes again and again: a batch is valid until the next one is asked for. Whoever
 * needs it longer copies it ({@link dev.steppe.core.Tensor#keep}).
 *
 * <p><b>Order.</b> The order of an epoch depends on (seed, epoch) alone, what a transform makes of an example on (seed, epoch, id of the example)
 * alone. The {@link Position} of a loader is all its state: with the same data and options, {@link #seek} continues as if nothing had happened, in the
 * middle of an epoch, too.
 *
 * <p>A loader serves one thread. Its own thread is a daemon and ends with each epoch; {@link #close} ends it in the middle of one.
 */
public final class Loader implements Iterable<Batch>, AutoCloseable {
    private final Dataset data;
    private final Options options;
    private final BatchRing ring;
    private Position position = Position.START;
    private Prefetch prefetch;
    private boolean closed;

    /**
     * A loader at the start of epoch 0.
     *
     * @throws IllegalArgumentException if the options leave no batch in an epoch
     * @throws dev.steppe.kernels.ShapeException if a transform refuses the shape of the examples: each is tried here on the first one
     */
    public Loader(Dataset data, Options options) {
        this.data = data;
        this.options = options;
        if (batchesPerEpoch() == 0) {
            throw new IllegalArgumentException(data.name() + ": " + data.size() + " examples give no batch of " + options.batchSize
                    + "; take smaller batches, or keep the last one (dropLast false)");
        }
        this.ring = new BatchRing(data, options);
    }

    /** For training: shuffled by {@code seed}, transformed, without the incomplete batch at the end of an epoch. */
    public static Loader training(Dataset data, int batchSize, long seed, Transform... transforms) {
        return new Loader(data, Options.of(batchSize).shuffled(seed).dropLast(true).transforms(transforms));
    }

    /** For evaluation: all examples in their order. Pass no transforms but those that involve no chance, such as {@link Normalise}. */
    public static Loader evaluation(Dataset data, int batchSize, Transform... transforms) {
        return new Loader(data, Options.of(batchSize).transforms(transforms));
    }

    /**
     * How to make batches.
     *
     * @param batchSize examples per batch
     * @param shuffled whether each epoch has an order of its own
     * @param seed of the orders and the transforms
     * @param dropLast whether the batch at the end of an epoch that has fewer examples is left out
     * @param transforms what is done to each example, in this order
     * @param prefetch how many batches are made ahead
     */
    public record Options(int batchSize, boolean shuffled, long seed, boolean dropLast, List<Transform> transforms, int prefetch) {
        /** @throws IllegalArgumentException if the batch size or the number of batches ahead is not positive */
        public Options {
            transforms = List.copyOf(transforms);
            if (batchSize < 1 || prefetch < 1) {
                throw new IllegalArgumentException(
                        "loader: batches of " + batchSize + ", " + prefetch + " ahead; expected at least 1 of each");
            }
        }

        /** Batches in the order of the dataset, the last one as small as it is, no transforms, two batches ahead. */
        public static Options of(int batchSize) {
            return new Options(batchSize, false, 0, false, List.of(), 2);
        }

        /** The same, shuffled. */
        public Options shuffled(long seed) {
            return new Options(batchSize, true, seed, dropLast, transforms, prefetch);
        }

        /** The same with or without the incomplete batch. */
        public Options dropLast(boolean dropLast) {
            return new Options(batchSize, shuffled, seed, dropLast, transforms, prefetch);
        }

        /** The same with these transforms instead. */
        public Options transforms(Transform... transforms) {
            return new Options(batchSize, shuffled, seed, dropLast, List.of(transforms), prefetch);
        }

        /** The same with another number of batches made ahead. */
        public Options prefetch(int prefetch) {
            return new Options(batchSize, shuffled, seed, dropLast, transforms, prefetch);
        }

        RandomKey key(String use, int epoch) {
            return RandomKey.of(seed).fold(use).fold(epoch);
        }
    }

    /**
     * Where a loader is: which batch comes next.
     *
     * @param epoch from 0
     * @param batch within the epoch, from 0
     */
    public record Position(int epoch, int batch) {
        /** Where every loader begins. */
        public static final Position START = new Position(0, 0);

        /** @throws IllegalArgumentException if a number is negative */
        public Position {
            if (epoch < 0 || batch < 0) {
                throw new IllegalArgumentException("loader: epoch " + epoch + ", batch " + batch + ", expected 0 or more");
            }
        }
    }

    /** What is loaded. */
    public Dataset data() {
        return data;
    }

    /** How batches are made. */
    public Options options() {
        return options;
    }

    /** How many batches an epoch has, at least 1. */
    public int batchesPerEpoch() {
        int n = data.size() / options.batchSize;
        return options.dropLast || data.size() % options.batchSize == 0 ? n : n + 1;
    }

    /** Which batch comes next. After the last one of an epoch, that is the first one of the next epoch. */
    public Position position() {
        return position;
    }

    /**
     * Continues elsewhere: after {@code seek(p)} the next batches are those that came, or would have come, after {@link #position} was {@code p}.
     *
     * @throws IllegalArgumentException if an epoch has not so many batches
     */
    public void seek(Position to) {
        if (to.batch >= batchesPerEpoch()) {
            throw new IllegalArgumentException(data.name() + ": batch " + to.batch + " of an epoch of " + batchesPerEpoch());
        }
        stop();
        position = to;
    }

    /**
     * The batch at {@link #position}; epochs follow each other without end.
     *
     * @throws LoaderException if it could not be made, or the wait was interrupted (the thread stays interrupted). The position is then as before, and
     *         the next call tries again
     * @throws IllegalStateException if the loader is closed
     */
    public Batch next() {
        if (closed) {
            throw new IllegalStateException(data.name() + ": this loader is closed");
        }
        if (prefetch == null) {
            prefetch = new Prefetch(ring, position, batchesPerEpoch());
        }
        Batch batch;
        try {
            batch = prefetch.next();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LoaderException(data.name() + ": interrupted while waiting for " + position, e);
        } catch (LoaderException e) {
            stop();
            throw e;
        }
        if (position.batch + 1 < batchesPerEpoch()) {
            position = new Position(position.epoch, position.batch + 1);
        } else {
            position = new Position(position.epoch + 1, 0);
            stop();
        }
        return batch;
    }

    /**
     * One epoch. If shuffled, what is left of the epoch that {@link #position} is in: so a loop that was left early is taken up where it was left.
     * If not, all batches from the first one on.
     */
    @Override
    public Iterator<Batch> iterator() {
        if (!options.shuffled) {
            seek(new Position(position.epoch, 0));
        }
        int epoch = position.epoch;
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return position.epoch == epoch;
            }

            @Override
            public Batch next() {
                if (!hasNext()) {
                    throw new NoSuchElementException(data.name() + ": epoch " + epoch + " is over");
                }
                return Loader.this.next();
            }
        };
    }

    private void stop() {
        if (prefetch != null) {
            prefetch.stop();
            prefetch = null;
        }
    }

    /** Ends the thread; the last batch stays valid. */
    @Override
    public void close() {
        closed = true;
        stop();
    }
}
