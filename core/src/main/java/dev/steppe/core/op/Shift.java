package dev.steppe.core.op;

import dev.steppe.core.Tensor;
import dev.steppe.kernels.Unary;

/**
 * {@code x + term}.
 *
 * @param term a constant
 */
public record Shift(double term) implements Elementwise {
    @Override
    public Unary function() {
        return Unary.SHIFT;
    }

    @Override
    public double p() {
        return term;
    }

    @Override
    public Tensor[] backward(Application op) {
        return new Tensor[] {op.gradient(0)};
    }
}
