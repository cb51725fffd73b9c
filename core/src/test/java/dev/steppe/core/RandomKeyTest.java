package dev.steppe.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Numbers are functions of key and counter, and look random: limits are at least five standard deviations wide, and nothing here varies from run to run. */
class RandomKeyTest {
    private static final int N = 100_000;
    private final RandomKey key = RandomKey.of(42).fold(3).fold("layer1.0.dropout");

    @Test
    void numbersDependOnKeyAndCounterAlone() {
        double[] forwards = IntStream.range(0, 1000).mapToDouble(key::uniform).toArray();
        double[] parallel = IntStream.range(0, 1000).parallel()
                .mapToDouble(i -> RandomKey.of(42).fold(3).fold("layer1.0.dropout").uniform(i)).toArray();
        for (int i = 999; i >= 0; i--) {
            assertEquals(forwards[i], key.uniform(i));
        }
        assertArrayEquals(forwards, parallel);
    }

    /** Pinned: checkpoints and reference trajectories depend on these bits. */
    @Test
    void theBitsStayTheSame() {
        assertEquals(key, new RandomKey(key.state()));
        assertEquals("[-3125500138303717071, -7159082538122006776, 6094837885059510008]",
                Arrays.toString(LongStream.range(0, 3).map(RandomKey.of(0)::bits).toArray()));
    }

    @Test
    void keysDoNotCollide() {
        Set<Long> states = new HashSet<>();
        for (int seed = 0; seed < 20; seed++) {
            for (int epoch = 0; epoch < 20; epoch++) {
                for (int step = 0; step < 20; step++) {
                    states.add(RandomKey.of(seed).fold(epoch).fold(step).state());
                    states.add(RandomKey.of(seed).fold(epoch).fold("layer" + step).state());
                }
            }
        }
        assertEquals(2 * 8000, states.size());
        assertNotEquals(key.fold(1).fold(2), key.fold(2).fold(1));
    }

    @Test
    void uniformNumbersAreUniform() {
        int[] counts = new int[100];
        double sum = 0;
        for (int i = 0; i < N; i++) {
            double u = key.uniform(i);
            assertTrue(u >= 0 && u < 1);
            counts[(int) (u * 100)]++;
            sum += u;
        }
        assertEquals(0.5, sum / N, 5 * Math.sqrt(1.0 / 12 / N));
        double expected = N / 100.0;
        double chiSquare = Arrays.stream(counts).mapToDouble(c -> (c - expected) * (c - expected) / expected).sum();
        assertTrue(chiSquare < 99 + 5 * Math.sqrt(2 * 99), "chi square of 99 degrees of freedom: " + chiSquare);
    }

    @Test
    void everyBitIsFairAndNeighboursAreIndependent() {
        int[] ones = new int[64];
        int[] changes = new int[64];
        int[] across = new int[64];
        for (int i = 0; i < N; i++) {
            long bits = key.bits(i);
            long next = key.bits(i + 1);
            long other = key.fold(i).bits(0);
            for (int b = 0; b < 64; b++) {
                ones[b] += (int) (bits >>> b & 1);
                changes[b] += (int) ((bits ^ next) >>> b & 1);
                across[b] += (int) ((bits ^ other) >>> b & 1);
            }
        }
        double limit = 5 * Math.sqrt(N) / 2;
        for (int b = 0; b < 64; b++) {
            assertEquals(N / 2.0, ones[b], limit, "bit " + b);
            assertEquals(N / 2.0, changes[b], limit, "bit " + b + " against the next number");
            assertEquals(N / 2.0, across[b], limit, "bit " + b + " against another key");
        }
    }

    @Test
    void normalNumbersHaveTheMomentsOfTheNormalDistribution() {
        double[] moments = new double[5];
        int beyond = 0;
        for (int i = 0; i < N; i++) {
            double z = key.normal(i);
            for (int m = 1; m <= 4; m++) {
                moments[m] += Math.pow(z, m) / N;
            }
            beyond += Math.abs(z) > 1.959964 ? 1 : 0;
        }
        double unit = 5 / Math.sqrt(N);
        assertEquals(0, moments[1], unit);
        assertEquals(1, moments[2], unit * Math.sqrt(2));
        assertEquals(0, moments[3], unit * Math.sqrt(15));
        assertEquals(3, moments[4], unit * Math.sqrt(96));
        assertEquals(0.05 * N, beyond, 5 * Math.sqrt(N * 0.05 * 0.95));
    }

    @Test
    void permutationsArePermutationsAndFair() {
        int[] counts = new int[25];
        for (int i = 0; i < 5000; i++) {
            int[] p = key.fold(i).permutation(5);
            for (int k = 0; k < 5; k++) {
                counts[5 * k + p[k]]++;
            }
            assertArrayEquals(new int[] {0, 1, 2, 3, 4}, Arrays.stream(p).sorted().toArray());
        }
        for (int c : counts) {
            assertEquals(1000, c, 5 * Math.sqrt(5000 * 0.2 * 0.8));
        }
        assertEquals(0, key.permutation(0).length);
    }

    @Test
    void numbersBelowABoundAreFair() {
        int[] counts = new int[7];
        for (int i = 0; i < 70_000; i++) {
            counts[key.below(7, i)]++;
        }
        for (int c : counts) {
            assertEquals(10_000, c, 5 * Math.sqrt(70_000 / 7.0 * 6 / 7));
        }
    }

    /** A mask is recomputed in the backward pass: it is the same, keeps the expectation, and is different under another key. */
    @Test
    void dropoutMasks() {
        Tensor x = Tensor.full(dev.steppe.kernels.DType.F32, Shape.of(40_000), 1);
        double[] y = x.dropout(key, 0.3).toDoubles();
        assertArrayEquals(y, x.dropout(key, 0.3).toDoubles());
        long dropped = Arrays.stream(y).filter(v -> v == 0).count();
        assertEquals(0.3 * 40_000, dropped, 5 * Math.sqrt(40_000 * 0.3 * 0.7));
        Arrays.stream(y).filter(v -> v != 0).forEach(v -> assertEquals(1 / 0.7, v, 1e-7));
        double[] other = x.dropout(key.fold(1), 0.3).toDoubles();
        long both = IntStream.range(0, y.length).filter(i -> y[i] == 0 && other[i] == 0).count();
        assertEquals(0.09 * 40_000, both, 5 * Math.sqrt(40_000 * 0.09 * 0.91));
    }
}
