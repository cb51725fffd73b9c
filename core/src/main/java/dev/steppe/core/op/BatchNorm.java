package dev.steppe.core.op;

import dev.steppe.core.Op;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.core.TensorType;
import dev.steppe.kernels.Kernels;
import dev.steppe.kernels.ShapeException;

/**
 * Batch normalisation with the statistics of the batch (Ioffe and Szegedy 2015, arXiv 1502.03167, Algorithm 1): {@code x: [.., c]}, scale and shift
 * {@code [c]} give {@code y = (x - mean) / sqrt(variance + epsilon) * scale + shift}, and the mean and biased variance of each channel, {@code [c]}, through
 * which no gradient flows. A fourth operand, of the shape of x, is added to y; with {@code relu} the first output is {@code max(y, 0)}; both in the same pass
 * over memory, and what is in between is never stored.
 *
 * @param epsilon added to the variance
 * @param relu whether negative results become 0
 */
public record BatchNorm(double epsilon, boolean relu) implements Op {
    @Override
    public TensorType[] infer(TensorType... in) {
        boolean adds = in.length == 4;
        Types.require(name(), adds ? 4 : 3, in);
        Shape channels = channels(name(), in[0]);
        Types.requireShape(name(), "scale", channels, in[1]);
        Types.requireShape(name(), "shift", channels, in[2]);
        if (adds) {
            Types.requireShape(name(), "residual", in[0].shape(), in[3]);
        }
        requireRows(name(), in[0].shape());
        TensorType perChannel = new TensorType(in[0].dtype(), channels);
        return new TensorType[] {in[0], perChannel, perChannel};
    }

    @Override
    public void forward(Kernels kernels, Tensor[] in, Tensor[] out) {
        int c = in[1].size();
        int rows = rows(in[0].shape());
        kernels.norm().batchStatistics(rows, c, in[0].span(), out[1].span(), out[2].span());
        kernels.norm().batchNormalise(rows, c, in[0].span(), out[1].span(), out[2].span(), epsilon, in[1].span(), in[2].span(),
                in.length == 4 ? in[3].span() : null, relu, out[0].span());
    }

    @Override
    public Tensor[] backward(Application op) {
        if (!op.hasGradient(0)) { return new Tensor[op.inputs()]; }
        boolean adds = op.inputs() == 4;
        // With a residual the sign of the output is stored in the output alone; without one it follows from x, which is read anyway.
        Tensor g = adds && relu ? op.gradient(0).apply(new WherePositive(), op.output(0).detach()) : op.gradient(0);
        Tensor[] gradients = Tensor.applyAll(new BatchNormBackward(epsilon, relu && !adds, false), op.input(0), g, op.input(1), op.input(2),
                op.output(1).detach(), op.output(2).detach());
        return adds ? new Tensor[] {gradients[0], gradients[1], gradients[2], g} : gradients;
    }

    /** The shape of what there is once per channel. */
    static Shape channels(String name, TensorType x) {
        if (x.shape().rank() < 2) { throw new ShapeException(name + ": x needs at least two axes, [.., channels], got " + x.shape()); }
        return Shape.of(x.shape().dim(-1));
    }

    /** How many values a channel has. */
    static int rows(Shape x) {
        int rows = 1;
        for (int i = 0; i < x.rank() - 1; i++) {
            rows *= x.dim(i);
        }
        return rows;
    }

    static void requireRows(String name, Shape x) {
        if (rows(x) == 0) { throw new ShapeException(name + ": 0 values per channel have no statistics (x " + x + ")"); }
    }
}
