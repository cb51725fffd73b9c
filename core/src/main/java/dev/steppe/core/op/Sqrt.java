package dev.steppe.core.op;

import dev.steppe.core.Tensor;
import dev.steppe.kernels.Unary;

/** Square root; its derivative at 0 is infinite. */
public record Sqrt() implements Elementwise {
    @Override
    public Unary function() {
        return Unary.SQRT;
    }

    @Override
    public Tensor[] backward(Application op) {
        return new Tensor[] {op.gradient(0).div(op.output(0)).times(0.5)};
    }
}
