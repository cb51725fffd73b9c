package dev.steppe.core.op;

import dev.steppe.core.Op;
import dev.steppe.core.Tensor;
import dev.steppe.core.TensorType;
import dev.steppe.kernels.Kernels;
import dev.steppe.kernels.ShapeException;

/** Softmax over the last axis: {@code exp(x) / sum exp(x)}. */
public record Softmax() implements Op {
    @Override
    public TensorType[] infer(TensorType... in) {
        Types.require(name(), 1, in);
        requireClasses(name(), in[0]);
        return in.clone();
    }

    @Override
    public void forward(Kernels kernels, Tensor[] in, Tensor[] out) {
        int c = in[0].shape().dim(-1);
        kernels.softmax().softmax(in[0].size() / c, c, in[0].span(), out[0].span());
    }

    @Override
    public Tensor[] backward(Application op) {
        return new Tensor[] {op.output(0).apply(new SoftmaxBackward(), op.gradient(0))};
    }

    static void requireClasses(String name, TensorType x) {
        if (x.shape().rank() == 0 || x.shape().dim(-1) == 0) {
            throw new ShapeException(name + ": needs a last axis of at least 1, got " + x.shape());
        }
    }
}
