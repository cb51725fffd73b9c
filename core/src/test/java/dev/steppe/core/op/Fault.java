package dev.steppe.core.op;

import java.util.List;

/**
 * A mistake, made on purpose in a copy of the main source.
 *
 * @param what is wrong
 * @param file below the source folder of core or kernels
 * @param old text that occurs exactly once in it
 * @param replacement for the text
 * @param caught by the gradient check of this case
 */
record Fault(String what, String file, String old, String replacement, String caught) {
    private static final String OPS = "core/src/main/java/dev/steppe/core/op/";
    private static final String KERNELS = "kernels/src/main/java/dev/steppe/kernels/";

    private static Fault op(String what, String file, String old, String replacement, String caught) {
        return new Fault(what, OPS + file + ".java", old, replacement, caught);
    }

    private static Fault op(String what, String file, String old, String replacement) {
        return op(what, file, old, replacement, file);
    }

    private static Fault kernel(String what, String file, String old, String replacement, String caught) {
        return new Fault(what, KERNELS + file + ".java", old, replacement, caught);
    }

    static List<Fault> all() {
        return List.of(
                // signs
                op("sign of the subtrahend", "Subtract", ".sumTo(op.input(1).shape()).neg()", ".sumTo(op.input(1).shape())"),
                op("sign of the divisor", "Divide", ".sumTo(b.shape()).neg()", ".sumTo(b.shape())"),
                op("sign of the target", "CrossEntropy", ".sub(target)", ".add(target)"),
                kernel("sign of the row's mean", "ScalarSoftmax", "y.get(i) * (dy.get(i) - sum)", "y.get(i) * (dy.get(i) + sum)",
                        "Softmax"),
                // wrong operands
                op("operands exchanged", "Multiply", "g.mul(b).sumTo", "g.mul(a).sumTo"),
                op("operand not transposed", "MatMul", "g.apply(new MatMul(false, !transposeB), b)",
                        "g.apply(new MatMul(false, transposeB), b)"),
                op("input for output", "Exp", "op.output(0)", "op.input(0)"),
                op("which is larger", "Maximum", "b.detach().apply(new Greater(), a.detach())",
                        "a.detach().apply(new Greater(), b.detach())"),
                op("permutation not inverted", "Transpose", "map(permutation::indexOf)", "map(permutation::get)"),
                op("bounds of the clamp", "Clamp", "new Within(low, high)", "new Within(low, 0)"),
                // missing scales
                op("the exponent", "Pow", ".times(exponent)", ""), op("one half", "Sqrt", ".times(0.5)", ""),
                op("the constant factor", "Scale", ".times(factor)", ""),
                kernel("the size of the window", "ScalarPool", "Rows.axpy(1 / divisor, dy", "Rows.axpy(1, dy", "AveragePool2d"),
                op("the mask", "Dropout", "op.gradient(0).apply(this)", "op.gradient(0)"),
                // convolution, off by one and the like
                kernel("padding off by one", "ScalarConv", "outputIndex(iw + s.padding() -", "outputIndex(iw + s.padding() - 1 -",
                        "Conv2d"),
                kernel("no dilation", "ScalarConv", "outputIndex(ih + s.padding() - r * s.dilation()", "outputIndex(ih + s.padding() - r",
                        "Conv2dBackwardInput"),
                kernel("groups mixed up", "ScalarConv", "s.k() + g * out + b));", "s.k() + b));", "Conv2d"),
                op("filter of another shape", "Conv2dBackwardInput", "apply(conv, filter)",
                        "apply(new Conv2d(conv.stride(), conv.padding(), 1, conv.groups()), filter)"),
                // normalisation
                kernel("projection on the normalised input", "ScalarNorm", " - xhat * product / c", "", "LayerNorm"),
                op("the inverse deviation, in the third derivative", "BatchNormBackward", "pow(-0.5)", "pow(0.5)",
                        "BatchNormDoubleBackward"),
                kernel("the way through the deviation", "NormCurvature", "moment + scale * istd * t / count", "moment",
                        "BatchNormBackward"),
                kernel("statistics that are given taken for those of x", "ScalarNorm", "given ? Double.POSITIVE_INFINITY : rows", "rows",
                        "BatchNormDoubleBackward"),
                op("the mean over rows, in the third derivative", "BatchNormBackward", "xhat.mul(dscale.times(share))",
                        "xhat.mul(dscale)", "BatchNormDoubleBackward"),
                op("the residual forgotten", "ConvBatchNormInference", "Arrays.copyOfRange(in, 2, in.length)",
                        "Arrays.copyOfRange(in, 2, OPERANDS)"),
                op("half of the variance's gradient", "BatchNormInference", ".times(-0.5)", ".times(-1)"),
                // sums that are not sums
                kernel("overlapping windows", "ScalarPool", "dx.get(at) + dy.get(o)", "dy.get(o)", "MaxPool2d"),
                kernel("repeated ids", "ScalarMove", "Rows.axpy(1, y, t * inner, x,", "Rows.copy(y, t * inner, x,", "IndexSelect"),
                op("the start of a slice", "Slice", "new Embed(from, step,", "new Embed(step, step,"),
                new Fault("results used twice", "core/src/main/java/dev/steppe/core/Backward.java",
                        "slots[i] = tape.backward(createGraph, () -> sum.add(gradient));",
                        "slots[i] = gradient;", "gelu"));
    }

    @Override
    public String toString() {
        return what + " (" + file.substring(file.lastIndexOf('/') + 1) + ")";
    }
}
