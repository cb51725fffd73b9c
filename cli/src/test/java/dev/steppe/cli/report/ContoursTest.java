package dev.steppe.cli.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.geom.Path2D;
import java.awt.geom.PathIterator;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContoursTest {
    private static double[] axis(int n) {
        double[] x = new double[n];
        Arrays.setAll(x, i -> i);
        return x;
    }

    /** Every grid point is in the area if and only if its number reaches the level: looked at a little inside of the frame. */
    @Property
    void areasHoldTheirPoints(@ForAll long seed, @ForAll @IntRange(min = 2, max = 9) int width,
            @ForAll @IntRange(min = 2, max = 9) int height) {
        SplittableRandom random = new SplittableRandom(seed);
        double[][] z = new double[height][];
        Arrays.setAll(z, j -> random.doubles(width, -1, 1).toArray());
        z[random.nextInt(height)][random.nextInt(width)] = Double.NaN;
        Path2D area = Contours.above(axis(width), axis(height), z, 0.1);
        for (int j = 0; j < height; j++) {
            for (int i = 0; i < width; i++) {
                double px = Math.clamp(i, 1e-9, width - 1 - 1e-9);
                double py = Math.clamp(j, 1e-9, height - 1 - 1e-9);
                assertEquals(Double.isNaN(z[j][i]) || z[j][i] >= 0.1, area.contains(px, py), i + ", " + j);
            }
        }
    }

    @Property
    void linesAreWhereTheNumbersCross(@ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double slope = random.nextDouble(0.1, 2);
        double level = random.nextDouble(1, 5);
        double[][] z = new double[7][7];
        for (int j = 0; j < 7; j++) {
            for (int i = 0; i < 7; i++) {
                z[j][i] = i + slope * j;
            }
        }
        double[] point = new double[6];
        for (PathIterator p = Contours.above(axis(7), axis(7), z, level).getPathIterator(null); !p.isDone(); p.next()) {
            if (p.currentSegment(point) != PathIterator.SEG_CLOSE) {
                boolean inside = point[0] > 0 && point[0] < 6 && point[1] > 0 && point[1] < 6;
                assertTrue(!inside || Math.abs(point[0] + slope * point[1] - level) < 1e-9, Arrays.toString(point));
            }
        }
    }

    @Test
    void nothingAndEverything() {
        assertTrue(Contours.above(axis(3), axis(3), new double[3][3], 1).getBounds2D().isEmpty());
        assertEquals(4, Contours.above(axis(3), axis(3), new double[3][3], -1).getBounds2D().getWidth() * 2);
    }

    @ParameterizedTest
    @CsvSource({"0.001, 80", "0, 1", "0.2, 0.9", "-5, 3", "1e-9, 2e-9", "100, 101", "0, 1e6"})
    void levelsAreFewAndRoundAndBetween(double low, double high) {
        List<Double> levels = Levels.of(new double[][] {{low, high}, {Double.NaN, Double.POSITIVE_INFINITY}}).values();
        assertTrue(levels.size() >= 4 && levels.size() <= 14, levels.toString());
        for (int i = 0; i < levels.size(); i++) {
            assertTrue(levels.get(i) > low && levels.get(i) < high, levels.toString());
            assertTrue(i == 0 || levels.get(i) > levels.get(i - 1), levels.toString());
            assertTrue(Levels.text(levels.get(i)).length() <= 7, Levels.text(levels.get(i)));
        }
    }

    @Test
    void whatIsFlatHasNoLevels() {
        assertEquals(List.of(), Levels.of(new double[][] {{2, 2}, {2, Double.NaN}}).values());
        assertEquals(List.of(), Levels.of(new double[][] {{Double.NaN}}).values());
    }
}
