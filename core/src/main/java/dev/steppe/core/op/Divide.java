package dev.steppe.core.op;

import dev.steppe.core.Op;
import dev.steppe.core.Tensor;
import dev.steppe.core.TensorType;
import dev.steppe.kernels.Binary;
import dev.steppe.kernels.Kernels;

/** {@code a / b}, element-wise, broadcast. */
public record Divide() implements Op {
    @Override
    public TensorType[] infer(TensorType... in) {
        return Broadcasts.infer(name(), in);
    }

    @Override
    public void forward(Kernels kernels, Tensor[] in, Tensor[] out) {
        Broadcasts.forward(kernels, Binary.DIVIDE, in, out);
    }

    @Override
    public Tensor[] backward(Application op) {
        Tensor b = op.input(1);
        Tensor da = op.gradient(0).div(b);
        return new Tensor[] {op.needs(0) ? da.sumTo(op.input(0).shape()) : null,
            op.needs(1) ? da.mul(op.output(0)).sumTo(b.shape()).neg() : null};
    }
}
