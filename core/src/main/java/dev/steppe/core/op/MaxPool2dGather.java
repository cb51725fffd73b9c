package dev.steppe.core.op;

import dev.steppe.core.Op;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.core.TensorType;
import dev.steppe.kernels.Kernels;
import dev.steppe.kernels.Span;

/**
 * The numbers of {@code x: [n, h, w, c]} at the positions of maxima that {@link MaxPool2d} found, {@code [n, oh, ow, c]}: the adjoint of
 * {@link MaxPool2dBackward}.
 *
 * @param pool the pooling
 */
public record MaxPool2dGather(MaxPool2d pool) implements Op {
    @Override
    public TensorType[] infer(TensorType... in) {
        Types.requireCount(name(), 2, in);
        Types.require(name(), 1, in[0]);
        Types.requireRank(name(), "x", 4, in[0]);
        Shape y = MaxPool2d.output(pool.shape(in[0].shape()));
        MaxPool2d.requireArgmax(name(), y, in[1]);
        return Types.one(in[0].dtype(), y);
    }

    @Override
    public void forward(Kernels kernels, Tensor[] in, Tensor[] out) {
        kernels.pool().maxGather(pool.shape(in[0].shape()), in[0].span(), (Span.I32) in[1].span(), out[0].span());
    }

    @Override
    public Tensor[] backward(Application op) {
        return new Tensor[] {op.gradient(0).apply(new MaxPool2dBackward(pool, op.input(0).shape()), op.input(1)), null};
    }
}
