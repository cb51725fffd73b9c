package dev.steppe.optim;

import dev.steppe.core.Batch;
import java.util.ArrayList;
import java.util.List;

/**
 * Some examples of a batch that share one perturbation.
 *
 * @param share factor on the shard's loss and gradient in those of the batch
 * @param fraction of the examples of the batch
 */
record Shard(int index, Batch examples, double share, double fraction) {
    /** The batch in shards of {@code size} consecutive examples; 0: in one. */
    static List<Shard> of(Batch batch, int size) {
        int n = batch.size();
        if (size == 0 || size >= n) { return List.of(new Shard(0, batch, 1, 1)); }
        List<Shard> shards = new ArrayList<>();
        for (int from = 0; from < n; from += size) {
            Batch rows = batch.slice(from, Math.min(n, from + size));
            double fraction = (double) rows.size() / n;
            shards.add(new Shard(shards.size(), rows, batch.weights() == null ? fraction : 1, fraction));
        }
        return shards;
    }

    /** Number of examples, in units of the whole batch. */
    double part(Batch batch) {
        return batch.size() * fraction / examples.size();
    }
}
