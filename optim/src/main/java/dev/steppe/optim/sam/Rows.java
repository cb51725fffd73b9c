package dev.steppe.optim.sam;

import dev.steppe.core.Batch;
import dev.steppe.core.RandomKey;
import java.util.Comparator;
import java.util.stream.IntStream;

/** Which examples of a batch. */
final class Rows {
    private Rows() {
    }

    /** The k indices of the largest values, largest first; equal ones in their order. */
    static int[] largest(double[] values, int k) {
        return IntStream.range(0, values.length).boxed().sorted(Comparator.comparingDouble(i -> -values[i])).limit(k)
                .mapToInt(Integer::intValue).toArray();
    }

    /**
     * k indices without replacement, in increasing order, each draw with probabilities proportional to {@code chances}: those with the k smallest
     * {@code -ln(u) / chance} (Efraimidis and Spirakis, Weighted random sampling with a reservoir, 2006).
     */
    static int[] draw(RandomKey key, double[] chances, int k) {
        double[] late = new double[chances.length];
        for (int i = 0; i < late.length; i++) {
            late[i] = StrictMath.log(1 - key.uniform(i)) / chances[i];
        }
        return IntStream.of(largest(late, k)).sorted().toArray();
    }

    /** The loss of a batch, from those of its examples. */
    static double loss(Batch batch, double[] losses) {
        double sum = 0;
        for (int i = 0; i < losses.length; i++) {
            sum += batch.weight(i) * losses[i];
        }
        return sum;
    }
}
