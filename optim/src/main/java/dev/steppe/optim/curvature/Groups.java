package dev.steppe.optim.curvature;

import dev.steppe.core.Batch;
import dev.steppe.core.RandomKey;
import java.util.Iterator;
import java.util.NoSuchElementException;

/** Batches cut into groups of m examples, each made into a surface. */
final class Groups implements Iterator<LossSurface> {
    /** Makes a surface of a group. */
    interface Maker {
        LossSurface of(Batch group, int number);
    }

    private final Iterator<Batch> batches;
    private final int m;
    private final Maker maker;
    private Batch batch;
    private int from;
    private int number;

    Groups(Iterator<Batch> batches, int m, Maker maker) {
        this.batches = batches;
        this.m = m;
        this.maker = maker;
    }

    @Override
    public boolean hasNext() {
        return batch != null && from < batch.size() || batches.hasNext();
    }

    @Override
    public LossSurface next() {
        if (!hasNext()) { throw new NoSuchElementException("there are " + number + " groups"); }
        if (batch == null || from >= batch.size()) {
            batch = unweighted(batches.next());
            from = 0;
        }
        int to = Math.min(batch.size(), from + m);
        Batch group = batch.slice(from, to);
        from = to;
        return maker.of(group, number++);
    }

    private static Batch unweighted(Batch batch) {
        if (batch.weights() != null) {
            throw new IllegalArgumentException("a batch of " + batch.size() + " weighted examples cannot be cut into groups of equal ones");
        }
        return batch;
    }

    /** Batches with random signs as weights. */
    static final class Signed implements Iterator<Batch> {
        private final Iterator<Batch> batches;
        private final RandomKey signs;
        private long seen;

        Signed(Iterator<Batch> batches, RandomKey signs) {
            this.batches = batches;
            this.signs = signs;
        }

        @Override
        public boolean hasNext() {
            return batches.hasNext();
        }

        @Override
        public Batch next() {
            Batch batch = unweighted(batches.next());
            double[] weights = new double[batch.size()];
            for (int i = 0; i < weights.length; i++) {
                weights[i] = (signs.bits(seen++) < 0 ? -1.0 : 1.0) / weights.length;
            }
            return batch.weighted(weights);
        }
    }
}
