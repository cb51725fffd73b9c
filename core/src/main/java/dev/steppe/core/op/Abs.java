package dev.steppe.core.op;

import dev.steppe.core.Tensor;
import dev.steppe.kernels.Unary;

/** {@code |x|}; its derivative at 0 is 0. */
public record Abs() implements Elementwise {
    @Override
    public Unary function() {
        return Unary.ABS;
    }

    @Override
    public Tensor[] backward(Application op) {
        return new Tensor[] {op.gradient(0).mul(op.input(0).detach().apply(new Sign()))};
    }
}
