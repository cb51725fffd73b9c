package dev.steppe.core.op;

import dev.steppe.core.Tensor;
import dev.steppe.kernels.Unary;

/**
 * {@code 1 if low <= x <= high else 0}: the derivative of {@link Clamp}; its own is 0.
 *
 * @param low least value
 * @param high largest value
 */
public record Within(double low, double high) implements Elementwise {
    @Override
    public Unary function() {
        return Unary.WITHIN;
    }

    @Override
    public double p() {
        return low;
    }

    @Override
    public double q() {
        return high;
    }

    @Override
    public Tensor[] backward(Application op) {
        return new Tensor[1];
    }
}
