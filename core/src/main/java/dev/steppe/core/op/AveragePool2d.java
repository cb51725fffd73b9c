package dev.steppe.core.op;

import dev.steppe.core.Op;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.core.TensorType;
import dev.steppe.kernels.Kernels;
import dev.steppe.kernels.PoolShape;

/**
 * Mean over each window of {@code x: [n, h, w, c]}: {@code [n, oh, ow, c]} with {@code oh = floor((h + 2 padding - window) / stride) + 1}. Padding counts as
 * zeros (PyTorch's default, {@code count_include_pad=True}).
 *
 * @param window height and width
 * @param stride step between windows, both axes
 * @param padding zeros added on each side, both axes; at most half the window
 */
public record AveragePool2d(int window, int stride, int padding) implements Op {
    @Override
    public TensorType[] infer(TensorType... in) {
        Types.require(name(), 1, in);
        Types.requireRank(name(), "x", 4, in[0]);
        return Types.one(in[0].dtype(), MaxPool2d.output(shape(in[0].shape())));
    }

    PoolShape shape(Shape x) {
        return new PoolShape(x.dim(0), x.dim(1), x.dim(2), x.dim(3), window, window, stride, padding);
    }

    @Override
    public void forward(Kernels kernels, Tensor[] in, Tensor[] out) {
        kernels.pool().average(shape(in[0].shape()), true, in[0].span(), out[0].span());
    }

    @Override
    public Tensor[] backward(Application op) {
        return new Tensor[] {op.gradient(0).apply(new AveragePool2dBackward(this, op.input(0).shape()))};
    }
}
