package dev.steppe.core.op;

import dev.steppe.core.Op;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.core.TensorType;
import dev.steppe.kernels.Kernels;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The backward of {@link BatchNorm}, fused: x, dy {@code [.., c]}, scale, shift {@code [c]}, and the mean and variance that the forward found, give dx, dscale,
 * dshift. Mean and variance are functions of x, not operands: gradients through them are counted in x. With {@code given} it is the backward of
 * {@link BatchNormInference}: mean and variance are constants.
 *
 * @param epsilon added to the variance
 * @param relu whether the forward made negative results 0
 * @param given whether mean and variance are constants instead of functions of x
 */
public record BatchNormBackward(double epsilon, boolean relu, boolean given) implements Op {
    private static final String[] OPERANDS = {"x", "dy", "scale", "shift", "mean", "variance"};

    @Override
    public TensorType[] infer(TensorType... in) {
        Types.require(name(), OPERANDS.length, in);
        Shape channels = BatchNorm.channels(name(), in[0]);
        Types.requireShape(name(), "dy", in[0].shape(), in[1]);
        for (int i = 2; i < OPERANDS.length; i++) {
            Types.requireShape(name(), OPERANDS[i], channels, in[i]);
        }
        if (!given) {
            BatchNorm.requireRows(name(), in[0].shape());
        }
        return new TensorType[] {in[0], in[2], in[2]};
    }

    @Override
    public void forward(Kernels kernels, Tensor[] in, Tensor[] out) {
        kernels.norm().batchNormBackward(BatchNorm.rows(in[0].shape()), in[2].size(), in[0].span(), in[1].span(), in[4].span(),
                in[5].span(), epsilon, in[2].span(), in[3].span(), relu, given, out[0].span(), out[1].span(), out[2].span());
    }

    @Override
    public Tensor[] backward(Application op) {
        Tensor[] gradients = Tensor.applyAll(new BatchNormDoubleBackward(epsilon, relu, given), op.input(0), op.input(1), op.input(2),
                op.input(3),
                op.gradient(0), op.gradient(1), op.gradient(2), op.input(4).detach(), op.input(5).detach(), op.output(1).detach(),
                op.output(2).detach());
        return Arrays.copyOf(gradients, 6);
    }

    /**
     * From (x, dy, scale, shift) to (dx, dscale, dshift) in plain ops: see {@link dev.steppe.kernels.NormKernel#batchNormBackward}.
     *
     * @param mean and variance: read only if they are given
     */
    Tensor[] plain(Tensor[] in, Tensor mean, Tensor variance) {
        Tensor x = in[0];
        Tensor scale = in[2];
        int[] rows = IntStream.range(0, x.shape().rank() - 1).toArray();
        Tensor centred = x.sub(given ? mean : x.mean(true, rows));
        Tensor istd = (given ? variance : centred.mul(centred).mean(true, rows)).plus(epsilon).pow(-0.5);
        Tensor xhat = centred.mul(istd);
        Tensor dy = relu ? in[1].apply(new WherePositive(), xhat.detach().mul(scale.detach()).add(in[3].detach())) : in[1];
        Tensor dshift = dy.sum(false, rows);
        Tensor dscale = dy.mul(xhat).sum(false, rows);
        double share = 1.0 / BatchNorm.rows(x.shape());
        Tensor through = given ? dy : dy.sub(dshift.times(share)).sub(xhat.mul(dscale.times(share)));
        return new Tensor[] {through.mul(istd.mul(scale)), dscale, dshift};
    }
}
