package dev.steppe.core.op;

import dev.steppe.core.Op;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.core.TensorType;
import dev.steppe.kernels.Kernels;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The backward of {@link LayerNorm}, fused: x, dy {@code [.., c]}, scale {@code [c]}, and the mean and variance that the forward found, {@code [rows]}, give
 * dx, dscale, dshift. Mean and variance are functions of x, not operands: gradients through them are counted in x.
 *
 * @param epsilon added to the variance
 */
public record LayerNormBackward(double epsilon) implements Op {
    @Override
    public TensorType[] infer(TensorType... in) {
        Types.require(name(), 5, in);
        Shape channels = LayerNorm.channels(name(), in[0]);
        Types.requireShape(name(), "dy", in[0].shape(), in[1]);
        Types.requireShape(name(), "scale", channels, in[2]);
        Types.requireShape(name(), "mean", LayerNorm.rows(in[0]), in[3]);
        Types.requireShape(name(), "variance", LayerNorm.rows(in[0]), in[4]);
        return new TensorType[] {in[0], in[2], in[2]};
    }

    @Override
    public void forward(Kernels kernels, Tensor[] in, Tensor[] out) {
        kernels.norm().layerNormBackward(in[3].size(), in[2].size(), in[0].span(), in[1].span(), in[3].span(), in[4].span(), epsilon,
                in[2].span(), out[0].span(), out[1].span(), out[2].span());
    }

    @Override
    public Tensor[] backward(Application op) {
        Tensor[] in = {op.input(0), op.input(1), op.input(2)};
        Tensor[] cotangents = {op.gradient(0), op.gradient(1), op.gradient(2)};
        return Arrays.copyOf(op.tape().vjp(this::plain, in, cotangents), 5);
    }

    /** From (x, dy, scale) to (dx, dscale, dshift) in plain ops: see {@link dev.steppe.kernels.NormKernel#layerNormBackward}. */
    private Tensor[] plain(Tensor[] in) {
        Tensor x = in[0];
        Tensor dy = in[1];
        int[] rows = IntStream.range(0, x.shape().rank() - 1).toArray();
        Tensor centred = x.sub(x.mean(true, -1));
        Tensor istd = centred.mul(centred).mean(true, -1).plus(epsilon).pow(-0.5);
        Tensor xhat = centred.mul(istd);
        Tensor d = dy.mul(in[2]);
        Tensor dx = d.sub(d.mean(true, -1)).sub(xhat.mul(d.mul(xhat).mean(true, -1))).mul(istd);
        return new Tensor[] {dx, dy.mul(xhat).sum(false, rows), dy.sum(false, rows)};
    }
}
