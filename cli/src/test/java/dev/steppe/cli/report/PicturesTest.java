package dev.steppe.cli.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.train.EpochReport;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PicturesTest {
    private static final int TRAINING = 0x0072B2;
    private static final int TEST = 0xD55E00;
    /** The shade of a class that is always right, and that of what never happens. */
    private static final int ALL = 0x4292C6;
    private static final int NONE = 0xF7FBFF;
    private static final int PANEL = Pictures.SCALE * LinePlot.WIDTH;

    private static List<EpochReport> epochs(int n, double sharpness, double test) {
        return IntStream.rangeClosed(1, n)
                .mapToObj(i -> new EpochReport(i, i, 0.1, 2.0 / i, 1.0 / i, 0.05, sharpness / i, 0.9, 2, 2, test * 3 / i,
                        test * (1 - 0.5 / i),
                        1, List.of(), 1, 1, 1, Map.of()))
                .toList();
    }

    /** The heights, from above, of all pixels of a colour between two columns. */
    private static int[] heights(BufferedImage picture, int fromX, int toX, int rgb) {
        return IntStream.range(fromX, toX)
                .flatMap(x -> IntStream.range(0, picture.getHeight()).filter(y -> (picture.getRGB(x, y) & 0xFFFFFF) == rgb))
                .toArray();
    }

    private static long count(BufferedImage picture, int fromX, int toX, int rgb) {
        return heights(picture, fromX, toX, rgb).length;
    }

    private static List<String> classes(int n) {
        return IntStream.range(0, n).mapToObj(c -> "a class with a rather long name, number " + c).toList();
    }

    private static BufferedImage confusion(long[]... counts) {
        return new ConfusionPicture(counts, classes(counts.length)).draw("title");
    }

    private static boolean same(BufferedImage a, BufferedImage b) {
        int[] rgb = a.getRGB(0, 0, a.getWidth(), a.getHeight(), null, 0, a.getWidth());
        return Arrays.equals(rgb, b.getRGB(0, 0, b.getWidth(), b.getHeight(), null, 0, b.getWidth()));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 12, 41, 1000})
    void curvesHaveThreePanelsWithTheirLines(int n) {
        BufferedImage picture = new CurvesPicture(epochs(n, 0.1, 1)).draw("title");
        assertEquals(3 * PANEL, picture.getWidth());
        for (int p = 0; p < 3; p++) {
            boolean training = p != 1;
            boolean test = p != 2;
            assertEquals(training, count(picture, p * PANEL, (p + 1) * PANEL, TRAINING) > 20, "training in panel " + p);
            assertEquals(test, count(picture, p * PANEL, (p + 1) * PANEL, TEST) > 20, "test in panel " + p);
        }
    }

    @Test
    void curvesRiseWhereNumbersGrow() {
        BufferedImage picture = new CurvesPicture(epochs(12, 0.1, 1)).draw("title");
        int plot = picture.getHeight() * 3 / 4;
        double early = IntStream.of(heights(picture, PANEL, PANEL * 3 / 2, TEST)).filter(y -> y < plot).average().orElseThrow();
        double late = IntStream.of(heights(picture, PANEL * 3 / 2, 2 * PANEL, TEST)).filter(y -> y < plot).average().orElseThrow();
        assertTrue(late < early - 50, "the accuracy grows: " + early + ", " + late);
    }

    @Test
    void numbersThatAreMissingLeaveThePanelEmpty() {
        BufferedImage picture = new CurvesPicture(epochs(3, 0, Double.NaN)).draw("no test data");
        long key = count(picture, PANEL, 2 * PANEL, TEST);
        assertTrue(key > 0 && key < 500, "the key alone: " + key);
        assertTrue(count(picture, 2 * PANEL, 3 * PANEL, TRAINING) > 500, "the gradient norm instead of a sharpness that is 0");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 12, 25})
    void theKeyNamesAllLines(int n) {
        List<LinePlot.Line> lines = IntStream.range(0, n)
                .mapToObj(i -> new LinePlot.Line("optimizer:option=" + i, new Color(8 * i, 255, 0), Double.NaN, Double.NaN)).toList();
        BufferedImage picture = Pictures.paint(new LinePlot("heading", "unit", lines));
        for (LinePlot.Line line : lines) {
            long sample = count(picture, 0, picture.getWidth(), line.color().getRGB() & 0xFFFFFF);
            assertTrue(sample > 100, sample + " pixels of " + line.name());
        }
        int[] ink = heights(picture, 0, picture.getWidth(), Pictures.INK.getRGB() & 0xFFFFFF);
        assertTrue(Arrays.stream(ink).max().orElseThrow() < picture.getHeight() - 5, "the last row is whole");
    }

    /** XChart counts its ticks in steps of 1e-10 at least, and for ever if they are smaller or have long labels. */
    @Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    @ParameterizedTest
    @ValueSource(doubles = {1e-300, 1e-13, -1e-7, 1e7, 1e300})
    void numbersOfAnySizeFillThePanel(double sharpness) {
        BufferedImage picture = new CurvesPicture(epochs(5, sharpness, Double.POSITIVE_INFINITY)).draw("title");
        int plot = picture.getHeight() * 3 / 4;
        int[] heights = IntStream.of(heights(picture, 2 * PANEL, 3 * PANEL, TRAINING)).filter(y -> y < plot).sorted().toArray();
        assertTrue(heights[heights.length - 1] - heights[0] > picture.getHeight() / 3, heights[0] + " to " + heights[heights.length - 1]);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 10, 100, 400})
    void confusionShadesTheShareOfEachClass(int classes) {
        long[][] counts = new long[classes][classes];
        for (int c = 0; c < classes; c++) {
            counts[c][c] = 10 + c;
        }
        BufferedImage picture = confusion(counts);
        assertTrue(picture.getWidth() < 6000 && picture.getHeight() < 6000);
        double share = (double) count(picture, 0, picture.getWidth(), ALL)
                / Math.max(1, count(picture, 0, picture.getWidth(), NONE));
        double expected = 1.0 / (classes - 1);
        assertTrue(classes == 1 ? share > 1000 : share > 0.7 * expected && share < 1.3 * expected, share + " instead of " + expected);
    }

    @Test
    void rowsAreTrueClassesFromAboveToBelow() {
        BufferedImage picture = confusion(new long[] {0, 8}, new long[] {0, 0});
        int middle = picture.getWidth() / 2;
        assertEquals(0, count(picture, 0, middle, ALL), "nothing was taken for class 0");
        int[] heights = heights(picture, middle, picture.getWidth(), ALL);
        assertTrue(heights.length > 100_000, heights.length + " pixels");
        double high = IntStream.of(heights).distinct().count();
        assertEquals(high, heights.length / high, 0.05 * high, "cells are squares");
        assertTrue(IntStream.of(heights).allMatch(y -> y < picture.getHeight() / 2), "class 0 is above");
        assertTrue(count(picture, 0, picture.getWidth(), NONE) > 2L * heights.length, "class 1 has no images and is pale");
    }

    @Test
    void rowsHaveTheNamesOfTheirClasses() {
        BufferedImage picture = new ConfusionPicture(new long[2][2], List.of("a longer name", "short")).draw("title");
        int[] ink = heights(picture, 0, picture.getWidth() / 4, Pictures.INK.getRGB() & 0xFFFFFF);
        long above = IntStream.of(ink).filter(y -> y < picture.getHeight() * 2 / 5).count();
        long below = IntStream.of(ink).filter(y -> y > picture.getHeight() * 3 / 5 && y < picture.getHeight() * 4 / 5).count();
        assertTrue(above > 1.5 * below && below > 0, above + " and " + below);
    }

    @Test
    void cellsCarryTheirNumbersWhereThereIsRoom() {
        assertFalse(same(confusion(new long[] {1, 1}, new long[] {1, 1}), confusion(new long[] {3, 3}, new long[] {3, 3})));
        long[][] ones = new long[50][50];
        long[][] threes = new long[50][50];
        for (int i = 0; i < 50; i++) {
            Arrays.fill(ones[i], 1);
            Arrays.fill(threes[i], 3);
        }
        assertTrue(same(confusion(ones), confusion(threes)), "equal shares");
    }
}
