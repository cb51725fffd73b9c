package dev.steppe.core.op;

import dev.steppe.core.Op;
import dev.steppe.core.Tensor;
import dev.steppe.core.TensorType;
import dev.steppe.kernels.Binary;
import dev.steppe.kernels.Kernels;

/** {@code a - b}, broadcast. */
public record Subtract() implements Op {
    @Override
    public TensorType[] infer(TensorType... in) {
        return Broadcasts.infer(name(), in);
    }

    @Override
    public void forward(Kernels kernels, Tensor[] in, Tensor[] out) {
        Broadcasts.forward(kernels, Binary.SUBTRACT, in, out);
    }

    @Override
    public Tensor[] backward(Application op) {
        Tensor g = op.gradient(0);
        return new Tensor[] {op.needs(0) ? g.sumTo(op.input(0).shape()) : null, op.needs(1) ? g.sumTo(op.input(1).shape()).neg() : null};
    }
}
