package dev.steppe.core.op;

import dev.steppe.core.Tensor;
import dev.steppe.kernels.Unary;

/** Hyperbolic tangent. */
public record Tanh() implements Elementwise {
    @Override
    public Unary function() {
        return Unary.TANH;
    }

    @Override
    public Tensor[] backward(Application op) {
        return new Tensor[] {op.gradient(0).mul(op.output(0).mul(op.output(0)).neg().plus(1))};
    }
}
