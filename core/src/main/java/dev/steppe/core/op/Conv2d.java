package dev.steppe.core.op;

import dev.steppe.core.Op;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.core.TensorType;
import dev.steppe.kernels.ConvShape;
import dev.steppe.kernels.Kernels;
import dev.steppe.kernels.ShapeException;

/**
 * 2-D convolution (cross-correlation, as in every deep learning library): {@code x: [n, h, w, c]}, {@code filter: [r, s, c / groups, k]}, result
 * {@code [n, oh, ow, k]} with {@code oh = floor((h + 2 padding - dilation (r - 1) - 1) / stride) + 1}:
 * {@code y[n,i,j,k] = sum over r,s,c of x[n, i*stride - padding + r*dilation, j*stride - padding + s*dilation, c] * filter[r,s,c,k]}, zero outside x.
 *
 * @param stride step between outputs, both axes
 * @param padding zeros added on each side, both axes
 * @param dilation distance between filter taps, both axes
 * @param groups group g maps input channels {@code g*c/groups ..} to output channels {@code g*k/groups ..}; {@code groups = c} is depthwise
 */
public record Conv2d(int stride, int padding, int dilation, int groups) implements Op {
    @Override
    public TensorType[] infer(TensorType... in) {
        Types.require(name(), 2, in);
        Types.requireRank(name(), "x", 4, in[0]);
        Types.requireRank(name(), "filter", 4, in[1]);
        return Types.one(in[0].dtype(), output(shape(in[0].shape(), in[1].shape())));
    }

    /** The sizes of the convolution of x with a filter. */
    ConvShape shape(Shape x, Shape filter) {
        if (groups > 0 && x.dim(3) != filter.dim(2) * groups) {
            throw new ShapeException(
                    "conv2d: input has " + x.dim(3) + " channels, filter expects " + filter.dim(2) * groups + " (x " + x + ", w "
                            + filter + (groups == 1 ? ")" : ", groups " + groups + ")"));
        }
        return new ConvShape(x.dim(0), x.dim(1), x.dim(2), x.dim(3), filter.dim(3), filter.dim(0), filter.dim(1), stride, padding, dilation,
                groups);
    }

    static Shape output(ConvShape s) {
        return Shape.of(s.n(), s.oh(), s.ow(), s.k());
    }

    @Override
    public void forward(Kernels kernels, Tensor[] in, Tensor[] out) {
        kernels.conv().forward(shape(in[0].shape(), in[1].shape()), in[0].span(), in[1].span(), out[0].span());
    }

    @Override
    public Tensor[] backward(Application op) {
        Tensor x = op.input(0);
        Tensor filter = op.input(1);
        Tensor g = op.gradient(0);
        return new Tensor[] {op.needs(0) ? g.apply(new Conv2dBackwardInput(this, x.shape()), filter) : null,
            op.needs(1) ? x.apply(new Conv2dBackwardFilter(this, filter.shape()), g) : null};
    }
}
