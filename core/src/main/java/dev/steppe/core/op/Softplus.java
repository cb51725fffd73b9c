package dev.steppe.core.op;

import dev.steppe.core.Tensor;
import dev.steppe.kernels.Unary;

/** {@code log(1 + exp(x))}, without overflow. */
public record Softplus() implements Elementwise {
    @Override
    public Unary function() {
        return Unary.SOFTPLUS;
    }

    @Override
    public Tensor[] backward(Application op) {
        return new Tensor[] {op.gradient(0).mul(op.input(0).sigmoid())};
    }
}
