package dev.steppe.kernels;

/** 2-D convolution of NHWC images with HWIO filters, and its two adjoints. Outputs are overwritten and must not overlap the inputs. */
public interface ConvKernel {
    /**
     * {@code y[n,i,j,k] = sum over r,s,c of x[n, i*stride - padding + r*dilation, j*stride - padding + s*dilation, c] * filter[r,s,c,k]}, zero outside x.
     * Kernels may multiply those zeros too, here and in the adjoints: infinities and NaN then reach more results than the formula says.
     *
     * @param x {@code [n, h, w, c]}
     * @param filter {@code [r, s, c / groups, k]}
     * @param y {@code [n, oh, ow, k]}, written
     */
    void forward(ConvShape shape, Span x, Span filter, Span y);

    /**
     * The adjoint in x: {@code dx} such that {@code <dy, conv(x, filter)> = <dx, x>} for all x.
     *
     * @param dy {@code [n, oh, ow, k]}
     * @param filter {@code [r, s, c / groups, k]}
     * @param dx {@code [n, h, w, c]}, written
     */
    void backwardInput(ConvShape shape, Span dy, Span filter, Span dx);

    /**
     * The adjoint in the filter.
     *
     * @param x {@code [n, h, w, c]}
     * @param dy {@code [n, oh, ow, k]}
     * @param dfilter {@code [r, s, c / groups, k]}, written
     */
    void backwardFilter(ConvShape shape, Span x, Span dy, Span dfilter);

    /** The algorithm that F32 images of a shape get, for tables: {@code direct}, {@code winograd}, {@code depthwise}; {@code scalar} if there are no others. */
    String plan(ConvShape shape);
}
