package dev.steppe.kernels;

/** Max and average pooling of NHWC images and their adjoints. Outputs are overwritten and must not overlap the inputs. */
public interface PoolKernel {
    /**
     * Maximum over each window; padding never wins. Ties go to the first position in row-major order; a NaN in the window wins.
     *
     * @param x {@code [n, h, w, c]}
     * @param y {@code [n, oh, ow, c]}, written
     * @param argmax I32 {@code [n, oh, ow, c]}, written: flat index into x of the element that was chosen
     */
    void max(PoolShape shape, Span x, Span y, Span.I32 argmax);

    /**
     * The adjoint of max pooling: {@code dx = 0}, then {@code dx[argmax[i]] += dy[i]}, in the order of i within an image.
     *
     * @param dy {@code [n, oh, ow, c]}
     * @param argmax from {@link #max}
     * @param dx {@code [n, h, w, c]}, written
     */
    void maxBackward(PoolShape shape, Span dy, Span.I32 argmax, Span dx);

    /** Gather: {@code y[i] = x[argmax[i]]}; the adjoint of {@link #maxBackward}. Shapes as in {@link #max}. */
    void maxGather(PoolShape shape, Span x, Span.I32 argmax, Span y);

    /**
     * Mean over each window.
     *
     * @param countPadding whether the divisor is the whole window ({@code r*s}, PyTorch's {@code count_include_pad=True}) or only the positions inside x
     */
    void average(PoolShape shape, boolean countPadding, Span x, Span y);

    /** The adjoint of {@link #average}: each {@code dy} is spread evenly over its window. */
    void averageBackward(PoolShape shape, boolean countPadding, Span dy, Span dx);
}
