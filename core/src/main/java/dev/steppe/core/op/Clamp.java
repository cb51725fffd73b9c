package dev.steppe.core.op;

import dev.steppe.core.Tensor;
import dev.steppe.kernels.ShapeException;
import dev.steppe.kernels.Unary;

/**
 * {@code min(max(x, low), high)}; its derivative is 1 from low to high, both included (PyTorch's convention).
 *
 * @param low least value
 * @param high largest value
 */
public record Clamp(double low, double high) implements Elementwise {
    /** @throws ShapeException if there is no number between them */
    public Clamp {
        if (!(low <= high)) { throw new ShapeException("clamp: low " + low + " is not below high " + high); }
    }

    @Override
    public Unary function() {
        return Unary.CLAMP;
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
        return new Tensor[] {op.gradient(0).mul(op.input(0).detach().apply(new Within(low, high)))};
    }
}
