package dev.steppe.core.op;

import dev.steppe.core.Tensor;
import dev.steppe.kernels.Unary;

/** {@code exp(x)}. */
public record Exp() implements Elementwise {
    @Override
    public Unary function() {
        return Unary.EXP;
    }

    @Override
    public Tensor[] backward(Application op) {
        return new Tensor[] {op.gradient(0).mul(op.output(0))};
    }
}
