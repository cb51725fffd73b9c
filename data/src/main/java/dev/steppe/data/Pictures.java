package dev.steppe.data;

import dev.steppe.core.Shape;
import dev.steppe.kernels.ShapeException;
import java.util.Arrays;

/** What the transforms of images share. */
final class Pictures {
    private Pictures() {
    }

    /** @throws ShapeException unless the shape is {@code [H, W, C]} */
    static void require(String what, Shape shape) {
        if (shape.rank() != 3) {
            throw new ShapeException(what + ": an image of shape [H, W, C] expected, given " + shape);
        }
    }

    /** Sets {@code n} numbers to zero. */
    static void clear(float[] values, int from, int n) {
        Arrays.fill(values, from, from + n, 0f);
    }
}
