package dev.steppe.kernels;

/**
 * Moves numbers without changing them: strided copies, row gathers and their adjoints. All types, but of {@link #scatterAdd}; both spans of a call have the
 * same type.
 */
public interface MoveKernel {
    /** Sets every element of y. */
    void fill(Span y, double value);

    /** {@code y = x}, equal lengths; the runs may overlap only if they are the same. */
    void copy(Span x, Span y);

    /**
     * {@code y[yStart + sum i_d yStrides[d]] = x[xStart + sum i_d xStrides[d]]} for all indices below {@code dims}: transposition, slicing with steps, padding
     * (into a filled y), concatenation, broadcasting (a stride of 0 in x). Strides may be negative; no element of y is written twice.
     */
    void strided(int[] dims, Span x, int xStart, int[] xStrides, Span y, int yStart, int[] yStrides);

    /**
     * {@code y[o, j, i] = x[o, index[j], i]}.
     *
     * @param x {@code [outer, rows, inner]}
     * @param index {@code [m]}, each in {@code 0 .. rows - 1}
     * @param y {@code [outer, m, inner]}, written
     * @throws IndexOutOfBoundsException naming the first index outside, before anything is written
     */
    void gather(int outer, int rows, int inner, Span x, Span.I32 index, Span y);

    /**
     * The adjoint of {@link #gather}: {@code x = 0}, then {@code x[o, index[j], i] += y[o, j, i]} in the order of j.
     *
     * @param y {@code [outer, m, inner]}
     * @param x {@code [outer, rows, inner]}, written
     * @throws ShapeException if the numbers are not floating-point
     */
    void scatterAdd(int outer, int rows, int inner, Span y, Span.I32 index, Span x);
}
