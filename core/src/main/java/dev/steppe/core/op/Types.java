package dev.steppe.core.op;

import dev.steppe.core.Shape;
import dev.steppe.core.TensorType;
import dev.steppe.kernels.DType;
import dev.steppe.kernels.ShapeException;
import java.util.Arrays;

/** Checks of operands: how many, of which type, of which shape. */
final class Types {
    private Types() {
    }

    /** All of one floating-point type. */
    static void require(String name, int count, TensorType... types) {
        requireCount(name, count, types);
        for (TensorType t : types) {
            if (!t.dtype().isFloating()) { throw new ShapeException(name + ": needs F32 or F64, got " + t); }
            if (t.dtype() != types[0].dtype()) {
                throw new ShapeException(
                        name + ": operands of different types " + types[0] + " and " + t + "; convert one with to(..)");
            }
        }
    }

    static void requireCount(String name, int count, TensorType... types) {
        if (types.length != count) {
            throw new ShapeException(name + ": needs " + count + " operands, got " + types.length + " " + Arrays.toString(types));
        }
    }

    static void requireRank(String name, String what, int rank, TensorType type) {
        if (type.shape().rank() != rank) {
            throw new ShapeException(name + ": " + what + " needs " + rank + " axes, got " + type.shape());
        }
    }

    static void requireShape(String name, String what, Shape expected, TensorType type) {
        if (!type.shape().equals(expected)) {
            throw new ShapeException(name + ": " + what + " has shape " + type.shape() + ", expected " + expected);
        }
    }

    static void requireIds(String name, TensorType type) {
        if (type.dtype() != DType.I32 || type.shape().rank() != 1) {
            throw new ShapeException(name + ": ids must be I32 of one axis, got " + type);
        }
    }

    /** The types of a single output, as {@code infer} gives them. */
    static TensorType[] one(DType dtype, Shape shape) {
        return new TensorType[] {new TensorType(dtype, shape)};
    }
}
