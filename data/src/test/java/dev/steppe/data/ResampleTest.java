package dev.steppe.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Scaling and cutting. */
class ResampleTest {
    private static byte[] ramp(int height, int width, int channels, int perRow, int perColumn) {
        byte[] pixels = new byte[height * width * channels];
        for (int i = 0; i < pixels.length; i++) {
            int x = i / channels % width;
            int y = i / channels / width;
            pixels[i] = (byte) (20 + perRow * y + perColumn * x + i % channels);
        }
        return pixels;
    }

    @Test
    void theSameSizeIsTheSameImage() {
        byte[] pixels = ramp(3, 4, 3, 5, 7);
        assertSame(pixels, Resample.cover(pixels, new ImageSize(3, 4), new ImageSize(3, 4), 3));
    }

    @Property
    void aConstantImageStaysOne(@ForAll @IntRange(min = 1, max = 20) int h, @ForAll @IntRange(min = 1, max = 20) int w,
            @ForAll @IntRange(min = 1, max = 20) int toH, @ForAll @IntRange(min = 1, max = 20) int toW, @ForAll byte level) {
        byte[] pixels = new byte[h * w];
        java.util.Arrays.fill(pixels, level);
        byte[] expected = new byte[toH * toW];
        java.util.Arrays.fill(expected, level);
        assertArrayEquals(expected, Resample.cover(pixels, new ImageSize(h, w), new ImageSize(toH, toW), 1));
    }

    /** A linear ramp stays one, scaled, wherever the filter does not touch the border: it is symmetric, and its weights sum to 1. */
    @Property
    void aRampStaysARamp(@ForAll @IntRange(min = 12, max = 30) int h, @ForAll @IntRange(min = 12, max = 30) int w,
            @ForAll @IntRange(min = 4, max = 30) int toH, @ForAll @IntRange(min = 4, max = 30) int toW) {
        byte[] out = Resample.cover(ramp(h, w, 3, 2, 4), new ImageSize(h, w), new ImageSize(toH, toW), 3);
        double step = Math.min((double) h / toH, (double) w / toW);
        double reach = Math.max(1, step);
        for (int y = 0; y < toH; y++) {
            for (int x = 0; x < toW; x++) {
                double cy = (h - step * toH) / 2 + (y + 0.5) * step - 0.5;
                double cx = (w - step * toW) / 2 + (x + 0.5) * step - 0.5;
                boolean inside = cy - reach >= 0 && cy + reach <= h - 1 && cx - reach >= 0 && cx + reach <= w - 1;
                for (int c = 0; inside && c < 3; c++) {
                    // Half a level of rounding, and what the sampled triangle adds when it is not a whole number of pixels wide.
                    assertEquals(20 + 2 * cy + 4 * cx + c, out[(y * toW + x) * 3 + c] & 0xff, 1.0);
                }
            }
        }
    }

    /** Halving: the triangle is four pixels wide with weights 1, 3, 3, 1 of 8; at the border what is left of it, 3, 3, 1 of 7. */
    @Test
    void halvingByHand() {
        byte[] pixels = {0, 80, (byte) 160, (byte) 240, 0, 80};
        byte[] row = Resample.cover(pixels, new ImageSize(1, 6), new ImageSize(1, 6), 1);
        assertSame(pixels, row);
        byte[] tall = new byte[12];
        System.arraycopy(pixels, 0, tall, 0, 6);
        System.arraycopy(pixels, 0, tall, 6, 6);
        byte[] out = Resample.cover(tall, new ImageSize(2, 6), new ImageSize(1, 3), 1);
        int first = Math.round((3 * 0 + 3 * 80 + 160) / 7f);
        int middle = Math.round((80 + 3 * 160 + 3 * 240 + 0) / 8f);
        int last = Math.round((240 + 3 * 0 + 3 * 80) / 7f);
        assertArrayEquals(new byte[] {(byte) first, (byte) middle, (byte) last}, out);
    }

    /** Doubling a wide image to a square cuts the middle out of it. */
    @Test
    void theMiddleIsKept() {
        byte[] pixels = {1, 2, 50, 60, 3, 4, 1, 2, 50, 60, 3, 4};
        assertArrayEquals(new byte[] {50, 60, 50, 60}, Resample.cover(pixels, new ImageSize(2, 6), new ImageSize(2, 2), 1));
    }
}
