package dev.steppe.kernels;

/** General matrix multiplication, NN, NT, TN and TT, single or batched. */
public interface GemmKernel {
    /**
     * {@code C = op(A) op(B)}, or {@code C += op(A) op(B)} if {@code accumulate}. Products with {@code k = 0} are zero matrices. C must not overlap A
     * or B. The sum over k is taken in an order that depends on the shape alone, never on the number of threads; its error is bounded by
     * {@code gamma_k |A||B|}.
     *
     * @param a A, row-major, {@code [m, k]} or, transposed, {@code [k, m]}, per product
     * @param b B, row-major, {@code [k, n]} or, transposed, {@code [n, k]}, per product
     * @param c C, row-major, {@code [batch, m, n]}
     */
    void gemm(GemmShape shape, Span a, Span b, Span c, boolean accumulate);
}
