package dev.steppe.data;

import dev.steppe.core.RandomKey;
import dev.steppe.core.Shape;

/** Mirrors every second image, by chance, left to right. Source: He et al. 2016 (arXiv 1512.03385), section 4.2. */
public record HorizontalFlip() implements Transform {
    @Override
    public void apply(float[] values, int offset, Shape shape, RandomKey key) {
        Pictures.require("horizontal flip", shape);
        if (key.below(2, 0) == 1) {
            flip(values, offset, shape);
        }
    }

    static void flip(float[] values, int offset, Shape shape) {
        int width = shape.dim(1);
        int channels = shape.dim(2);
        for (int y = 0; y < shape.dim(0); y++) {
            int left = offset + y * width * channels;
            int right = left + (width - 1) * channels;
            for (; left < right; left += channels, right -= channels) {
                for (int c = 0; c < channels; c++) {
                    float v = values[left + c];
                    values[left + c] = values[right + c];
                    values[right + c] = v;
                }
            }
        }
    }
}
