package dev.steppe.core;

import dev.steppe.core.op.Add;
import dev.steppe.core.op.BroadcastTo;
import dev.steppe.core.op.MatMul;
import dev.steppe.core.op.Multiply;
import dev.steppe.core.op.Relu;
import dev.steppe.core.op.Reshape;
import dev.steppe.core.op.Sum;
import dev.steppe.kernels.DType;
import dev.steppe.kernels.Kernels;

/**
 * What can be computed with a {@link Tensor}. Every method applies an op of {@code dev.steppe.core.op}, recorded by the tape of its operands if gradients
 * flow through one of them; operands without a tape are computed at once, with the default kernels.
 */
public abstract sealed class TensorOps permits Tensor {
    TensorOps() {
    }

    abstract Tensor self();

    /** Applies an op of one output to this tensor and {@code others}. */
    public final Tensor apply(Op op, Tensor... others) {
        Tensor[] inputs = new Tensor[others.length + 1];
        inputs[0] = self();
        System.arraycopy(others, 0, inputs, 1, others.length);
        return applyAll(op, inputs)[0];
    }

    /**
     * Applies an op.
     *
     * @return all its outputs
     */
    public static Tensor[] applyAll(Op op, Tensor... inputs) {
        for (Tensor t : inputs) {
            if (t.tape() != null) { return t.tape().apply(op, inputs); }
        }
        return eager(op, inputs);
    }

    private static Tensor[] eager(Op op, Tensor... inputs) {
        TensorType[] types = new TensorType[inputs.length];
        for (int i = 0; i < types.length; i++) {
            types[i] = inputs[i].type();
        }
        TensorType[] results = op.infer(types);
        if (op instanceof Op.View) { return new Tensor[] {inputs[0].view(0, results[0].shape())}; }
        Tensor[] outputs = new Tensor[results.length];
        for (int i = 0; i < outputs.length; i++) {
            outputs[i] = Tensor.zeros(results[i].dtype(), results[i].shape());
        }
        op.forward(Kernels.defaults(), inputs, outputs);
        return outputs;
    }

    /** {@code this + other}, broadcast. */
    public final Tensor add(Tensor other) {
        return apply(new Add(), other);
    }

    /** {@code this * other}, element-wise, broadcast. */
    public final Tensor mul(Tensor other) {
        return apply(new Multiply(), other);
    }

    /** {@code max(this, 0)}. */
    public final Tensor relu() {
        return apply(new Relu());
    }

    /** Matrix product of the last two axes, {@code [.., m, k]} by {@code [.., k, n]}; see {@link MatMul}. */
    public final Tensor matmul(Tensor other) {
        return apply(new MatMul(false, false), other);
    }

    /** The same numbers under another shape; one size may be -1 and is computed. */
    public final Tensor reshape(int... dims) {
        return apply(Reshape.to(self().shape(), dims));
    }

    /** Repeats along axes of size 1, and along new leading axes, until the shape is {@code shape}. */
    public final Tensor broadcastTo(Shape shape) {
        return self().shape().equals(shape) ? self() : apply(new BroadcastTo(shape));
    }

    /** Sum of all elements, a scalar. */
    public final Tensor sum() {
        return apply(Sum.all(self().shape().rank()));
    }

    /** Sum over {@code axes}, which are kept with size 1 if {@code keep}. */
    public final Tensor sum(boolean keep, int... axes) {
        return apply(Sum.over(self().shape(), keep, axes));
    }

    /** Sums over the axes that were repeated when {@code shape} was broadcast to this shape: the adjoint of {@link #broadcastTo}. */
    public final Tensor sumTo(Shape shape) {
        Shape own = self().shape();
        if (own.equals(shape)) { return self(); }
        int lead = own.rank() - shape.rank();
        int[] axes = java.util.stream.IntStream.range(0, own.rank()).filter(i -> i < lead || shape.dim(i - lead) != own.dim(i)).toArray();
        return sum(true, axes).reshape(shape.dims());
    }

    /** Whether gradients can flow through this tensor: F32 or F64. */
    final boolean isFloating() {
        return self().dtype() != DType.I32;
    }
}
