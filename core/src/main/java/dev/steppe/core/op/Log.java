package dev.steppe.core.op;

import dev.steppe.core.Tensor;
import dev.steppe.kernels.Unary;

/** Natural logarithm. */
public record Log() implements Elementwise {
    @Override
    public Unary function() {
        return Unary.LOG;
    }

    @Override
    public Tensor[] backward(Application op) {
        return new Tensor[] {op.gradient(0).div(op.input(0))};
    }
}
