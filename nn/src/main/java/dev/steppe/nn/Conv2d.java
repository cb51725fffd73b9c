package dev.steppe.nn;

import dev.steppe.core.Pass;
import dev.steppe.core.Role;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.core.Weight;
import dev.steppe.kernels.ConvShape;

/**
 * 2-D convolution (cross-correlation, as everywhere in deep learning) of images {@code x: [n, h, w, in]} with square filters
 * {@code weight: [kernel, kernel, in / groups, out]}, to {@code [n, h', w', out]}, where
 * {@code h' = floor((h + 2 padding - dilation (kernel - 1) - 1) / stride) + 1}, and likewise w'.
 *
 * <p>By default stride 1, no padding, dilation 1, one group, a bias, and initial numbers as in PyTorch ({@link Initialiser#pytorch}). What is to be
 * different is said in a chain: {@code new Conv2d(16, 32, 3).stride(2).padding(1).noBias()}.
 */
public final class Conv2d extends Layer {
    private record Options(int in, int out, int kernel, int stride, int padding, int dilation, int groups, boolean bias,
            Initialiser initialiser) {
        Options {
            Checks.positive("conv2d", "input channels", in);
            Checks.positive("conv2d", "output channels", out);
            Checks.positive("conv2d", "kernel", kernel);
            Checks.positive("conv2d", "stride", stride);
            Checks.positive("conv2d", "dilation", dilation);
            Checks.positive("conv2d", "groups", groups);
            Checks.that(padding >= 0, "conv2d: padding must not be negative, got " + padding);
            Checks.that(in % groups == 0 && out % groups == 0,
                    "conv2d: " + groups + " groups do not divide " + in + " input and " + out + " output channels");
        }
    }

    private final Options options;
    private final Weight weight;
    private final Weight bias;

    /** Filters of {@code kernel x kernel} from {@code in} to {@code out} channels. */
    public Conv2d(int in, int out, int kernel) {
        this(new Options(in, out, kernel, 1, 0, 1, 1, true, Initialiser.pytorch()));
    }

    private Conv2d(Options options) {
        this.options = options;
        Shape shape = Shape.of(options.kernel, options.kernel, options.in / options.groups, options.out);
        this.weight = weight("weight", shape, Role.WEIGHT, 3, options.initialiser);
        this.bias = options.bias
                ? weight("bias", Shape.of(options.out), Role.BIAS, Weight.NO_FILTERS, Initialiser.pytorchBias(shape))
                : null;
    }

    /** A new layer like this one that moves its window by {@code stride} pixels. */
    public Conv2d stride(int stride) {
        Options o = options;
        return new Conv2d(new Options(o.in, o.out, o.kernel, stride, o.padding, o.dilation, o.groups, o.bias, o.initialiser));
    }

    /** A new layer like this one that puts {@code padding} zeros on each side. */
    public Conv2d padding(int padding) {
        Options o = options;
        return new Conv2d(new Options(o.in, o.out, o.kernel, o.stride, padding, o.dilation, o.groups, o.bias, o.initialiser));
    }

    /** A new layer like this one whose filter entries lie {@code dilation} pixels apart. */
    public Conv2d dilation(int dilation) {
        Options o = options;
        return new Conv2d(new Options(o.in, o.out, o.kernel, o.stride, o.padding, dilation, o.groups, o.bias, o.initialiser));
    }

    /** A new layer like this one whose channels are cut into groups that do not see each other; {@code groups = in} is a depthwise convolution. */
    public Conv2d groups(int groups) {
        Options o = options;
        return new Conv2d(new Options(o.in, o.out, o.kernel, o.stride, o.padding, o.dilation, groups, o.bias, o.initialiser));
    }

    /** A new layer like this one, without bias: for use before a normalisation. */
    public Conv2d noBias() {
        Options o = options;
        return new Conv2d(new Options(o.in, o.out, o.kernel, o.stride, o.padding, o.dilation, o.groups, false, o.initialiser));
    }

    /** A new layer like this one, whose filters start otherwise. */
    public Conv2d initialised(Initialiser initialiser) {
        Options o = options;
        return new Conv2d(new Options(o.in, o.out, o.kernel, o.stride, o.padding, o.dilation, o.groups, o.bias, initialiser));
    }

    /** The sizes of the convolution of images {@code [n, h, w, in]}. */
    public ConvShape sizes(Shape images) {
        Options o = options;
        return new ConvShape(images.dim(0), images.dim(1), images.dim(2), o.in, o.out, o.kernel, o.kernel, o.stride, o.padding, o.dilation,
                o.groups);
    }

    boolean hasBias() {
        return bias != null;
    }

    /** The op that this layer applies. */
    dev.steppe.core.op.Conv2d op() {
        return new dev.steppe.core.op.Conv2d(options.stride, options.padding, options.dilation, options.groups);
    }

    /** The filter at a point. */
    Tensor filter(Pass pass) {
        return pass.at(weight);
    }

    @Override
    protected Tensor compute(Tensor x, Pass pass) {
        Tensor y = x.apply(op(), filter(pass));
        return bias == null ? y : y.add(pass.at(bias));
    }

    @Override
    protected long multiplyAdds(Shape input, Shape output) {
        return (long) output.size() * options.kernel * options.kernel * (options.in / options.groups);
    }
}
