package dev.steppe.core.op;

import dev.steppe.core.Op;
import dev.steppe.core.Tensor;
import dev.steppe.core.TensorType;
import dev.steppe.kernels.Kernels;

/** The backward of {@link LogSoftmax}, fused: {@code dy - exp(y) sum(dy)} with y its output. */
public record LogSoftmaxBackward() implements Op {
    @Override
    public TensorType[] infer(TensorType... in) {
        Types.require(name(), 2, in);
        Softmax.requireClasses(name(), in[0]);
        Types.requireShape(name(), "dy", in[0].shape(), in[1]);
        return new TensorType[] {in[0]};
    }

    @Override
    public void forward(Kernels kernels, Tensor[] in, Tensor[] out) {
        int c = in[0].shape().dim(-1);
        kernels.softmax().logSoftmaxBackward(in[0].size() / c, c, in[0].span(), in[1].span(), out[0].span());
    }

    @Override
    public Tensor[] backward(Application op) {
        return op.tape().vjp(LogSoftmaxBackward::plain, new Tensor[] {op.input(0), op.input(1)}, new Tensor[] {op.gradient(0)});
    }

    private static Tensor[] plain(Tensor[] in) {
        Tensor y = in[0];
        Tensor dy = in[1];
        return new Tensor[] {dy.sub(y.exp().mul(dy.sum(true, -1)))};
    }
}
