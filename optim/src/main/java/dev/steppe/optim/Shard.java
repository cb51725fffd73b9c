package dev.steppe.optim;

import dev.steppe.core.Batch;
import java.util.ArrayList;
import java.util.List;

/**
 * Some examples of a batch that share one perturbation.
 *
 * @param path names it among the shards of the batch: empty for the batch itself
 * @param share factor on the shard's loss and gradient in those of the batch
 * @param fraction of the examples of the batch
 */
record Shard(String path, Batch examples, double share, double fraction) {
    /** A whole batch. */
    static Shard of(Batch batch) {
        return new Shard("", batch, 1, 1);
    }

    /** This shard in shards of {@code size} consecutive examples. */
    List<Shard> split(int size) {
        int n = examples.size();
        if (size >= n) { return List.of(this); }
        List<Shard> shards = new ArrayList<>();
        for (int from = 0; from < n; from += size) {
            Batch rows = examples.slice(from, Math.min(n, from + size));
            double part = (double) rows.size() / n;
            String name = shards.isEmpty() ? path : path + "#" + shards.size();
            shards.add(new Shard(name, rows, share * (examples.weights() == null ? part : 1), fraction * part));
        }
        return shards;
    }

    /** Number of examples, in units of the whole batch. */
    double part(Batch batch) {
        return batch.size() * fraction / examples.size();
    }
}
