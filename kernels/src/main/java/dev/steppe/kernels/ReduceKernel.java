package dev.steppe.kernels;

/** Reductions over the middle axis of {@code x: [outer, count, inner]}. The order of each sum depends on the sizes alone. */
public interface ReduceKernel {
    /** {@code y[o, i] = sum over j of x[o, j, i]}; 0 for count 0. F32 sums are accumulated in blocks or in double. */
    void sum(int outer, int count, int inner, Span x, Span y);

    /**
     * {@code y[o, i] = max over j of x[o, j, i]}; NaN wins; ties go to the first.
     *
     * @param argmax I32 {@code [outer, inner]}, written: the j that was chosen
     * @throws ShapeException if count is 0 and there is an output
     */
    void max(int outer, int count, int inner, Span x, Span y, Span.I32 argmax);
}
