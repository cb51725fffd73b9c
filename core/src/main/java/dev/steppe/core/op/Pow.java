package dev.steppe.core.op;

import dev.steppe.core.Tensor;
import dev.steppe.kernels.Unary;

/**
 * {@code x^exponent}, as {@link Math#pow} defines it.
 *
 * @param exponent a constant
 */
public record Pow(double exponent) implements Elementwise {
    @Override
    public Unary function() {
        return Unary.POW;
    }

    @Override
    public double p() {
        return exponent;
    }

    /** The derivative of {@code x^0} is 0 everywhere, also where {@code x^-1} is infinite. */
    @Override
    public Tensor[] backward(Application op) {
        return new Tensor[] {exponent == 0 ? null : op.gradient(0).mul(op.input(0).pow(exponent - 1)).times(exponent)};
    }
}
