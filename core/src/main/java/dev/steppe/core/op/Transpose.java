package dev.steppe.core.op;

import dev.steppe.core.Op;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.core.TensorType;
import dev.steppe.kernels.Kernels;
import dev.steppe.kernels.ShapeException;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Reorders axes.
 *
 * @param permutation axis i of the result is axis {@code permutation[i]} of the operand
 */
public record Transpose(List<Integer> permutation) implements Op {
    @Override
    public TensorType[] infer(TensorType... in) {
        Types.requireCount(name(), 1, in);
        Shape x = in[0].shape();
        if (!IntStream.range(0, x.rank()).boxed().toList().equals(permutation.stream().sorted().toList())) {
            throw new ShapeException(name() + ": " + permutation + " is not an order of the " + x.rank() + " axes of " + x);
        }
        return Types.one(in[0].dtype(), Shape.of(permute(x.dims())));
    }

    @Override
    public void forward(Kernels kernels, Tensor[] in, Tensor[] out) {
        Shape y = out[0].shape();
        kernels.move().strided(y.dims(), in[0].span(), 0, permute(in[0].shape().strides()), out[0].span(), 0, y.strides());
    }

    @Override
    public Tensor[] backward(Application op) {
        int[] inverse = IntStream.range(0, permutation.size()).map(permutation::indexOf).toArray();
        return new Tensor[] {op.gradient(0).transpose(inverse)};
    }

    private int[] permute(int[] values) {
        return permutation.stream().mapToInt(axis -> values[axis]).toArray();
    }
}
