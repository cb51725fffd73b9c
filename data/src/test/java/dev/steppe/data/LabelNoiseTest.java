package dev.steppe.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Wrong labels: how many, which, and that they depend on seed and id alone. */
class LabelNoiseTest {
    private static final int MANY = 20_000;

    private static Dataset rows(int n, int classes) {
        return ArrayDataset.of("rows", new float[n][1], IntStream.range(0, n).map(i -> i % classes).toArray());
    }

    private static int[] labels(Dataset data) {
        return IntStream.range(0, data.size()).map(data::label).toArray();
    }

    /** Of each class, rate n labels are wrong, and go to all other classes in equal parts: each within six standard deviations. */
    @Property(tries = 20)
    void isSymmetric(@ForAll @DoubleRange(max = 1) double rate, @ForAll @IntRange(min = 2, max = 12) int classes, @ForAll long seed) {
        LabelNoise noisy = LabelNoise.symmetric(rows(MANY, classes), rate, seed);
        int[][] counts = new int[classes][classes];
        for (int i = 0; i < MANY; i++) {
            counts[noisy.clean().label(i)][noisy.label(i)]++;
        }
        int wrong = 0;
        for (int truth = 0; truth < classes; truth++) {
            int n = IntStream.of(counts[truth]).sum();
            for (int label = 0; label < classes; label++) {
                double p = truth == label ? 1 - rate : rate / (classes - 1);
                assertEquals(n * p, counts[truth][label], 6 * Math.sqrt(n * p * (1 - p)) + 3, truth + " as " + label);
                wrong += truth == label ? 0 : counts[truth][label];
            }
        }
        assertEquals(wrong, noisy.wrong());
        assertTrue(noisy.toString().contains(wrong + " wrong labels"), noisy.toString());
    }

    @Property(tries = 50)
    void dependsOnSeedAndIdAlone(@ForAll @DoubleRange(max = 1) double rate, @ForAll long seed) {
        Dataset clean = rows(300, 7);
        LabelNoise noisy = LabelNoise.symmetric(clean, rate, seed);
        assertArrayEquals(labels(noisy), labels(LabelNoise.symmetric(clean, rate, seed)));
        int[] some = IntStream.range(0, 100).map(i -> 299 - 3 * i % 300).toArray();
        assertArrayEquals(labels(noisy.subset(some)), labels(LabelNoise.symmetric(clean.subset(some), rate, seed)));
        LabelNoise more = LabelNoise.symmetric(clean, (rate + 1) / 2, seed);
        for (int i = 0; i < 300; i++) {
            assertTrue(noisy.label(i) == clean.label(i) || noisy.label(i) == more.label(i), "wrong labels stay");
        }
    }

    @Test
    void everythingElseIsTheCleanData() {
        Dataset clean = rows(500, 5).subset(IntStream.range(0, 500).map(i -> 499 - i).toArray());
        LabelNoise noisy = LabelNoise.symmetric(clean, 0.4, 1);
        assertEquals(clean.inputShape(), noisy.inputShape());
        assertEquals(clean.classNames(), noisy.classNames());
        assertEquals(clean.name(), noisy.name());
        assertEquals(497, noisy.id(2));
        assertFalse(Arrays.equals(labels(noisy), labels(LabelNoise.symmetric(clean, 0.4, 2))));
        assertNotEquals(clean.sha256(), noisy.sha256());
        assertNotEquals(noisy.sha256(), LabelNoise.symmetric(clean, 0.4, 2).sha256());
        assertEquals(clean.sha256(), LabelNoise.symmetric(clean, 0, 1).sha256());
        assertEquals(500, LabelNoise.symmetric(clean, 1, 1).wrong());
        assertFalse(IntStream.of(labels(noisy)).anyMatch(l -> l < 0 || l > 4));
    }

    @Test
    void impossibleNoiseIsRefused() {
        for (double rate : new double[] {-0.1, 1.1, Double.NaN}) {
            IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> LabelNoise.symmetric(rows(4, 2), rate, 1));
            assertEquals("rows: label noise of rate " + rate + ", expected one from 0 to 1", e.getMessage());
        }
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> LabelNoise.symmetric(rows(4, 1), 0.1, 1));
        assertEquals("rows: label noise needs two classes or more, got 1", e.getMessage());
    }
}
