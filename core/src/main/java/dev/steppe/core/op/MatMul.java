package dev.steppe.core.op;

import dev.steppe.core.Op;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.core.TensorType;
import dev.steppe.kernels.GemmShape;
import dev.steppe.kernels.Kernels;
import dev.steppe.kernels.ShapeException;

/**
 * Matrix product of the last two axes: {@code op(a): [.., m, k]}, {@code op(b): [.., k, n]}, result {@code [.., m, n]}. The leading axes of both are equal, or
 * one of them is a single matrix {@code [k, n]} that is used for all.
 *
 * @param transposeA whether a is given as {@code [.., k, m]}
 * @param transposeB whether b is given as {@code [.., n, k]}
 */
public record MatMul(boolean transposeA, boolean transposeB) implements Op {
    @Override
    public TensorType[] infer(TensorType... in) {
        Types.require(name(), 2, in);
        Shape a = in[0].shape();
        Shape b = in[1].shape();
        if (a.rank() < 2 || b.rank() < 2) {
            throw new ShapeException(name() + ": both operands need at least two axes, got " + a + " and " + b);
        }
        int m = a.dim(transposeA ? -1 : -2);
        int ka = a.dim(transposeA ? -2 : -1);
        int kb = b.dim(transposeB ? -1 : -2);
        int n = b.dim(transposeB ? -2 : -1);
        if (ka != kb) {
            throw new ShapeException(
                    name() + ": inner sizes " + ka + " and " + kb + " differ (a " + a + (transposeA ? " transposed" : "") + ", b " + b
                            + (transposeB ? " transposed" : "") + ")");
        }
        if (a.rank() > 2 && b.rank() > 2 && !java.util.Arrays.equals(lead(a), lead(b))) {
            throw new ShapeException(name() + ": leading axes of " + a + " and " + b + " differ");
        }
        int[] lead = a.rank() >= b.rank() ? lead(a) : lead(b);
        int[] dims = java.util.Arrays.copyOf(lead, lead.length + 2);
        dims[lead.length] = m;
        dims[lead.length + 1] = n;
        return new TensorType[] {new TensorType(in[0].dtype(), Shape.of(dims))};
    }

    @Override
    public void forward(Kernels kernels, Tensor[] in, Tensor[] out) {
        Shape a = in[0].shape();
        Shape b = in[1].shape();
        int m = out[0].shape().dim(-2);
        int n = out[0].shape().dim(-1);
        int k = a.dim(transposeA ? -2 : -1);
        int batch = 1;
        for (int d : lead(out[0].shape())) {
            batch *= d;
        }
        GemmShape shape = b.rank() == 2 && !transposeA
                ? GemmShape.of(false, transposeB, batch * m, n, k)
                : new GemmShape(transposeA, transposeB, m, n, k, batch, a.rank() == 2 ? 0 : m * k, b.rank() == 2 ? 0 : k * n);
        kernels.gemm().gemm(shape, in[0].span(), in[1].span(), out[0].span(), false);
    }

    @Override
    public Tensor[] backward(Application op) {
        Tensor a = op.input(0);
        Tensor b = op.input(1);
        Tensor g = op.gradient(0);
        Tensor da = !op.needs(0)
                ? null
                : transposeA ? b.apply(new MatMul(transposeB, true), g) : g.apply(new MatMul(false, !transposeB), b);
        Tensor db = !op.needs(1)
                ? null
                : transposeB ? g.apply(new MatMul(true, transposeA), a) : a.apply(new MatMul(!transposeA, false), g);
        return new Tensor[] {da == null ? null : sumLead(da, a.shape()), db == null ? null : sumLead(db, b.shape())};
    }

    /** A single matrix that served for all products gathers the gradients of all. */
    private static Tensor sumLead(Tensor gradient, Shape shape) {
        int extra = gradient.shape().rank() - shape.rank();
        return extra == 0 ? gradient : gradient.sum(false, java.util.stream.IntStream.range(0, extra).toArray());
    }

    private static int[] lead(Shape s) {
        return java.util.Arrays.copyOf(s.dims(), s.rank() - 2);
    }
}
