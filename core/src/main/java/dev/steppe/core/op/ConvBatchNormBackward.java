package dev.steppe.core.op;

import dev.steppe.core.Op;
import dev.steppe.core.Tensor;
import dev.steppe.core.TensorType;
import dev.steppe.kernels.Kernels;
import java.util.Arrays;

/**
 * The backward of {@link ConvBatchNorm}, fused: input {@code [n, h, w, c]}, filter {@code [r, s, c / groups, k]}, x, dy {@code [n, oh, ow, k]}, scale, shift
 * {@code [k]}, and the mean and variance of x that the forward found, give the gradients of input, filter, scale and shift. Mean and variance are functions of x,
 * not operands, as in {@link BatchNormBackward}.
 *
 * @param conv the convolution
 * @param epsilon added to the variance
 * @param relu whether the forward made negative results 0
 */
public record ConvBatchNormBackward(Conv2d conv, double epsilon, boolean relu) implements Op {
    /** Without mean and variance. */
    private static final int OPERANDS = 6;

    @Override
    public TensorType[] infer(TensorType... in) {
        Types.require(name(), OPERANDS + 2, in);
        Types.requireShape(name(), "x", conv.infer(in[0], in[1])[0].shape(), in[2]);
        new BatchNormBackward(epsilon, relu, false).infer(Arrays.copyOfRange(in, 2, OPERANDS + 2));
        return new TensorType[] {in[0], in[1], in[4], in[5]};
    }

    @Override
    public void forward(Kernels kernels, Tensor[] in, Tensor[] out) {
        kernels.convNorm().backward(conv.shape(in[0].shape(), in[1].shape()), in[0].span(), in[1].span(), in[2].span(), in[3].span(),
                in[6].span(), in[7].span(), epsilon, in[4].span(), in[5].span(), relu, out[0].span(), out[1].span(), out[2].span(),
                out[3].span());
    }

    @Override
    public Tensor[] backward(Application op) {
        Tensor[] in = new Tensor[OPERANDS];
        Arrays.setAll(in, op::input);
        Tensor[] cotangents = {op.gradient(0), op.gradient(1), op.gradient(2), op.gradient(3)};
        Tensor mean = op.input(OPERANDS).detach();
        Tensor variance = op.input(OPERANDS + 1).detach();
        return Arrays.copyOf(op.tape().vjp(at -> plain(at, mean, variance), in, cotangents), op.inputs());
    }

    private Tensor[] plain(Tensor[] in, Tensor mean, Tensor variance) {
        Tensor[] d = Tensor.applyAll(new BatchNormBackward(epsilon, relu, false), in[2], in[3], in[4], in[5], mean, variance);
        return new Tensor[] {d[0].apply(new Conv2dBackwardInput(conv, in[0].shape()), in[1]),
            in[0].apply(new Conv2dBackwardFilter(conv, in[1].shape()), d[0]), d[1], d[2]};
    }
}
