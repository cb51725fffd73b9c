package dev.steppe.data;

import dev.steppe.core.RandomKey;
import dev.steppe.core.Shape;

/**
 * Sets a square to zero whose centre is any pixel of the image, each equally likely; what sticks out is cut off. Listed after {@link Normalise}, as the
 * authors do, the square is the mean of the data.
 *
 * <p>Source: DeVries and Taylor 2017 (arXiv 1708.04552) and its code: side 16 for CIFAR-10, 8 for CIFAR-100.
 *
 * @param side of the square, in pixels
 */
public record Cutout(int side) implements Transform {
    /** @throws IllegalArgumentException if the side is not positive */
    public Cutout {
        if (side < 1) {
            throw new IllegalArgumentException("cutout: side " + side + ", expected 1 or more");
        }
    }

    @Override
    public void apply(float[] values, int offset, Shape shape, RandomKey key) {
        Pictures.require("cutout", shape);
        cut(values, offset, shape, key.below(shape.dim(0), 0), key.below(shape.dim(1), 1));
    }

    /** The square covers rows {@code y - side / 2 .. y - side / 2 + side - 1}, columns likewise. */
    void cut(float[] values, int offset, Shape shape, int y, int x) {
        int width = shape.dim(1);
        int channels = shape.dim(2);
        int left = Math.max(0, x - side / 2);
        int right = Math.min(width, x - side / 2 + side);
        int bottom = Math.min(shape.dim(0), y - side / 2 + side);
        for (int row = Math.max(0, y - side / 2); row < bottom; row++) {
            Pictures.clear(values, offset + (row * width + left) * channels, (right - left) * channels);
        }
    }
}
