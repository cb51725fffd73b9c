package dev.steppe.core.op;

import dev.steppe.core.Op;
import dev.steppe.core.Tensor;
import dev.steppe.core.TensorType;
import dev.steppe.kernels.Binary;
import dev.steppe.kernels.Kernels;

/** The larger of two, element-wise, broadcast; where they are equal, each gets half of the gradient (as in PyTorch). */
public record Maximum() implements Op {
    @Override
    public TensorType[] infer(TensorType... in) {
        return Broadcasts.infer(name(), in);
    }

    @Override
    public void forward(Kernels kernels, Tensor[] in, Tensor[] out) {
        Broadcasts.forward(kernels, Binary.MAXIMUM, in, out);
    }

    @Override
    public Tensor[] backward(Application op) {
        Tensor a = op.input(0);
        Tensor b = op.input(1);
        Tensor g = op.gradient(0);
        return new Tensor[] {op.needs(0) ? g.mul(a.detach().apply(new Greater(), b.detach())).sumTo(a.shape()) : null,
            op.needs(1) ? g.mul(b.detach().apply(new Greater(), a.detach())).sumTo(b.shape()) : null};
    }
}
