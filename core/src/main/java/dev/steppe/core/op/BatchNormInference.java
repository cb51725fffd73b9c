package dev.steppe.core.op;

import dev.steppe.core.Op;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.core.TensorType;
import dev.steppe.kernels.Kernels;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Batch normalisation with given statistics: x {@code [.., c]}, then mean, variance, scale, shift {@code [c]} give
 * {@code (x - mean) / sqrt(variance + epsilon) * scale + shift}; a sixth operand, of the shape of x, is added to it; with {@code relu} the result is the larger
 * of that and 0.
 *
 * @param epsilon added to the variance
 * @param relu whether negative results become 0
 */
public record BatchNormInference(double epsilon, boolean relu) implements Op {
    @Override
    public TensorType[] infer(TensorType... in) {
        boolean adds = in.length == 6;
        Types.require(name(), adds ? 6 : 5, in);
        Shape channels = BatchNorm.channels(name(), in[0]);
        String[] names = {"x", "mean", "variance", "scale", "shift"};
        for (int i = 1; i < names.length; i++) {
            Types.requireShape(name(), names[i], channels, in[i]);
        }
        if (adds) {
            Types.requireShape(name(), "residual", in[0].shape(), in[5]);
        }
        return new TensorType[] {in[0]};
    }

    @Override
    public void forward(Kernels kernels, Tensor[] in, Tensor[] out) {
        kernels.norm().batchNormalise(BatchNorm.rows(in[0].shape()), in[1].size(), in[0].span(), in[1].span(), in[2].span(), epsilon,
                in[3].span(), in[4].span(), in.length == 6 ? in[5].span() : null, relu, out[0].span());
    }

    @Override
    public Tensor[] backward(Application op) {
        if (op.needs(1) || op.needs(2)) { return plain(op); }
        boolean adds = op.inputs() == 6;
        // As in BatchNorm: with a residual the sign of the output is stored in the output alone.
        Tensor g = adds && relu ? op.gradient(0).apply(new WherePositive(), op.output(0).detach()) : op.gradient(0);
        Tensor[] d = Tensor.applyAll(new BatchNormBackward(epsilon, relu && !adds, true), op.input(0), g, op.input(3), op.input(4),
                op.input(1).detach(), op.input(2).detach());
        Tensor[] gradients = {d[0], null, null, d[1], d[2], g};
        return adds ? gradients : Arrays.copyOf(gradients, 5);
    }

    /** The gradients, those in mean and variance among them, in plain ops. */
    private Tensor[] plain(Application op) {
        Tensor g = relu ? op.gradient(0).apply(new WherePositive(), op.output(0).detach()) : op.gradient(0);
        Tensor mean = op.input(1);
        Tensor scale = op.input(3);
        Tensor istd = op.input(2).plus(epsilon).pow(-0.5);
        Tensor factor = scale.mul(istd);
        int[] rows = IntStream.range(0, g.shape().rank() - 1).toArray();
        Tensor sum = op.needs(1) || op.needs(4) ? g.sum(false, rows) : null;
        Tensor moment = op.needs(2) || op.needs(3) ? op.input(0).sub(mean).mul(g).sum(false, rows) : null;
        Tensor[] gradients = {op.needs(0) ? g.mul(factor) : null, op.needs(1) ? sum.mul(factor).neg() : null,
            op.needs(2) ? moment.mul(factor).mul(istd).mul(istd).times(-0.5) : null, op.needs(3) ? moment.mul(istd) : null, sum, g};
        return op.inputs() == 6 ? gradients : Arrays.copyOf(gradients, 5);
    }
}
