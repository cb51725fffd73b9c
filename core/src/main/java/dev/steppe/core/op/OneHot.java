package dev.steppe.core.op;

import dev.steppe.core.Op;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.core.TensorType;
import dev.steppe.kernels.DType;
import dev.steppe.kernels.Kernels;
import dev.steppe.kernels.ShapeException;
import dev.steppe.kernels.Span;

/**
 * Rows that are {@code on} at one class and {@code off} at the others: class ids (I32, {@code [n]}) give {@code [n, classes]}, through which no gradient
 * flows.
 *
 * @param dtype of the result
 * @param classes how many there are
 * @param on value at the class
 * @param off value elsewhere
 */
public record OneHot(DType dtype, int classes, double on, double off) implements Op {
    /** @throws ShapeException if the result would not be F32 or F64 */
    public OneHot {
        if (!dtype.isFloating()) { throw new ShapeException("oneHot: gives F32 or F64, not " + dtype); }
    }

    @Override
    public TensorType[] infer(TensorType... in) {
        Types.requireCount(name(), 1, in);
        Types.requireIds(name(), in[0]);
        return Types.one(dtype, Shape.of(in[0].shape().size(), classes));
    }

    /** @throws ShapeException naming the first id that is no class */
    @Override
    public void forward(Kernels kernels, Tensor[] in, Tensor[] out) {
        Span ids = in[0].span();
        Span y = out[0].span();
        kernels.move().fill(y, off);
        for (int i = 0; i < ids.length(); i++) {
            int id = (int) ids.get(i);
            if (id < 0 || id >= classes) {
                throw new ShapeException(name() + ": class id " + id + " of example " + i + " is outside 0 to " + (classes - 1));
            }
            y.set(i * classes + id, on);
        }
    }

    @Override
    public Tensor[] backward(Application op) {
        return new Tensor[1];
    }
}
