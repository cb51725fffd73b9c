package dev.steppe.kernels;

/**
 * Sizes of a (batched) matrix product {@code C = op(A) op(B)}, all matrices contiguous and row-major: {@code op(A): [m, k]}, {@code op(B): [k, n]},
 * {@code C: [m, n]}. A transposed operand is stored as {@code A: [k, m]} or {@code B: [n, k]}.
 *
 * @param transposeA whether A is stored transposed (the T of TN)
 * @param transposeB whether B is stored transposed (the T of NT)
 * @param m rows of C
 * @param n columns of C
 * @param k length of each inner product
 * @param batch how many products there are
 * @param strideA elements between the A of one product and the next; 0 uses one A for all
 * @param strideB elements between the B of one product and the next; 0 uses one B for all
 */
public record GemmShape(boolean transposeA, boolean transposeB, int m, int n, int k, int batch, int strideA, int strideB) {
    /** @throws ShapeException if a size or a stride is negative */
    public GemmShape {
        if (m < 0 || n < 0 || k < 0 || batch < 0 || strideA < 0 || strideB < 0) {
            throw new ShapeException(
                    "gemm: sizes and strides must not be negative (m " + m + ", n " + n + ", k " + k + ", batch " + batch + ", stride "
                            + strideA + " and " + strideB + ")");
        }
    }

    /** One product of plain (NN), or transposed, matrices. */
    public static GemmShape of(boolean transposeA, boolean transposeB, int m, int n, int k) {
        return new GemmShape(transposeA, transposeB, m, n, k, 1, 0, 0);
    }
}
