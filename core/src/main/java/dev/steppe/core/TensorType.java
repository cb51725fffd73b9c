package dev.steppe.core;

import dev.steppe.kernels.DType;

/** What is known of a tensor before its numbers are: type and shape. */
public record TensorType(DType dtype, Shape shape) {
    /** For example {@code F32[8,32,32,16]}. */
    @Override
    public String toString() {
        return dtype + shape.toString();
    }
}
