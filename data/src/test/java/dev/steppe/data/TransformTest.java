package dev.steppe.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.core.RandomKey;
import dev.steppe.core.Shape;
import dev.steppe.kernels.ShapeException;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Each transform against its definition, pixel by pixel; what surrounds the example is never touched. */
class TransformTest {
    private static final float GUARD = 77;

    /** What pixel (y, x, c) of the result is. */
    @FunctionalInterface
    private interface Definition {
        float at(int y, int x, int c);
    }

    /** What a transform does to an example that lies among others. */
    @FunctionalInterface
    private interface Change {
        void apply(float[] values, int offset, Shape shape);
    }

    private static float pixel(int y, int x, int c) {
        return 1 + 100 * y + 10 * x + c;
    }

    private static void check(Shape shape, Change change, Definition expected) {
        int offset = 5;
        float[] values = new float[shape.size() + 2 * offset];
        Arrays.fill(values, GUARD);
        float[] wanted = values.clone();
        int i = offset;
        for (int y = 0; y < shape.dim(0); y++) {
            for (int x = 0; x < shape.dim(1); x++) {
                for (int c = 0; c < shape.dim(2); c++, i++) {
                    values[i] = pixel(y, x, c);
                    wanted[i] = expected.at(y, x, c);
                }
            }
        }
        change.apply(values, offset, shape);
        assertArrayEquals(wanted, values);
    }

    @Property
    void shiftReadsFromThePaddedImage(@ForAll @IntRange(min = 1, max = 6) int height, @ForAll @IntRange(min = 1, max = 6) int width,
            @ForAll @IntRange(min = 1, max = 3) int channels, @ForAll @IntRange(min = -8, max = 8) int dy,
            @ForAll @IntRange(min = -8, max = 8) int dx) {
        check(Shape.of(height, width, channels), (values, offset, shape) -> RandomCrop.shift(values, offset, shape, dy, dx), (y, x, c) -> {
            boolean inside = y + dy >= 0 && y + dy < height && x + dx >= 0 && x + dx < width;
            return inside ? pixel(y + dy, x + dx, c) : 0;
        });
    }

    @Property
    void flipMirrorsColumns(@ForAll @IntRange(min = 1, max = 4) int height, @ForAll @IntRange(min = 1, max = 7) int width,
            @ForAll @IntRange(min = 1, max = 3) int channels) {
        check(Shape.of(height, width, channels), HorizontalFlip::flip, (y, x, c) -> pixel(y, width - 1 - x, c));
    }

    @Property
    void cutoutClearsASquare(@ForAll @IntRange(min = 1, max = 7) int height, @ForAll @IntRange(min = 1, max = 7) int width,
            @ForAll @IntRange(min = 1, max = 3) int channels, @ForAll @IntRange(min = 1, max = 9) int side,
            @ForAll @IntRange(max = 6) int row, @ForAll @IntRange(max = 6) int column) {
        int cy = row % height;
        int cx = column % width;
        check(Shape.of(height, width, channels), (values, offset, shape) -> new Cutout(side).cut(values, offset, shape, cy, cx),
                (y, x, c) -> {
                    boolean within = y >= cy - side / 2 && y < cy - side / 2 + side && x >= cx - side / 2 && x < cx - side / 2 + side;
                    return within ? 0 : pixel(y, x, c);
                });
    }

    @Test
    void normaliseIsPerChannel() {
        Normalise normalise = Normalise.of(new float[] {1, 2, 3}, new float[] {2, 4, 8});
        check(Shape.of(2, 3, 3), (values, offset, shape) -> normalise.apply(values, offset, shape, RandomKey.of(0)),
                (y, x, c) -> (pixel(y, x, c) - (c + 1)) / (2 << c));
    }

    /** Every shift, and both flips, come about equally often. */
    @Test
    void chanceIsUniform() {
        int[] shifts = new int[9];
        int flips = 0;
        int cuts = 0;
        Shape shape = Shape.of(3, 3, 1);
        int tries = 9_000;
        for (int t = 0; t < tries; t++) {
            RandomKey key = RandomKey.of(3).fold(t);
            float[] values = {0, 0, 0, 0, 1, 0, 0, 0, 0};
            new RandomCrop(1).apply(values, 0, shape, key);
            shifts[indexOfOne(values)]++;
            float[] left = {1, 0, 0, 0, 0, 0, 0, 0, 0};
            new HorizontalFlip().apply(left, 0, shape, key);
            flips += indexOfOne(left) == 2 ? 1 : 0;
            new Cutout(1).apply(left, 0, shape, key);
            cuts += Arrays.equals(left, new float[9]) ? 1 : 0;
        }
        // Five standard deviations of a binomial count of probability p over the tries.
        for (int count : shifts) {
            assertEquals(tries / 9.0, count, 5 * Math.sqrt(tries * 8 / 81.0));
        }
        assertEquals(tries / 2.0, flips, 5 * Math.sqrt(tries / 4.0));
        assertEquals(tries / 9.0, cuts, 5 * Math.sqrt(tries * 8 / 81.0));
    }

    private static int indexOfOne(float[] values) {
        for (int i = 0; i < values.length; i++) {
            if (values[i] == 1) {
                return i;
            }
        }
        throw new AssertionError("the only pixel is gone: " + Arrays.toString(values));
    }

    @Test
    void measureFindsMeanAndDeviationOfEachChannel() {
        float[][] rows = {{10_000_001, 5}, {10_000_003, 5}, {10_000_005, 5}, {10_000_007, 5}};
        Normalise n = Normalise.measure(ArrayDataset.of("far from zero", rows, 0, 0, 0, 0));
        assertArrayEquals(new float[] {10_000_004, 5}, n.mean());
        assertArrayEquals(new float[] {(float) Math.sqrt(5), 1}, n.std());

        byte[][] images = {{0, 51, 102, (byte) 153}, {(byte) 204, 51, 0, 51}};
        n = Normalise.measure(ImageDataset.of("two channels", Shape.of(1, 2, 2), images, new int[2], List.of("a")));
        assertArrayEquals(new float[] {0.3f, 0.3f}, n.mean(), 1e-7f);
        assertArrayEquals(new float[] {(float) Math.sqrt(0.11), (float) Math.sqrt(0.03)}, n.std(), 1e-7f);
        assertEquals(n, Normalise.of(n.mean(), n.std()));
    }

    @Test
    void refusesWhatMakesNoSense() {
        Shape row = Shape.of(4);
        for (Transform t : List.of(new RandomCrop(1), new HorizontalFlip(), new Cutout(2))) {
            ShapeException e = assertThrows(ShapeException.class, () -> t.apply(new float[4], 0, row, RandomKey.of(0)));
            assertTrue(e.getMessage().contains("[4]"), e.getMessage());
        }
        ShapeException e = assertThrows(ShapeException.class,
                () -> Normalise.of(new float[3], new float[] {1, 1, 1}).apply(new float[4], 0, row, RandomKey.of(0)));
        assertTrue(e.getMessage().contains("3 means") && e.getMessage().contains("[4]"), e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> new RandomCrop(-1));
        assertThrows(IllegalArgumentException.class, () -> new Cutout(0));
        assertThrows(IllegalArgumentException.class, () -> Normalise.of(new float[2], new float[1]));
        assertThrows(IllegalArgumentException.class, () -> Normalise.of(new float[1], new float[1]));
        assertThrows(IllegalArgumentException.class, () -> Normalise.of(new float[] {Float.NaN}, new float[] {1}));
    }
}
