package dev.steppe.data;

import dev.steppe.core.RandomKey;
import dev.steppe.core.Shape;

/**
 * Pads an image with zeros on all four sides and cuts the original size out of it at a random place: shifts by {@code -padding .. padding} in both
 * directions, each equally likely. Listed before {@link Normalise} the border is black, listed after it the border is the mean of the data.
 *
 * <p>Source: He et al. 2016 (arXiv 1512.03385), section 4.2, with padding 4 for 32x32.
 *
 * @param padding in pixels
 */
public record RandomCrop(int padding) implements Transform {
    /** @throws IllegalArgumentException if the padding is negative */
    public RandomCrop {
        if (padding < 0) {
            throw new IllegalArgumentException("random crop: padding " + padding + ", expected 0 or more");
        }
    }

    @Override
    public void apply(float[] values, int offset, Shape shape, RandomKey key) {
        Pictures.require("random crop", shape);
        int dy = key.below(2 * padding + 1, 0) - padding;
        int dx = key.below(2 * padding + 1, 1) - padding;
        shift(values, offset, shape, dy, dx);
    }

    /** Pixel (y, x) becomes what (y + dy, x + dx) was. Rows are visited so that none is overwritten before it was read. */
    static void shift(float[] values, int offset, Shape shape, int dy, int dx) {
        int height = shape.dim(0);
        int row = shape.dim(1) * shape.dim(2);
        int kept = Math.max(0, shape.dim(1) - Math.abs(dx)) * shape.dim(2);
        for (int i = 0; i < height; i++) {
            int y = dy >= 0 ? i : height - 1 - i;
            int to = offset + y * row;
            if (y + dy < 0 || y + dy >= height || kept == 0) {
                Pictures.clear(values, to, row);
            } else if (dx >= 0) {
                System.arraycopy(values, to + dy * row + row - kept, values, to, kept);
                Pictures.clear(values, to + kept, row - kept);
            } else {
                System.arraycopy(values, to + dy * row, values, to + row - kept, kept);
                Pictures.clear(values, to, row - kept);
            }
        }
    }
}
