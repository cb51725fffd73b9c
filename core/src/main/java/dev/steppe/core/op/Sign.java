package dev.steppe.core.op;

import dev.steppe.core.Tensor;
import dev.steppe.kernels.Unary;

/** -1, 0 or 1; its derivative is 0. */
public record Sign() implements Elementwise {
    @Override
    public Unary function() {
        return Unary.SIGN;
    }

    @Override
    public Tensor[] backward(Application op) {
        return new Tensor[1];
    }
}
