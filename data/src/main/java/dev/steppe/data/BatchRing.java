package dev.steppe.data;

import dev.steppe.core.Batch;
import dev.steppe.core.RandomKey;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.kernels.Span;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Makes batches in arrays that are allocated once: one set for each batch ahead, and one for the batch that the consumer holds. */
final class BatchRing {
    private final Dataset data;
    private final Loader.Options options;
    private final Shape shape;
    private final Transform[] transforms;
    private final List<Slot> slots;
    private final int[] order;
    private int orderedEpoch = -1;

    BatchRing(Dataset data, Loader.Options options) {
        this.data = data;
        this.options = options;
        this.shape = data.inputShape();
        this.transforms = options.transforms().toArray(Transform[]::new);
        Shape.of(options.batchSize(), shape.size());
        tryTransforms();
        this.slots = Stream.generate(() -> new Slot(options.batchSize(), shape.size())).limit(options.prefetch() + 1L).toList();
        this.order = IntStream.range(0, data.size()).toArray();
    }

    /** Lets transforms that do not fit fail in the thread that asked for them. */
    private void tryTransforms() {
        float[] example = new float[shape.size()];
        data.copy(0, example, 0);
        for (Transform t : transforms) {
            t.apply(example, 0, shape, RandomKey.of(0));
        }
    }

    /** The arrays of one batch. */
    static final class Slot {
        private final float[] inputs;
        private final int[] targets;
        private final int[] ids;

        private Slot(int batchSize, int exampleSize) {
            inputs = new float[batchSize * exampleSize];
            targets = new int[batchSize];
            ids = new int[batchSize];
        }
    }

    List<Slot> slots() {
        return slots;
    }

    /**
     * Makes one batch. Only one thread at a time may do that.
     *
     * @return the batch in the arrays of {@code slot}; null if the thread was interrupted meanwhile
     */
    Batch fill(Slot slot, Loader.Position at) {
        arrange(at.epoch());
        int from = at.batch() * options.batchSize();
        int n = Math.min(options.batchSize(), data.size() - from);
        RandomKey epochKey = options.key("augment", at.epoch());
        for (int k = 0; k < n; k++) {
            if (Thread.currentThread().isInterrupted()) {
                return null;
            }
            example(slot, k, order[from + k], epochKey);
        }
        int[] dims = new int[shape.rank() + 1];
        dims[0] = n;
        System.arraycopy(shape.dims(), 0, dims, 1, shape.rank());
        return new Batch(Tensor.of(Shape.of(dims), Span.of(slot.inputs).slice(0, n * shape.size())),
                Tensor.of(Shape.of(n), Span.of(slot.targets).slice(0, n)), n == slot.ids.length ? slot.ids : Arrays.copyOf(slot.ids, n),
                null);
    }

    private void example(Slot slot, int k, int i, RandomKey epochKey) {
        int offset = k * shape.size();
        int id = data.id(i);
        try {
            data.copy(i, slot.inputs, offset);
            RandomKey key = epochKey.fold(id);
            for (int t = 0; t < transforms.length; t++) {
                transforms[t].apply(slot.inputs, offset, shape, key.fold(t));
            }
            slot.targets[k] = data.label(i);
            slot.ids[k] = id;
        } catch (Throwable e) {
            throw new LoaderException(data.name() + ": example " + i + " (id " + id + "): " + e, e);
        }
    }

    /** The order of an epoch, in the array that held the one before: Fisher and Yates, from counters. */
    private void arrange(int epoch) {
        if (!options.shuffled() || orderedEpoch == epoch) {
            return;
        }
        RandomKey key = options.key("shuffle", epoch);
        for (int i = 0; i < order.length; i++) {
            int j = key.below(i + 1, i);
            order[i] = order[j];
            order[j] = i;
        }
        orderedEpoch = epoch;
    }
}
