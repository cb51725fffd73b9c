package dev.steppe.core.op;

import dev.steppe.core.Op;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.core.TensorType;
import dev.steppe.kernels.Kernels;

/**
 * The adjoint of {@link Conv2d} in its input: {@code dy: [n, oh, ow, k]} and the filter give {@code dx}. Also called transposed convolution.
 *
 * @param conv the convolution
 * @param shape of its input, {@code [n, h, w, c]}
 */
public record Conv2dBackwardInput(Conv2d conv, Shape shape) implements Op {
    @Override
    public TensorType[] infer(TensorType... in) {
        Types.require(name(), 2, in);
        Types.requireRank(name(), "filter", 4, in[1]);
        Types.requireShape(name(), "dy", Conv2d.output(conv.shape(shape, in[1].shape())), in[0]);
        return Types.one(in[0].dtype(), shape);
    }

    @Override
    public void forward(Kernels kernels, Tensor[] in, Tensor[] out) {
        kernels.conv().backwardInput(conv.shape(shape, in[1].shape()), in[0].span(), in[1].span(), out[0].span());
    }

    @Override
    public Tensor[] backward(Application op) {
        Tensor dy = op.input(0);
        Tensor filter = op.input(1);
        Tensor g = op.gradient(0);
        return new Tensor[] {op.needs(0) ? g.apply(conv, filter) : null,
            op.needs(1) ? g.apply(new Conv2dBackwardFilter(conv, filter.shape()), dy) : null};
    }
}
