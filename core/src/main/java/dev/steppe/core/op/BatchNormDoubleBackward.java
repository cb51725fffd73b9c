package dev.steppe.core.op;

import dev.steppe.core.Op;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.core.TensorType;
import dev.steppe.kernels.Kernels;
import java.util.Arrays;

/**
 * The backward of {@link BatchNormBackward}, fused, for Hessian-vector products: x, dy {@code [.., c]}, scale, shift {@code [c]}, then a {@code [.., c]}, p, q
 * {@code [c]}, the cotangents of dx, dscale, dshift, then mean, variance, dscale, dshift {@code [c]} as they were found, give the gradients in x, dy and scale; that in
 * shift is 0. What was found is a function of x, dy and scale, not an operand.
 *
 * @param epsilon added to the variance
 * @param relu whether the forward made negative results 0
 * @param given whether mean and variance are constants instead of functions of x
 */
public record BatchNormDoubleBackward(double epsilon, boolean relu, boolean given) implements Op {
    private static final String[] NAMES = {"x", "dy", "scale", "shift", "a", "p", "q", "mean", "variance", "dscale", "dshift"};
    private static final int OPERANDS = 7;

    @Override
    public TensorType[] infer(TensorType... in) {
        Types.require(name(), NAMES.length, in);
        Shape channels = BatchNorm.channels(name(), in[0]);
        for (int i = 1; i < NAMES.length; i++) {
            Types.requireShape(name(), NAMES[i], i == 1 || i == 4 ? in[0].shape() : channels, in[i]);
        }
        if (!given) {
            BatchNorm.requireRows(name(), in[0].shape());
        }
        return new TensorType[] {in[0], in[0], in[2]};
    }

    @Override
    public void forward(Kernels kernels, Tensor[] in, Tensor[] out) {
        kernels.norm().batchNormDoubleBackward(BatchNorm.rows(in[0].shape()), in[2].size(), in[0].span(), in[1].span(), in[7].span(),
                in[8].span(), epsilon, in[2].span(), in[3].span(), relu, given, in[9].span(), in[10].span(), in[4].span(), in[5].span(),
                in[6].span(), out[0].span(), out[1].span(), out[2].span());
    }

    @Override
    public Tensor[] backward(Application op) {
        Tensor[] in = new Tensor[OPERANDS];
        Arrays.setAll(in, op::input);
        Tensor[] cotangents = {op.gradient(0), op.gradient(1), op.gradient(2)};
        return Arrays.copyOf(op.tape().vjp(x -> plain(op, x), in, cotangents), NAMES.length);
    }

    /** From the operands to the three gradients: those of the plain ops of the backward. */
    private Tensor[] plain(Application op, Tensor[] in) {
        BatchNormBackward backward = new BatchNormBackward(epsilon, relu, given);
        Tensor mean = op.input(7).detach();
        Tensor variance = op.input(8).detach();
        Tensor[] gradients = op.tape().vjp(at -> backward.plain(at, mean, variance), Arrays.copyOf(in, 4),
                Arrays.copyOfRange(in, 4, OPERANDS));
        Tensor[] ys = new Tensor[3];
        // Where nothing flows to an operand, nobody asks for more.
        Arrays.setAll(ys, i -> gradients[i] == null ? op.tape().zeros(in[i].type()) : gradients[i]);
        return ys;
    }
}
