package dev.steppe.core.op;

import dev.steppe.core.Tensor;
import dev.steppe.kernels.Unary;

/**
 * {@code 1 if x > 0 else low}: the derivative of {@link LeakyRelu}; its own is 0.
 *
 * @param low value for {@code x <= 0}
 */
public record Step(double low) implements Elementwise {
    @Override
    public Unary function() {
        return Unary.STEP;
    }

    @Override
    public double p() {
        return low;
    }

    @Override
    public Tensor[] backward(Application op) {
        return new Tensor[1];
    }
}
