package dev.steppe.core.op;

import dev.steppe.core.Op;
import dev.steppe.core.Tensor;
import dev.steppe.core.TensorType;
import dev.steppe.kernels.Kernels;
import java.util.Arrays;

/**
 * {@link Conv2d} followed by {@link BatchNormInference}: input and filter, then mean, variance, scale, shift and perhaps a residual as there. The same bits as those two,
 * but what lies between them never exists as a whole; the backward computes it again.
 *
 * @param conv the convolution
 * @param epsilon added to the variance
 * @param relu whether negative results become 0
 */
public record ConvBatchNormInference(Conv2d conv, double epsilon, boolean relu) implements Op {
    private static final int OPERANDS = 6;

    private BatchNormInference norm() {
        return new BatchNormInference(epsilon, relu);
    }

    @Override
    public TensorType[] infer(TensorType... in) {
        Types.require(name(), in.length == OPERANDS + 1 ? OPERANDS + 1 : OPERANDS, in);
        TensorType[] operands = Arrays.copyOfRange(in, 1, in.length);
        operands[0] = conv.infer(in[0], in[1])[0];
        return norm().infer(operands);
    }

    @Override
    public void forward(Kernels kernels, Tensor[] in, Tensor[] out) {
        kernels.convNorm().normalise(conv.shape(in[0].shape(), in[1].shape()), in[0].span(), in[1].span(), in[2].span(), in[3].span(),
                epsilon, in[4].span(), in[5].span(), in.length > OPERANDS ? in[OPERANDS].span() : null, relu, out[0].span());
    }

    @Override
    public Tensor[] backward(Application op) {
        Tensor[] in = new Tensor[op.inputs()];
        Arrays.setAll(in, op::input);
        return op.tape().vjp(this::plain, in, new Tensor[] {op.gradient(0)});
    }

    private Tensor[] plain(Tensor[] in) {
        return new Tensor[] {in[0].apply(conv, in[1]).apply(norm(), Arrays.copyOfRange(in, 2, in.length))};
    }
}
