package dev.steppe.core.op;

import dev.steppe.core.Op;
import dev.steppe.core.Tensor;
import dev.steppe.core.TensorType;
import dev.steppe.kernels.Kernels;
import dev.steppe.kernels.Unary;

/** {@code max(x, 0)}; its derivative at 0 is 0. */
public record Relu() implements Op {
    @Override
    public TensorType[] infer(TensorType... in) {
        Types.requireFloating(name(), in);
        return in.clone();
    }

    @Override
    public void forward(Kernels kernels, Tensor[] in, Tensor[] out) {
        kernels.elementwise().unary(Unary.RELU, 0, 0, in[0].span(), out[0].span());
    }

    @Override
    public Tensor[] backward(Application op) {
        return new Tensor[] {op.gradient(0).apply(new WherePositive(), op.output(0).detach())};
    }
}
