package dev.steppe.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.train.EpochReport;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PicturesTest {
    private static final int TRAINING = 0x0072B2;
    private static final int TEST = 0xD55E00;

    private static List<EpochReport> epochs(int n, double sharpness, double test) {
        return IntStream.rangeClosed(1, n)
                .mapToObj(i -> new EpochReport(i, i, 0.1, 2.0 / i, 1.0 / i, 0.05, sharpness / i, 0.9, test * 3 / i, test * (1 - 0.5 / i),
                        1, List.of(), 1, 1, 1, Map.of()))
                .toList();
    }

    private static long count(BufferedImage picture, int fromX, int toX, int rgb) {
        return IntStream.range(fromX, toX)
                .mapToLong(x -> IntStream.range(0, picture.getHeight()).filter(y -> (picture.getRGB(x, y) & 0xFFFFFF) == rgb).count())
                .sum();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 12, 41, 1000})
    void curvesHaveThreePanelsWithTheirLines(int n) {
        BufferedImage picture = new CurvesPicture(epochs(n, 0.1, 1)).draw("title");
        int panel = 2 * LinePlot.WIDTH;
        assertEquals(3 * panel, picture.getWidth());
        for (int p = 0; p < 3; p++) {
            boolean training = p != 1;
            boolean test = p != 2;
            assertEquals(training, count(picture, p * panel, (p + 1) * panel, TRAINING) > 20, "training in panel " + p);
            assertEquals(test, count(picture, p * panel, (p + 1) * panel, TEST) > 20, "test in panel " + p);
        }
    }

    @Test
    void numbersThatAreMissingLeaveThePanelEmpty() {
        BufferedImage picture = new CurvesPicture(epochs(3, 0, Double.NaN)).draw("no test data");
        int panel = 2 * LinePlot.WIDTH;
        long key = count(picture, panel, 2 * panel, TEST);
        assertTrue(key > 0 && key < 500, "the key alone: " + key);
        assertTrue(count(picture, 2 * panel, 3 * panel, TRAINING) > 500, "the gradient norm instead of a sharpness that is 0");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 10, 100, 400})
    void confusionShadesTheShareOfEachClass(int classes) {
        long[][] counts = new long[classes][classes];
        for (int c = 0; c < classes; c++) {
            counts[c][c] = 10;
        }
        List<String> names = IntStream.range(0, classes).mapToObj(c -> "a class with a rather long name, number " + c).toList();
        BufferedImage picture = new ConfusionPicture(counts, names).draw("title");
        assertTrue(picture.getWidth() < 6000 && picture.getHeight() < 6000);
        Color dark = new Color(0x08306B);
        assertTrue(count(picture, 0, picture.getWidth(), dark.getRGB() & 0xFFFFFF) > 20L * classes, "right answers are dark");
    }

    @Test
    void aClassWithoutImagesIsPale() {
        BufferedImage picture = new ConfusionPicture(new long[][] {{0, 0}, {0, 7}}, List.of("none", "some")).draw("title");
        assertTrue(count(picture, 0, picture.getWidth(), 0xF7FBFF) > 10_000);
    }
}
