package dev.steppe.core.op;

import dev.steppe.core.Tensor;
import dev.steppe.kernels.Unary;

/** {@code max(x, 0)}; its derivative at 0 is 0. */
public record Relu() implements Elementwise {
    @Override
    public Unary function() {
        return Unary.RELU;
    }

    @Override
    public Tensor[] backward(Application op) {
        return new Tensor[] {op.gradient(0).apply(new WherePositive(), op.output(0).detach())};
    }
}
