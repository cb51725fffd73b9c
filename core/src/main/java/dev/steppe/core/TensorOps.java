package dev.steppe.core;

import dev.steppe.core.op.AveragePool2d;
import dev.steppe.core.op.BatchNorm;
import dev.steppe.core.op.BatchNormInference;
import dev.steppe.core.op.BroadcastTo;
import dev.steppe.core.op.Concat;
import dev.steppe.core.op.Conv2d;
import dev.steppe.core.op.Embed;
import dev.steppe.core.op.IndexSelect;
import dev.steppe.core.op.LayerNorm;
import dev.steppe.core.op.LogSoftmax;
import dev.steppe.core.op.MatMul;
import dev.steppe.core.op.MaxPool2d;
import dev.steppe.core.op.Maximum;
import dev.steppe.core.op.Reshape;
import dev.steppe.core.op.Slice;
import dev.steppe.core.op.Softmax;
import dev.steppe.core.op.Sum;
import dev.steppe.core.op.Transpose;
import dev.steppe.kernels.ShapeException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What can be computed with a {@link Tensor}. Every method applies ops of {@code dev.steppe.core.op}, recorded by the tape of its operands if gradients flow
 * through one of them; operands without a tape are computed at once, with the default kernels. Axes may be negative, counted from the end. Operands that do
 * not fit give a {@link ShapeException} that names the op and the shapes.
 */
public abstract sealed class TensorOps extends ElementOps permits Tensor {
    TensorOps() {
    }

    // Shapes.

    /** The same numbers under another shape; one size may be -1 and is computed. */
    public final Tensor reshape(int... dims) {
        return apply(Reshape.to(self().shape(), dims));
    }

    /** Repeats along axes of size 1, and along new leading axes, until the shape is {@code shape}. */
    public final Tensor broadcastTo(Shape shape) {
        return self().shape().equals(shape) ? self() : apply(new BroadcastTo(shape));
    }

    /** Sums over the axes that were repeated when {@code shape} was broadcast to this shape: the adjoint of {@link #broadcastTo}. */
    public final Tensor sumTo(Shape shape) {
        Shape own = self().shape();
        if (own.equals(shape)) { return self(); }
        if (!Shape.broadcast("sumTo", shape, own).equals(own)) {
            throw new ShapeException("sumTo: " + own + " cannot become " + shape + ", which does not broadcast to it");
        }
        int lead = own.rank() - shape.rank();
        int[] axes = IntStream.range(0, own.rank()).filter(i -> i < lead || shape.dim(i - lead) != own.dim(i)).toArray();
        return sum(true, axes).reshape(shape.dims());
    }

    /** Reorders axes: axis i of the result is axis {@code permutation[i]} of this tensor. */
    public final Tensor transpose(int... permutation) {
        return apply(new Transpose(Arrays.stream(permutation).mapToObj(self().shape()::axis).toList()));
    }

    /** Indices {@code from .. to - 1} of an axis. */
    public final Tensor slice(int axis, int from, int to) {
        Shape s = self().shape();
        int[] start = new int[s.rank()];
        int[] end = s.dims();
        start[s.axis(axis)] = from;
        end[s.axis(axis)] = to;
        int[] step = new int[s.rank()];
        Arrays.fill(step, 1);
        return slice(start, end, step);
    }

    /** Indices {@code from, from + step, ..} below {@code to} of each axis. */
    public final Tensor slice(int[] from, int[] to, int[] step) {
        Shape s = self().shape();
        if (from.length != s.rank() || to.length != s.rank() || step.length != s.rank()) {
            throw new ShapeException("slice: " + s + " has " + s.rank() + " axes, but there are " + from.length + " starts, " + to.length
                    + " ends and " + step.length + " steps");
        }
        int[] dims = new int[s.rank()];
        for (int i = 0; i < dims.length; i++) {
            if (from[i] < 0 || from[i] > to[i] || to[i] > s.dim(i) || step[i] < 1) {
                throw new ShapeException("slice: axis " + i + " of " + s + " from " + from[i] + " to " + to[i] + " in steps of " + step[i]);
            }
            dims[i] = Math.ceilDiv(to[i] - from[i], step[i]);
        }
        return apply(new Slice(list(from), list(step), Shape.of(dims)));
    }

    /** Zeros around this tensor: so many before and after it along each axis. */
    public final Tensor pad(int[] before, int[] after) {
        Shape s = self().shape();
        if (before.length != s.rank() || after.length != s.rank()) {
            throw new ShapeException(
                    "pad: " + s + " has " + s.rank() + " axes, but there are " + before.length + " and " + after.length + " sizes");
        }
        int[] dims = s.dims();
        for (int i = 0; i < dims.length; i++) {
            dims[i] = Math.addExact(dims[i], Math.addExact(before[i], after[i]));
        }
        int[] step = new int[dims.length];
        Arrays.fill(step, 1);
        return apply(new Embed(list(before), list(step), Shape.of(dims)));
    }

    /** Tensors one after the other along an axis. */
    public static Tensor concat(int axis, Tensor... parts) {
        if (parts.length == 0) { throw new ShapeException("concat: 0 operands"); }
        return applyAll(new Concat(parts[0].shape().axis(axis)), parts)[0];
    }

    /**
     * Chosen indices of one axis.
     *
     * @param ids I32 {@code [m]}
     * @throws IndexOutOfBoundsException naming the first id outside
     */
    public final Tensor indexSelect(int axis, Tensor ids) {
        return apply(new IndexSelect(self().shape().axis(axis)), ids);
    }

    /**
     * Rows of this table {@code [rows, d]}: ids of any shape give {@code [ids.., d]}.
     *
     * @throws IndexOutOfBoundsException naming the first id outside
     */
    public final Tensor embedding(Tensor ids) {
        Shape s = self().shape();
        if (s.rank() != 2) { throw new ShapeException("embedding: a table has 2 axes, [rows, d], got " + s); }
        int[] dims = Arrays.copyOf(ids.shape().dims(), ids.shape().rank() + 1);
        dims[dims.length - 1] = s.dim(1);
        return indexSelect(0, ids.reshape(ids.size())).reshape(dims);
    }

    // Reductions.

    /** Sum of all elements, a scalar. */
    public final Tensor sum() {
        return apply(Sum.all(self().shape().rank()));
    }

    /** Sum over {@code axes}, which are kept with size 1 if {@code keep}. */
    public final Tensor sum(boolean keep, int... axes) {
        return apply(Sum.over(self().shape(), keep, axes));
    }

    /** Mean of all elements, a scalar. */
    public final Tensor mean() {
        return mean(false, allAxes());
    }

    /** Mean over {@code axes}, which are kept with size 1 if {@code keep}. */
    public final Tensor mean(boolean keep, int... axes) {
        Shape s = self().shape();
        int count = Arrays.stream(axes).map(s::axis).distinct().map(s::dim).reduce(1, (a, b) -> a * b);
        Tensor sum = sum(keep, axes);
        if (count == 0 && sum.size() > 0) {
            throw new ShapeException("mean: of 0 elements (" + s + ", axes " + Arrays.toString(axes) + ")");
        }
        return sum.times(1.0 / count);
    }

    /** Biased variance (divided by the count) over {@code axes}, which are kept with size 1 if {@code keep}. */
    public final Tensor variance(boolean keep, int... axes) {
        Tensor centred = sub(mean(true, axes));
        return centred.mul(centred).mean(keep, axes);
    }

    /**
     * Largest element along {@code axes}, which are kept with size 1 if {@code keep}. They are reduced one after the other, in the order given: along each, the
     * first of equal ones gets the gradient.
     */
    public final Tensor max(boolean keep, int... axes) {
        Shape s = self().shape();
        int[] dims = s.dims();
        Tensor x = self();
        for (int a : axes) {
            int axis = s.axis(a);
            int count = dims[axis];
            if (count == 0) { throw new ShapeException("max: axis " + a + " of " + s + " has no elements"); }
            dims[axis] = 1;
            int inner = product(dims, axis, dims.length);
            x = x.reshape(product(dims, 0, axis), count, 1, inner).apply(new MaxPool2d(count, 1, 1, 0)).reshape(dims);
        }
        List<Integer> gone = Arrays.stream(axes).mapToObj(s::axis).toList();
        return keep ? x : x.reshape(IntStream.range(0, dims.length).filter(i -> !gone.contains(i)).map(i -> dims[i]).toArray());
    }

    /** Softmax over the last axis. */
    public final Tensor softmax() {
        return apply(new Softmax());
    }

    /** Logarithm of the softmax over the last axis. */
    public final Tensor logSoftmax() {
        return apply(new LogSoftmax());
    }

    // Layers.

    /**
     * Matrix product of the last two axes, {@code [.., m, k]} by {@code [.., k, n]} or by one {@code [k, n]} for all; see {@link MatMul}. With one matrix for
     * all, the leading axes are folded into rows: one product, forward and backward.
     */
    public final Tensor matmul(Tensor other) {
        Shape a = self().shape();
        Shape b = other.shape();
        if (a.rank() <= 2 || b.rank() != 2) { return apply(new MatMul(false, false), other); }
        int rows = product(a.dims(), 0, a.rank() - 1);
        return reshape(rows, a.dim(-1)).apply(new MatMul(false, false), other).reshape(a.with(-1, b.dim(1)).dims());
    }

    /** Convolution of {@code [n, h, w, c]} with {@code filter: [r, s, c / groups, k]}; see {@link Conv2d}. */
    public final Tensor conv2d(Tensor filter, int stride, int padding, int dilation, int groups) {
        return apply(new Conv2d(stride, padding, dilation, groups), filter);
    }

    /** Maximum over square windows of {@code [n, h, w, c]}; see {@link MaxPool2d}. */
    public final Tensor maxPool2d(int window, int stride, int padding) {
        return apply(new MaxPool2d(window, window, stride, padding));
    }

    /** Mean over square windows of {@code [n, h, w, c]}; padding counts as zeros. See {@link AveragePool2d}. */
    public final Tensor avgPool2d(int window, int stride, int padding) {
        return apply(new AveragePool2d(window, stride, padding));
    }

    /** Mean over the positions of {@code [n, h, w, c]}: {@code [n, c]}. */
    public final Tensor globalAveragePool() {
        return mean(false, 1, 2);
    }

    /**
     * Batch normalisation with the statistics of the batch; see {@link BatchNorm}.
     *
     * @param x {@code [.., c]}
     * @param scale and shift: {@code [c]}
     * @return {@code y: [.., c]}, and mean and biased variance of the batch, {@code [c]}, through which no gradient flows
     */
    public static Tensor[] batchNorm(Tensor x, Tensor scale, Tensor shift, double epsilon) {
        return batchNorm(new BatchNorm(epsilon, false), x, scale, shift);
    }

    /** As {@link #batchNorm}, followed by relu in the same pass over memory: {@code max(y, 0)}, mean and variance. */
    public static Tensor[] batchNormRelu(Tensor x, Tensor scale, Tensor shift, double epsilon) {
        return batchNorm(new BatchNorm(epsilon, true), x, scale, shift);
    }

    /** As {@link #batchNorm}, with a residual of the shape of x added and followed by relu in the same pass: {@code max(y + residual, 0)}, mean and variance. */
    public static Tensor[] batchNormAddRelu(Tensor x, Tensor scale, Tensor shift, Tensor residual, double epsilon) {
        return batchNorm(new BatchNorm(epsilon, true), x, scale, shift, residual);
    }

    private static Tensor[] batchNorm(BatchNorm op, Tensor... operands) {
        Tensor[] out = applyAll(op, operands);
        return new Tensor[] {out[0], out[1].detach(), out[2].detach()};
    }

    /** Batch normalisation of {@code [.., c]} with given statistics; all four are {@code [c]}. */
    public final Tensor batchNormInference(Tensor mean, Tensor variance, Tensor scale, Tensor shift, double epsilon) {
        return apply(new BatchNormInference(epsilon, false), mean, variance, scale, shift);
    }

    /** As {@link #batchNormInference}, followed by relu in the same pass over memory. */
    public final Tensor batchNormReluInference(Tensor mean, Tensor variance, Tensor scale, Tensor shift, double epsilon) {
        return apply(new BatchNormInference(epsilon, true), mean, variance, scale, shift);
    }

    /** As {@link #batchNormInference}, with a residual of this shape added and followed by relu in the same pass over memory. */
    public final Tensor batchNormAddReluInference(Tensor mean, Tensor variance, Tensor scale, Tensor shift, Tensor residual,
            double epsilon) {
        return apply(new BatchNormInference(epsilon, true), mean, variance, scale, shift, residual);
    }

    /** Layer normalisation over the last axis; scale and shift are {@code [c]}. See {@link LayerNorm}. */
    public final Tensor layerNorm(Tensor scale, Tensor shift, double epsilon) {
        return apply(new LayerNorm(epsilon), scale, shift);
    }

    /** Whether gradients can flow through this tensor: F32 or F64. */
    final boolean isFloating() {
        return self().dtype().isFloating();
    }

    private int[] allAxes() {
        return IntStream.range(0, self().shape().rank()).toArray();
    }

    private static int product(int[] dims, int from, int to) {
        int n = 1;
        for (int i = from; i < to; i++) {
            n *= dims[i];
        }
        return n;
    }

    private static List<Integer> list(int[] values) {
        return Arrays.stream(values).boxed().toList();
    }
}
