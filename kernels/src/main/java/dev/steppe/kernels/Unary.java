package dev.steppe.kernels;

/** Element-wise functions of one number and up to two constants {@code p}, {@code q}: see {@link ElementwiseKernel#unary}. */
public enum Unary {
    /** {@code -x}. */
    NEGATE,
    /** {@code p * x}. */
    SCALE,
    /** {@code x + p}. */
    SHIFT,
    /** {@code exp(x)}. */
    EXP,
    /** Natural logarithm. */
    LOG,
    /** Square root. */
    SQRT,
    /** {@code x^p} as {@link Math#pow} defines it. */
    POW,
    /** {@code |x|}. */
    ABS,
    /** -1, 0 or 1; the derivative of {@link #ABS} (0 at 0). */
    SIGN,
    /** {@code max(x, 0)}; NaN stays NaN. */
    RELU,
    /** {@code x if x > 0 else p x}. */
    LEAKY_RELU,
    /** {@code 1 if x > 0 else p}; the derivative of {@link #LEAKY_RELU}, and with {@code p = 0} of {@link #RELU}. */
    STEP,
    /** {@code 1 / (1 + exp(-x))}. */
    SIGMOID,
    /** Hyperbolic tangent. */
    TANH,
    /** {@code log(1 + exp(x))}, without overflow. */
    SOFTPLUS,
    /** Gauss error function. */
    ERF,
    /** {@code min(max(x, p), q)}. */
    CLAMP,
    /** {@code 1 if p <= x <= q else 0}; the derivative of {@link #CLAMP}, PyTorch's convention at the ends. */
    WITHIN;
}
