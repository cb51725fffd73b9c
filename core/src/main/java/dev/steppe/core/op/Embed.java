package dev.steppe.core.op;

import dev.steppe.core.Op;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.core.TensorType;
import dev.steppe.kernels.Kernels;
import java.util.List;

/**
 * Puts a tensor into zeros: its element i of an axis at {@code from + i * step}. Padding, and the adjoint of {@link Slice}.
 *
 * @param from index of the first element, for each axis
 * @param step distance of elements in each axis, at least 1
 * @param shape of the result
 */
public record Embed(List<Integer> from, List<Integer> step, Shape shape) implements Op {
    @Override
    public TensorType[] infer(TensorType... in) {
        Types.requireCount(name(), 1, in);
        Slice.requireFit(name(), shape, from, step, in[0].shape());
        return Types.one(in[0].dtype(), shape);
    }

    @Override
    public void forward(Kernels kernels, Tensor[] in, Tensor[] out) {
        Shape x = in[0].shape();
        kernels.move().fill(out[0].span(), 0);
        kernels.move().strided(x.dims(), in[0].span(), 0, x.strides(), out[0].span(), Slice.start(shape, from), Slice.strides(shape, step));
    }

    @Override
    public Tensor[] backward(Application op) {
        return new Tensor[] {op.gradient(0).apply(new Slice(from, step, op.input(0).shape()))};
    }
}
