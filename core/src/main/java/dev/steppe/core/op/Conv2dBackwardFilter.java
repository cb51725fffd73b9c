package dev.steppe.core.op;

import dev.steppe.core.Op;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.core.TensorType;
import dev.steppe.kernels.Kernels;

/**
 * The adjoint of {@link Conv2d} in its filter: {@code x: [n, h, w, c]} and {@code dy: [n, oh, ow, k]} give {@code dfilter}.
 *
 * @param conv the convolution
 * @param shape of its filter, {@code [r, s, c / groups, k]}
 */
public record Conv2dBackwardFilter(Conv2d conv, Shape shape) implements Op {
    @Override
    public TensorType[] infer(TensorType... in) {
        Types.require(name(), 2, in);
        Types.requireRank(name(), "x", 4, in[0]);
        Types.requireShape(name(), "dy", Conv2d.output(conv.shape(in[0].shape(), shape)), in[1]);
        return Types.one(in[0].dtype(), shape);
    }

    @Override
    public void forward(Kernels kernels, Tensor[] in, Tensor[] out) {
        kernels.conv().backwardFilter(conv.shape(in[0].shape(), shape), in[0].span(), in[1].span(), out[0].span());
    }

    @Override
    public Tensor[] backward(Application op) {
        Tensor x = op.input(0);
        Tensor dy = op.input(1);
        Tensor g = op.gradient(0);
        return new Tensor[] {op.needs(0) ? dy.apply(new Conv2dBackwardInput(conv, x.shape()), g) : null,
            op.needs(1) ? x.apply(conv, g) : null};
    }
}
