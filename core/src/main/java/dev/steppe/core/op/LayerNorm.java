package dev.steppe.core.op;

import dev.steppe.core.Op;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.core.TensorType;
import dev.steppe.kernels.Kernels;
import dev.steppe.kernels.ShapeException;

/**
 * Layer normalisation over the last axis (Ba, Kiros, Hinton 2016, arXiv 1607.06450): {@code x: [.., c]}, scale and shift {@code [c]} give
 * {@code y = (x - mean) / sqrt(variance + epsilon) * scale + shift}, and the mean and biased variance of each row, {@code [rows]}, through which no gradient
 * flows.
 *
 * @param epsilon added to the variance
 */
public record LayerNorm(double epsilon) implements Op {
    @Override
    public TensorType[] infer(TensorType... in) {
        Types.require(name(), 3, in);
        Shape channels = channels(name(), in[0]);
        Types.requireShape(name(), "scale", channels, in[1]);
        Types.requireShape(name(), "shift", channels, in[2]);
        TensorType perRow = new TensorType(in[0].dtype(), rows(in[0]));
        return new TensorType[] {in[0], perRow, perRow};
    }

    static Shape channels(String name, TensorType x) {
        if (x.shape().rank() == 0 || x.shape().dim(-1) == 0) {
            throw new ShapeException(name + ": needs a last axis of at least 1, got x " + x.shape());
        }
        return Shape.of(x.shape().dim(-1));
    }

    static Shape rows(TensorType x) {
        return Shape.of(x.shape().size() / x.shape().dim(-1));
    }

    @Override
    public void forward(Kernels kernels, Tensor[] in, Tensor[] out) {
        kernels.norm().layerNormalise(out[1].size(), in[1].size(), in[0].span(), epsilon, in[1].span(), in[2].span(), out[0].span(),
                out[1].span(), out[2].span());
    }

    @Override
    public Tensor[] backward(Application op) {
        if (!op.hasGradient(0)) { return new Tensor[3]; }
        return Tensor.applyAll(new LayerNormBackward(epsilon), op.input(0), op.gradient(0), op.input(1), op.output(1).detach(),
                op.output(2).detach());
    }
}
