package dev.steppe.core.op;

import dev.steppe.core.Tensor;
import dev.steppe.kernels.Unary;

/**
 * {@code x if x > 0 else slope x}; its derivative at 0 is the slope.
 *
 * @param slope of the negative side
 */
public record LeakyRelu(double slope) implements Elementwise {
    @Override
    public Unary function() {
        return Unary.LEAKY_RELU;
    }

    @Override
    public double p() {
        return slope;
    }

    @Override
    public Tensor[] backward(Application op) {
        return new Tensor[] {op.gradient(0).mul(op.input(0).detach().apply(new Step(slope)))};
    }
}
