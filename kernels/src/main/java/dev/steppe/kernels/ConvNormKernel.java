package dev.steppe.kernels;

/**
 * A convolution whose output is normalised over the batch: {@link ConvKernel} and {@link NormKernel} in one call, which passes over memory fewer times. Shapes
 * are theirs, with {@code [n, oh, ow, k]} read as rows of k channels; statistics are those of {@link NormKernel#batchStatistics}.
 */
public interface ConvNormKernel {
    /**
     * {@link ConvKernel#forward} and the statistics of its output.
     *
     * @param input {@code [n, h, w, c]}
     * @param filter {@code [r, s, c / groups, k]}
     * @param x {@code [n, oh, ow, k]}, written
     * @param mean {@code [k]}, written
     * @param variance {@code [k]}, written
     */
    void forward(ConvShape shape, Span input, Span filter, Span x, Span mean, Span variance);

    /**
     * {@link ConvKernel#forward}, and {@link NormKernel#batchNormalise} of its output with given statistics. The output need not exist as a whole.
     *
     * @param input {@code [n, h, w, c]}
     * @param filter {@code [r, s, c / groups, k]}
     * @param mean variance, scale, shift: {@code [k]}
     * @param residual {@code [n, oh, ow, k]}, or null for none
     * @param y {@code [n, oh, ow, k]}, written
     */
    void normalise(ConvShape shape, Span input, Span filter, Span mean, Span variance, double epsilon, Span scale, Span shift,
            Span residual, boolean relu, Span y);

    /**
     * {@link NormKernel#batchNormBackward}, and both adjoints of the convolution, of what it gives. The gradient of x need not exist as a whole.
     *
     * @param input {@code [n, h, w, c]}
     * @param filter {@code [r, s, c / groups, k]}
     * @param x {@code [n, oh, ow, k]}, from {@link #forward}
     * @param dy {@code [n, oh, ow, k]}
     * @param mean and variance: {@code [k]}, from {@link #forward}
     * @param scale {@code [k]}
     * @param shift {@code [k]} with relu; otherwise it is not read
     * @param relu whether dy counts as 0 where what was normalised is not positive
     * @param dinput {@code [n, h, w, c]}, written
     * @param dfilter {@code [r, s, c / groups, k]}, written
     * @param dscale and dshift: {@code [k]}, written
     */
    void backward(ConvShape shape, Span input, Span filter, Span x, Span dy, Span mean, Span variance, double epsilon, Span scale,
            Span shift, boolean relu, Span dinput, Span dfilter, Span dscale, Span dshift);
}
