package dev.steppe.core.op;

import dev.steppe.core.Op;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.core.TensorType;
import dev.steppe.kernels.ShapeException;

/**
 * The same numbers under another shape.
 *
 * @param shape with as many elements
 */
public record Reshape(Shape shape) implements Op.View {
    /** A reshape of a tensor of shape {@code from}; one of {@code dims} may be -1 and is computed. */
    public static Reshape to(Shape from, int... dims) {
        int[] d = dims.clone();
        int free = -1;
        long known = 1;
        for (int i = 0; i < d.length; i++) {
            if (d[i] == -1 && free < 0) {
                free = i;
            } else {
                known *= d[i];
            }
        }
        if (free >= 0) {
            if (known <= 0 || from.size() % known != 0) {
                throw new ShapeException("reshape: " + from + " cannot become " + java.util.Arrays.toString(dims));
            }
            d[free] = (int) (from.size() / known);
        }
        return new Reshape(Shape.of(d));
    }

    @Override
    public TensorType[] infer(TensorType... in) {
        if (in[0].shape().size() != shape.size()) {
            throw new ShapeException(
                    name() + ": " + in[0].shape() + " has " + in[0].shape().size() + " elements, " + shape + " has " + shape.size());
        }
        return new TensorType[] {new TensorType(in[0].dtype(), shape)};
    }

    @Override
    public Tensor[] backward(Application op) {
        return new Tensor[] {op.gradient(0).apply(new Reshape(op.input(0).shape()))};
    }
}
