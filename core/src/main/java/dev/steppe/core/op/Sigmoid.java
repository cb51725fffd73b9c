package dev.steppe.core.op;

import dev.steppe.core.Tensor;
import dev.steppe.kernels.Unary;

/** {@code 1 / (1 + exp(-x))}. */
public record Sigmoid() implements Elementwise {
    @Override
    public Unary function() {
        return Unary.SIGMOID;
    }

    @Override
    public Tensor[] backward(Application op) {
        return new Tensor[] {op.gradient(0).mul(op.output(0)).mul(op.output(0).neg().plus(1))};
    }
}
