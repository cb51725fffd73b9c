package dev.steppe.core.op;

import dev.steppe.core.Tensor;
import dev.steppe.kernels.Unary;

/**
 * {@code factor * x}.
 *
 * @param factor a constant
 */
public record Scale(double factor) implements Elementwise {
    @Override
    public Unary function() {
        return Unary.SCALE;
    }

    @Override
    public double p() {
        return factor;
    }

    @Override
    public Tensor[] backward(Application op) {
        return new Tensor[] {op.gradient(0).times(factor)};
    }
}
