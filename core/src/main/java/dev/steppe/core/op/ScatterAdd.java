package dev.steppe.core.op;

import dev.steppe.core.Op;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.core.TensorType;
import dev.steppe.kernels.Kernels;
import dev.steppe.kernels.ShapeException;
import dev.steppe.kernels.Span;

/**
 * Adds the m indices of one axis of x to zeros of another size, at ids (I32, {@code [m]}, each in {@code 0 .. size - 1}). The adjoint of
 * {@link IndexSelect}.
 *
 * @param axis from 0
 * @param size of the axis in the result
 */
public record ScatterAdd(int axis, int size) implements Op {
    @Override
    public TensorType[] infer(TensorType... in) {
        Types.requireCount(name(), 2, in);
        Types.require(name(), 1, in[0]);
        Types.requireIds(name(), in[1]);
        if (in[0].shape().dim(axis) != in[1].shape().size()) {
            throw new ShapeException(
                    name() + ": axis " + axis + " of " + in[0].shape() + " needs as many ids, got " + in[1].shape().size());
        }
        return Types.one(in[0].dtype(), in[0].shape().with(axis, size));
    }

    /** An index outside gives an {@link IndexOutOfBoundsException} that names it. */
    @Override
    public void forward(Kernels kernels, Tensor[] in, Tensor[] out) {
        Shape y = out[0].shape();
        kernels.move().scatterAdd(IndexSelect.outer(y, axis), size, IndexSelect.inner(y, axis), in[0].span(), (Span.I32) in[1].span(),
                out[0].span());
    }

    @Override
    public Tensor[] backward(Application op) {
        return new Tensor[] {op.gradient(0).apply(new IndexSelect(axis), op.input(1)), null};
    }
}
