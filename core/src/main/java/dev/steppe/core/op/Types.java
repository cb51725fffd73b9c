package dev.steppe.core.op;

import dev.steppe.core.TensorType;
import dev.steppe.kernels.ShapeException;

/** Checks of operand types. */
final class Types {
    private Types() {
    }

    static void requireFloating(String name, TensorType... types) {
        for (TensorType t : types) {
            if (!t.dtype().isFloating()) { throw new ShapeException(name + ": needs F32 or F64, got " + t); }
        }
    }

    static void requireSame(String name, TensorType a, TensorType b) {
        requireFloating(name, a, b);
        if (a.dtype() != b.dtype()) {
            throw new ShapeException(name + ": operands of different types " + a + " and " + b + "; convert one with to(..)");
        }
    }
}
