package dev.steppe.core.op;

import dev.steppe.core.Op;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.core.TensorType;
import dev.steppe.kernels.Kernels;

/**
 * The adjoint of {@link AveragePool2d}: each number of {@code dy: [n, oh, ow, c]} is spread evenly over its window.
 *
 * @param pool the pooling
 * @param shape of its input, {@code [n, h, w, c]}
 */
public record AveragePool2dBackward(AveragePool2d pool, Shape shape) implements Op {
    @Override
    public TensorType[] infer(TensorType... in) {
        Types.require(name(), 1, in);
        Types.requireShape(name(), "dy", MaxPool2d.output(pool.shape(shape)), in[0]);
        return Types.one(in[0].dtype(), shape);
    }

    @Override
    public void forward(Kernels kernels, Tensor[] in, Tensor[] out) {
        kernels.pool().averageBackward(pool.shape(shape), true, in[0].span(), out[0].span());
    }

    @Override
    public Tensor[] backward(Application op) {
        return new Tensor[] {op.gradient(0).apply(pool)};
    }
}
