package dev.steppe.core.op;

import dev.steppe.core.Op;
import dev.steppe.core.Tensor;
import dev.steppe.core.TensorType;
import dev.steppe.kernels.Kernels;

/**
 * {@link Conv2d} followed by {@link BatchNorm}: input {@code [n, h, w, c]}, filter {@code [r, s, c / groups, k]}, scale and shift {@code [k]}, and perhaps a
 * residual of the shape of the result, give y, the output x of the convolution, both {@code [n, oh, ow, k]}, and the mean and variance of x, {@code [k]}, through
 * which no gradient flows. The statistics are taken while x is made, and the gradient of x is never stored, except while a graph of the backward is created.
 *
 * @param conv the convolution
 * @param epsilon added to the variance
 * @param relu whether negative results become 0
 */
public record ConvBatchNorm(Conv2d conv, double epsilon, boolean relu) implements Op {
    private static final int OPERANDS = 4;

    @Override
    public TensorType[] infer(TensorType... in) {
        boolean adds = in.length == OPERANDS + 1;
        Types.require(name(), adds ? OPERANDS + 1 : OPERANDS, in);
        TensorType x = conv.infer(in[0], in[1])[0];
        TensorType[] normed = new BatchNorm(epsilon, relu)
                .infer(adds ? new TensorType[] {x, in[2], in[3], in[4]} : new TensorType[] {x, in[2], in[3]});
        return new TensorType[] {normed[0], x, normed[1], normed[2]};
    }

    @Override
    public void forward(Kernels kernels, Tensor[] in, Tensor[] out) {
        kernels.convNorm().forward(conv.shape(in[0].shape(), in[1].shape()), in[0].span(), in[1].span(), out[1].span(), out[2].span(),
                out[3].span());
        kernels.norm().batchNormalise(BatchNorm.rows(out[1].shape()), in[2].size(), out[1].span(), out[2].span(), out[3].span(), epsilon,
                in[2].span(), in[3].span(), in.length > OPERANDS ? in[OPERANDS].span() : null, relu, out[0].span());
    }

    @Override
    public Tensor[] backward(Application op) {
        Tensor[] gradients = new Tensor[op.inputs()];
        if (!op.hasGradient(0)) {
            return op.hasGradient(1) ? convolution(op, op.gradient(1), gradients) : gradients;
        }
        boolean adds = op.inputs() > OPERANDS;
        // As in BatchNorm: with a residual the sign of the result is stored in the result alone.
        Tensor g = adds && relu ? op.gradient(0).apply(new WherePositive(), op.output(0).detach()) : op.gradient(0);
        if (adds) {
            gradients[OPERANDS] = g;
        }
        Tensor mean = op.output(2).detach();
        Tensor variance = op.output(3).detach();
        boolean masks = relu && !adds;
        if (op.needs(0) && op.needs(1) && !op.hasGradient(1) && !op.tape().isRecording()) {
            Tensor[] all = Tensor.applyAll(new ConvBatchNormBackward(conv, epsilon, masks), op.input(0), op.input(1), op.output(1), g,
                    op.input(2), op.input(3), mean, variance);
            System.arraycopy(all, 0, gradients, 0, OPERANDS);
            return gradients;
        }
        Tensor[] normed = Tensor.applyAll(new BatchNormBackward(epsilon, masks, false), op.output(1), g, op.input(2), op.input(3), mean,
                variance);
        System.arraycopy(normed, 1, gradients, 2, 2);
        return convolution(op, op.hasGradient(1) ? op.gradient(1).add(normed[0]) : normed[0], gradients);
    }

    /** Adds the gradients in the operands of the convolution. */
    private Tensor[] convolution(Application op, Tensor dx, Tensor[] gradients) {
        Tensor input = op.input(0);
        Tensor filter = op.input(1);
        gradients[0] = op.needs(0) ? dx.apply(new Conv2dBackwardInput(conv, input.shape()), filter) : null;
        gradients[1] = op.needs(1) ? input.apply(new Conv2dBackwardFilter(conv, filter.shape()), dx) : null;
        return gradients;
    }
}
