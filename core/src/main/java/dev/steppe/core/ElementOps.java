package dev.steppe.core;

import dev.steppe.core.op.Abs;
import dev.steppe.core.op.Add;
import dev.steppe.core.op.Clamp;
import dev.steppe.core.op.Divide;
import dev.steppe.core.op.Dropout;
import dev.steppe.core.op.Erf;
import dev.steppe.core.op.Exp;
import dev.steppe.core.op.LeakyRelu;
import dev.steppe.core.op.Log;
import dev.steppe.core.op.Maximum;
import dev.steppe.core.op.Multiply;
import dev.steppe.core.op.Pow;
import dev.steppe.core.op.Relu;
import dev.steppe.core.op.Scale;
import dev.steppe.core.op.Shift;
import dev.steppe.core.op.Sigmoid;
import dev.steppe.core.op.Softplus;
import dev.steppe.core.op.Sqrt;
import dev.steppe.core.op.Subtract;
import dev.steppe.core.op.Tanh;
import dev.steppe.kernels.Kernels;

/**
 * Arithmetic and functions of single elements; the other part of {@link TensorOps}, which says what holds for all of them. Operands of arithmetic are
 * broadcast by NumPy's rule.
 */
public abstract sealed class ElementOps permits TensorOps {
    ElementOps() {
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

    // Arithmetic.

    /** {@code this + other}. */
    public final Tensor add(Tensor other) {
        return apply(new Add(), other);
    }

    /** {@code this - other}. */
    public final Tensor sub(Tensor other) {
        return apply(new Subtract(), other);
    }

    /** {@code this * other}, element-wise. */
    public final Tensor mul(Tensor other) {
        return apply(new Multiply(), other);
    }

    /** {@code this / other}, element-wise. */
    public final Tensor div(Tensor other) {
        return apply(new Divide(), other);
    }

    /** The larger of both, element-wise; where they are equal, each gets half of the gradient. */
    public final Tensor maximum(Tensor other) {
        return apply(new Maximum(), other);
    }

    /** The smaller of both, element-wise; where they are equal, each gets half of the gradient. */
    public final Tensor minimum(Tensor other) {
        return neg().maximum(other.neg()).neg();
    }

    /** {@code this + term}. */
    public final Tensor plus(double term) {
        return apply(new Shift(term));
    }

    /** {@code factor * this}. */
    public final Tensor times(double factor) {
        return apply(new Scale(factor));
    }

    /** {@code -this}. */
    public final Tensor neg() {
        return times(-1);
    }

    // Functions of each element.

    /** {@code exp(x)}. */
    public final Tensor exp() {
        return apply(new Exp());
    }

    /** Natural logarithm. */
    public final Tensor log() {
        return apply(new Log());
    }

    /** Square root. */
    public final Tensor sqrt() {
        return apply(new Sqrt());
    }

    /** {@code x^exponent}, as {@link Math#pow} defines it. */
    public final Tensor pow(double exponent) {
        return apply(new Pow(exponent));
    }

    /** {@code |x|}; its derivative at 0 is 0. */
    public final Tensor abs() {
        return apply(new Abs());
    }

    /** {@code max(x, 0)}; its derivative at 0 is 0. */
    public final Tensor relu() {
        return apply(new Relu());
    }

    /** {@code x if x > 0 else slope x}. */
    public final Tensor leakyRelu(double slope) {
        return apply(new LeakyRelu(slope));
    }

    /** {@code x (1 + erf(x / sqrt 2)) / 2}: the exact form (Hendrycks and Gimpel 2016, arXiv 1606.08415; PyTorch's default). */
    public final Tensor gelu() {
        return times(Math.sqrt(0.5)).apply(new Erf()).plus(1).mul(times(0.5));
    }

    /** {@code x sigmoid(x)} (Elfwing et al. 2017, arXiv 1702.03118). */
    public final Tensor silu() {
        return sigmoid().mul(self());
    }

    /** {@code 1 / (1 + exp(-x))}. */
    public final Tensor sigmoid() {
        return apply(new Sigmoid());
    }

    /** Hyperbolic tangent. */
    public final Tensor tanh() {
        return apply(new Tanh());
    }

    /** {@code log(1 + exp(x))}. */
    public final Tensor softplus() {
        return apply(new Softplus());
    }

    /** {@code min(max(x, low), high)}; its derivative is 1 from low to high, both included. */
    public final Tensor clamp(double low, double high) {
        return apply(new Clamp(low, high));
    }

    /** Zero with a probability, {@code x / (1 - probability)} otherwise; which elements is a function of the key alone. See {@link Dropout}. */
    public final Tensor dropout(RandomKey key, double probability) {
        return apply(new Dropout(key, probability));
    }
}
