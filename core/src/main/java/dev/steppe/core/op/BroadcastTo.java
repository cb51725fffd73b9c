package dev.steppe.core.op;

import dev.steppe.core.Op;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.core.TensorType;
import dev.steppe.kernels.Kernels;
import dev.steppe.kernels.ShapeException;

/**
 * Repeats along axes of size 1 and along new leading axes (NumPy's rule).
 *
 * @param shape of the result
 */
public record BroadcastTo(Shape shape) implements Op {
    @Override
    public TensorType[] infer(TensorType... in) {
        if (!Shape.broadcast(name(), in[0].shape(), shape).equals(shape)) {
            throw new ShapeException(name() + ": " + in[0].shape() + " does not broadcast to " + shape);
        }
        return new TensorType[] {new TensorType(in[0].dtype(), shape)};
    }

    @Override
    public void forward(Kernels kernels, Tensor[] in, Tensor[] out) {
        kernels.move().strided(shape.dims(), in[0].span(), 0, in[0].shape().stridesWithin(shape), out[0].span(), 0, shape.strides());
    }

    @Override
    public Tensor[] backward(Application op) {
        return new Tensor[] {op.gradient(0).sumTo(op.input(0).shape())};
    }
}
