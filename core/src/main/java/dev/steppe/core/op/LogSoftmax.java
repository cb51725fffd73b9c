package dev.steppe.core.op;

import dev.steppe.core.Op;
import dev.steppe.core.Tensor;
import dev.steppe.core.TensorType;
import dev.steppe.kernels.Kernels;

/** Logarithm of the softmax over the last axis: {@code x - log sum exp(x)}. */
public record LogSoftmax() implements Op {
    @Override
    public TensorType[] infer(TensorType... in) {
        Types.require(name(), 1, in);
        Softmax.requireClasses(name(), in[0]);
        return in.clone();
    }

    @Override
    public void forward(Kernels kernels, Tensor[] in, Tensor[] out) {
        int c = in[0].shape().dim(-1);
        kernels.softmax().logSoftmax(in[0].size() / c, c, in[0].span(), out[0].span());
    }

    @Override
    public Tensor[] backward(Application op) {
        return new Tensor[] {op.output(0).apply(new LogSoftmaxBackward(), op.gradient(0))};
    }
}
