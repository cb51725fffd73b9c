package dev.steppe.kernels;

/** Element-wise maths. In all of these the output may be one of the inputs, if both start at the same element. */
public interface ElementwiseKernel {
    /**
     * {@code y[i] = f(x[i]; p, q)} over all elements of y; constants that f does not use are ignored, the others are
     * rounded to the type of x. Lengths of x and y are equal.
     */
    void unary(Unary f, double p, double q, Span x, Span y);

    /** {@code y[i] = f(a[i], b[i])}; all three lengths are equal. */
    void binary(Binary f, Span a, Span b, Span y);

    /**
     * {@code y[i0,..] = f(a[i0 * aStrides[0] + ..], b[i0 * bStrides[0] + ..])} over all {@code dims}; a stride of 0 repeats an operand along that axis. y is
     * contiguous; an operand that it overlaps has y's strides.
     */
    void broadcast(Binary f, int[] dims, Span a, int[] aStrides, Span b, int[] bStrides, Span y);
}
