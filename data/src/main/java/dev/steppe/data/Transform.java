package dev.steppe.data;

import dev.steppe.core.RandomKey;
import dev.steppe.core.Shape;

/**
 * Changes one example on its way into a batch, in place: augmentation, normalisation. The numbers that come out must depend on the arguments alone, so
 * that an example looks the same in every run, whatever threads and prefetching do.
 */
@FunctionalInterface
public interface Transform {
    /**
     * Changes an example.
     *
     * @param values where the example is, among others that must be left alone
     * @param offset of its first number
     * @param shape of the example, {@code [H, W, C]} for images; its {@code shape.size()} numbers are row-major
     * @param key the source of randomness, one for each (seed, epoch, example, place in the list of transforms)
     * @throws dev.steppe.kernels.ShapeException if examples of this shape cannot be transformed
     */
    void apply(float[] values, int offset, Shape shape, RandomKey key);
}
