package dev.steppe.core.op;

import dev.steppe.core.Op;
import dev.steppe.core.Tensor;
import dev.steppe.core.TensorType;
import dev.steppe.kernels.Binary;
import dev.steppe.kernels.Kernels;
import dev.steppe.kernels.ShapeException;

/** {@code a where b > 0, else 0}, equal shapes; constant in b. The backward of {@link Relu}, and its own adjoint. */
public record WherePositive() implements Op {
    @Override
    public TensorType[] infer(TensorType... in) {
        Types.require(name(), 2, in);
        if (!in[0].shape().equals(in[1].shape())) {
            throw new ShapeException(name() + ": shapes " + in[0].shape() + " and " + in[1].shape() + " differ");
        }
        return new TensorType[] {in[0]};
    }

    @Override
    public void forward(Kernels kernels, Tensor[] in, Tensor[] out) {
        kernels.elementwise().binary(Binary.WHERE_POSITIVE, in[0].span(), in[1].span(), out[0].span());
    }

    @Override
    public Tensor[] backward(Application op) {
        return new Tensor[] {op.needs(0) ? op.gradient(0).apply(new WherePositive(), op.input(1).detach()) : null, null};
    }
}
