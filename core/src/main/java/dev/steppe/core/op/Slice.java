package dev.steppe.core.op;

import dev.steppe.core.Op;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.core.TensorType;
import dev.steppe.kernels.Kernels;
import dev.steppe.kernels.ShapeException;
import java.util.List;

/**
 * Every {@code step}-th element of each axis, starting at {@code from}. The adjoint of {@link Embed}.
 *
 * @param from first index of each axis
 * @param step distance of indices in each axis, at least 1
 * @param shape of the result
 */
public record Slice(List<Integer> from, List<Integer> step, Shape shape) implements Op {
    @Override
    public TensorType[] infer(TensorType... in) {
        Types.requireCount(name(), 1, in);
        requireFit(name(), in[0].shape(), from, step, shape);
        return Types.one(in[0].dtype(), shape);
    }

    @Override
    public void forward(Kernels kernels, Tensor[] in, Tensor[] out) {
        Shape x = in[0].shape();
        kernels.move().strided(shape.dims(), in[0].span(), start(x, from), strides(x, step), out[0].span(), 0, shape.strides());
    }

    @Override
    public Tensor[] backward(Application op) {
        return new Tensor[] {op.gradient(0).apply(new Embed(from, step, op.input(0).shape()))};
    }

    /** Checks that a tensor of shape {@code wide} has the elements of {@code narrow} at these places. */
    static void requireFit(String name, Shape wide, List<Integer> from, List<Integer> step, Shape narrow) {
        int rank = wide.rank();
        if (from.size() != rank || step.size() != rank || narrow.rank() != rank) {
            throw new ShapeException(
                    name + ": " + wide + " has " + rank + " axes, but from " + from + ", step " + step + " and shape " + narrow
                            + " are of " + from.size() + ", " + step.size() + " and " + narrow.rank());
        }
        for (int i = 0; i < rank; i++) {
            long last = from.get(i) + (narrow.dim(i) - 1L) * step.get(i);
            if (from.get(i) < 0 || step.get(i) < 1 || narrow.dim(i) > 0 && last >= wide.dim(i)) {
                throw new ShapeException(name + ": axis " + i + " of " + wide + " from " + from.get(i) + " to " + last + " in steps of "
                        + step.get(i) + " is outside 0 to " + (wide.dim(i) - 1));
            }
        }
    }

    static int start(Shape wide, List<Integer> from) {
        int[] strides = wide.strides();
        int start = 0;
        for (int i = 0; i < strides.length; i++) {
            start += strides[i] * from.get(i);
        }
        return start;
    }

    static int[] strides(Shape wide, List<Integer> step) {
        int[] strides = wide.strides();
        for (int i = 0; i < strides.length; i++) {
            strides[i] *= step.get(i);
        }
        return strides;
    }
}
