package dev.steppe.core.op;

import dev.steppe.core.Tensor;
import dev.steppe.kernels.Unary;

/** The Gauss error function; its derivative is {@code 2 / sqrt(pi) exp(-x^2)}. */
public record Erf() implements Elementwise {
    @Override
    public Unary function() {
        return Unary.ERF;
    }

    @Override
    public Tensor[] backward(Application op) {
        return new Tensor[] {op.gradient(0).mul(op.input(0).pow(2).neg().exp()).times(2 / Math.sqrt(Math.PI))};
    }
}
