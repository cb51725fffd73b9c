package dev.steppe.core.op;

import dev.steppe.core.Op;
import dev.steppe.core.Tensor;
import dev.steppe.core.TensorType;
import dev.steppe.kernels.Binary;
import dev.steppe.kernels.Kernels;

/** {@code a * b}, element-wise, broadcast. */
public record Multiply() implements Op {
    @Override
    public TensorType[] infer(TensorType... in) {
        return Broadcasts.infer(name(), in);
    }

    @Override
    public void forward(Kernels kernels, Tensor[] in, Tensor[] out) {
        Broadcasts.forward(kernels, Binary.MULTIPLY, in, out);
    }

    @Override
    public Tensor[] backward(Application op) {
        Tensor a = op.input(0);
        Tensor b = op.input(1);
        Tensor g = op.gradient(0);
        return new Tensor[] {op.needs(0) ? g.mul(b).sumTo(a.shape()) : null, op.needs(1) ? g.mul(a).sumTo(b.shape()) : null};
    }
}
