package dev.steppe.kernels;

/** Element-wise functions of two numbers: see {@link ElementwiseKernel#binary}. */
public enum Binary {
    /** {@code a + b}. */
    ADD,
    /** {@code a - b}. */
    SUBTRACT,
    /** {@code a * b}. */
    MULTIPLY,
    /** {@code a / b}. */
    DIVIDE,
    /** The larger; NaN if either is NaN. */
    MAXIMUM,
    /** {@code 1 if a > b, 1/2 if a = b, else 0}: the derivative of {@link #MAXIMUM} in a, ties shared as PyTorch does. */
    GREATER,
    /** {@code a if b > 0 else 0}: passes a gradient a where the activation b is positive, the backward of ReLU. */
    WHERE_POSITIVE;
}
