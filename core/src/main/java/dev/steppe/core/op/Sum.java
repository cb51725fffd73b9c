package dev.steppe.core.op;

import dev.steppe.core.Op;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.core.TensorType;
import dev.steppe.kernels.Kernels;
import dev.steppe.kernels.Span;
import java.util.BitSet;
import java.util.stream.IntStream;

/**
 * Sum over axes.
 *
 * @param axes which axes, from 0
 * @param keep whether the axes stay, with size 1
 */
public record Sum(BitSet axes, boolean keep) implements Op {
    /** Over all axes of a tensor of this rank, to a scalar. */
    public static Sum all(int rank) {
        BitSet axes = new BitSet();
        axes.set(0, rank);
        return new Sum(axes, false);
    }

    /** Over some axes of a tensor of shape {@code shape}; negative axes count from the end. */
    public static Sum over(Shape shape, boolean keep, int... axes) {
        BitSet set = new BitSet();
        for (int a : axes) {
            set.set(shape.axis(a));
        }
        return new Sum(set, keep);
    }

    @Override
    public TensorType[] infer(TensorType... in) {
        Types.require(name(), 1, in);
        Shape shape = in[0].shape();
        int[] dims = IntStream.range(0, shape.rank()).filter(i -> keep || !axes.get(i)).map(i -> axes.get(i) ? 1 : shape.dim(i)).toArray();
        return new TensorType[] {new TensorType(in[0].dtype(), Shape.of(dims))};
    }

    /** One kernel call for each group of neighbouring axes, the last group first. */
    @Override
    public void forward(Kernels kernels, Tensor[] in, Tensor[] out) {
        int[] dims = in[0].shape().dims();
        Span from = in[0].span();
        int inner = 1;
        int axis = dims.length - 1;
        boolean pooled = false;
        while (axis >= 0) {
            if (!axes.get(axis)) {
                inner *= dims[axis--];
                continue;
            }
            int count = 1;
            for (; axis >= 0 && axes.get(axis); axis--) {
                count *= dims[axis];
            }
            int outer = 1;
            for (int i = 0; i <= axis; i++) {
                outer *= dims[i];
            }
            boolean last = axes.previousSetBit(axis) < 0;
            Span to = last ? out[0].span() : kernels.spans().take(from.dtype(), outer * inner);
            kernels.reduce().sum(outer, count, inner, from, to);
            if (pooled) {
                kernels.spans().give(from);
            }
            if (last) { return; }
            from = to;
            pooled = true;
        }
        kernels.move().copy(from, out[0].span());
    }

    @Override
    public Tensor[] backward(Application op) {
        Shape shape = op.input(0).shape();
        int[] kept = IntStream.range(0, shape.rank()).map(i -> axes.get(i) ? 1 : shape.dim(i)).toArray();
        return new Tensor[] {op.gradient(0).reshape(kept).broadcastTo(shape)};
    }
}
