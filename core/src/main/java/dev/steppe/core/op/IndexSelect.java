package dev.steppe.core.op;

import dev.steppe.core.Op;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.core.TensorType;
import dev.steppe.kernels.Kernels;
import dev.steppe.kernels.Span;

/**
 * Chosen indices of one axis: x and ids (I32, {@code [m]}, each in {@code 0 .. size - 1}) give x with m instead of size indices along the axis. The adjoint
 * of {@link ScatterAdd}.
 *
 * @param axis from 0
 */
public record IndexSelect(int axis) implements Op {
    @Override
    public TensorType[] infer(TensorType... in) {
        Types.requireCount(name(), 2, in);
        Types.requireIds(name(), in[1]);
        return Types.one(in[0].dtype(), in[0].shape().with(axis, in[1].shape().size()));
    }

    /** An index outside gives an {@link IndexOutOfBoundsException} that names it. */
    @Override
    public void forward(Kernels kernels, Tensor[] in, Tensor[] out) {
        Shape x = in[0].shape();
        kernels.move().gather(outer(x, axis), x.dim(axis), inner(x, axis), in[0].span(), (Span.I32) in[1].span(), out[0].span());
    }

    @Override
    public Tensor[] backward(Application op) {
        return new Tensor[] {op.gradient(0).apply(new ScatterAdd(axis, op.input(0).shape().dim(axis)), op.input(1)), null};
    }

    /** The product of the sizes before an axis. */
    static int outer(Shape s, int axis) {
        int n = 1;
        for (int i = 0; i < axis; i++) {
            n *= s.dim(i);
        }
        return n;
    }

    /** The product of the sizes behind an axis. */
    static int inner(Shape s, int axis) {
        int n = 1;
        for (int i = axis + 1; i < s.rank(); i++) {
            n *= s.dim(i);
        }
        return n;
    }
}
