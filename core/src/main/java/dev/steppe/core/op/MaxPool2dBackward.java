package dev.steppe.core.op;

import dev.steppe.core.Op;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.core.TensorType;
import dev.steppe.kernels.Kernels;
import dev.steppe.kernels.Span;

/**
 * The adjoint of {@link MaxPool2d}: {@code dy: [n, oh, ow, c]} is added to zeros at the positions of the maxima (I32, same shape).
 *
 * @param pool the pooling
 * @param shape of its input, {@code [n, h, w, c]}
 */
public record MaxPool2dBackward(MaxPool2d pool, Shape shape) implements Op {
    @Override
    public TensorType[] infer(TensorType... in) {
        Types.requireCount(name(), 2, in);
        Types.require(name(), 1, in[0]);
        Shape y = MaxPool2d.output(pool.shape(shape));
        Types.requireShape(name(), "dy", y, in[0]);
        MaxPool2d.requireArgmax(name(), y, in[1]);
        return Types.one(in[0].dtype(), shape);
    }

    @Override
    public void forward(Kernels kernels, Tensor[] in, Tensor[] out) {
        kernels.pool().maxBackward(pool.shape(shape), in[0].span(), (Span.I32) in[1].span(), out[0].span());
    }

    @Override
    public Tensor[] backward(Application op) {
        return new Tensor[] {op.gradient(0).apply(new MaxPool2dGather(pool), op.input(1)), null};
    }
}
