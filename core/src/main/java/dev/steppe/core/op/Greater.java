package dev.steppe.core.op;

import dev.steppe.core.Op;
import dev.steppe.core.Tensor;
import dev.steppe.core.TensorType;
import dev.steppe.kernels.Binary;
import dev.steppe.kernels.Kernels;

/** {@code 1 if a > b, 1/2 if a = b, else 0}, broadcast: the derivative of {@link Maximum} in a; its own is 0. */
public record Greater() implements Op {
    @Override
    public TensorType[] infer(TensorType... in) {
        return Broadcasts.infer(name(), in);
    }

    @Override
    public void forward(Kernels kernels, Tensor[] in, Tensor[] out) {
        Broadcasts.forward(kernels, Binary.GREATER, in, out);
    }

    @Override
    public Tensor[] backward(Application op) {
        return new Tensor[2];
    }
}
