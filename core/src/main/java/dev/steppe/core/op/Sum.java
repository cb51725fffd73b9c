package dev.steppe.core.op;

import dev.steppe.core.Op;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.core.TensorType;
import dev.steppe.kernels.Kernels;
import dev.steppe.kernels.ShapeException;
import dev.steppe.kernels.Span;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Sum over axes.
 *
 * @param axes which axes, from 0, in ascending order
 * @param keep whether the axes stay, with size 1
 */
public record Sum(List<Integer> axes, boolean keep) implements Op {
    /** Sorts the axes and leaves each only once. */
    public Sum {
        axes = axes.stream().sorted().distinct().toList();
    }

    /** Over all axes of a tensor of this rank, to a scalar. */
    public static Sum all(int rank) {
        return new Sum(IntStream.range(0, rank).boxed().toList(), false);
    }

    /** Over some axes of a tensor of shape {@code shape}; negative axes count from the end. */
    public static Sum over(Shape shape, boolean keep, int... axes) {
        return new Sum(Arrays.stream(axes).mapToObj(shape::axis).toList(), keep);
    }

    @Override
    public TensorType[] infer(TensorType... in) {
        Types.require(name(), 1, in);
        Shape shape = in[0].shape();
        for (int axis : axes) {
            if (axis < 0 || axis >= shape.rank()) {
                throw new ShapeException(name() + ": axes " + axes + " of " + shape + ", which has axes 0 to " + (shape.rank() - 1));
            }
        }
        int[] dims = IntStream.range(0, shape.rank()).filter(i -> keep || !axes.contains(i)).map(i -> axes.contains(i) ? 1 : shape.dim(i))
                .toArray();
        return Types.one(in[0].dtype(), Shape.of(dims));
    }

    /** One kernel call for each run of neighbouring axes, the last run first. */
    @Override
    public void forward(Kernels kernels, Tensor[] in, Tensor[] out) {
        sum(kernels, in[0].shape().dims(), axes.size() - 1, in[0].span(), out[0].span());
    }

    /** Sums over the axes from the first to number {@code i} of the list; those behind have size 1 by now. */
    private void sum(Kernels kernels, int[] dims, int i, Span x, Span y) {
        if (i < 0) {
            kernels.move().copy(x, y);
            return;
        }
        int last = axes.get(i);
        int first = last;
        while (i > 0 && axes.get(i - 1) == first - 1) {
            first = axes.get(--i);
        }
        int outer = product(dims, 0, first);
        int count = product(dims, first, last + 1);
        int inner = product(dims, last + 1, dims.length);
        Arrays.fill(dims, first, last + 1, 1);
        if (i == 0) {
            kernels.reduce().sum(outer, count, inner, x, y);
            return;
        }
        Span partial = kernels.spans().take(x.dtype(), outer * inner);
        try {
            kernels.reduce().sum(outer, count, inner, x, partial);
            sum(kernels, dims, i - 1, partial, y);
        } finally {
            kernels.spans().give(partial);
        }
    }

    private static int product(int[] dims, int from, int to) {
        int n = 1;
        for (int i = from; i < to; i++) {
            n *= dims[i];
        }
        return n;
    }

    @Override
    public Tensor[] backward(Application op) {
        Shape shape = op.input(0).shape();
        int[] kept = IntStream.range(0, shape.rank()).map(i -> axes.contains(i) ? 1 : shape.dim(i)).toArray();
        return new Tensor[] {op.gradient(0).reshape(kept).broadcastTo(shape)};
    }
}
