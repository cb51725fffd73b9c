package dev.steppe.core.op;

import dev.steppe.core.Op;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.core.TensorType;
import dev.steppe.kernels.DType;
import dev.steppe.kernels.Kernels;
import dev.steppe.kernels.PoolShape;
import dev.steppe.kernels.ShapeException;
import dev.steppe.kernels.Span;

/**
 * Maximum over each window of {@code x: [n, h, w, c]}: {@code [n, oh, ow, c]} with {@code oh = floor((h + 2 padding - height) / stride) + 1}, and the flat
 * index of each maximum in x (I32). Padding never wins; ties go to the first position.
 *
 * @param height of the window
 * @param width of the window
 * @param stride step between windows, both axes
 * @param padding positions added on each side, both axes; at most half the window
 */
public record MaxPool2d(int height, int width, int stride, int padding) implements Op {
    @Override
    public TensorType[] infer(TensorType... in) {
        Types.require(name(), 1, in);
        Types.requireRank(name(), "x", 4, in[0]);
        Shape y = output(shape(in[0].shape()));
        return new TensorType[] {new TensorType(in[0].dtype(), y), new TensorType(DType.I32, y)};
    }

    PoolShape shape(Shape x) {
        return new PoolShape(x.dim(0), x.dim(1), x.dim(2), x.dim(3), height, width, stride, padding);
    }

    static Shape output(PoolShape s) {
        return Shape.of(s.n(), s.oh(), s.ow(), s.c());
    }

    static void requireArgmax(String name, Shape y, TensorType argmax) {
        if (!argmax.equals(new TensorType(DType.I32, y))) {
            throw new ShapeException(name + ": argmax is " + argmax + ", expected " + new TensorType(DType.I32, y));
        }
    }

    @Override
    public void forward(Kernels kernels, Tensor[] in, Tensor[] out) {
        kernels.pool().max(shape(in[0].shape()), in[0].span(), out[0].span(), (Span.I32) out[1].span());
    }

    @Override
    public Tensor[] backward(Application op) {
        return new Tensor[] {op.gradient(0).apply(new MaxPool2dBackward(this, op.input(0).shape()), op.output(1))};
    }
}
