package dev.steppe.kernels;

/**
 * Vector algebra of points: one flat F32 or F64 run per argument, all of equal length and type. Sums are accumulated in double over blocks of fixed
 * size whose results are added in order, so they do not depend on the number of threads. An output may be the same run as any input.
 *
 * <p>Constants may be rounded to F32 for some numbers of an F32 run and not for the others: one beyond F32's range, such as 1e39 or 1e-46, is infinity
 * or 0 for the former alone.
 */
public interface PointKernel {
    /** {@code sum x[i] y[i]}. */
    double dot(Span x, Span y);

    /** {@code sum x[i]^2}. */
    double sumOfSquares(Span x);

    /** {@code sum x[i]}. */
    double sum(Span x);

    /** {@code sum (d[i] x[i])^2}: the squared norm in a diagonal metric. */
    double scaledSumOfSquares(Span d, Span x);

    /** Whether every number is finite. */
    boolean allFinite(Span x);

    /** {@code out = a x}. */
    void scale(double a, Span x, Span out);

    /** {@code y += a x}. */
    void axpy(double a, Span x, Span y);

    /** {@code out = a x + b y}. */
    void combine(double a, Span x, double b, Span y, Span out);

    /** {@code out = x + t (y - x)}. */
    void lerp(Span x, Span y, double t, Span out);

    /** {@code out = a (x * y)}, element-wise: the scaled product. */
    void multiply(double a, Span x, Span y, Span out);

    /**
     * SGD as PyTorch defines it, in one pass: {@code g += decay w}; {@code m = first ? g : momentum m + g}; {@code w -= rate (nesterov ? g + momentum m : m)}.
     * With {@code momentum = 0} m is neither read nor written and may be null. The gradient is only read.
     */
    void sgd(Span w, Span g, Span m, double rate, double momentum, double decay, boolean nesterov, boolean first);

    /**
     * AdamW (Loshchilov and Hutter, arXiv 1711.05101) as PyTorch defines it, in one pass: {@code w *= 1 - rate decay}; {@code m = b1 m + (1-b1) g}; {@code v =
     * b2 v + (1-b2) g^2}; {@code w -= rate (m / correction1) / (sqrt(v) / sqrt(correction2) + epsilon)}, with {@code correction = 1 - b^t}.
     */
    void adamW(Span w, Span g, Span m, Span v, double rate, double beta1, double beta2, double epsilon, double decay, double correction1,
            double correction2);

    /**
     * Adam (Kingma and Ba, arXiv 1412.6980) as PyTorch defines it, in one pass: as {@link #adamW}, but the decay is coupled: {@code g += decay w} comes first,
     * and w does not shrink.
     */
    void adam(Span w, Span g, Span m, Span v, double rate, double beta1, double beta2, double epsilon, double decay, double correction1,
            double correction2);

    /**
     * The direction of LAMB (You et al., arXiv 1904.00962) in one pass: m and v as {@link #adamW}; {@code out = (m / correction1) / (sqrt(v) /
     * sqrt(correction2) + epsilon) + decay w}. The weights are only read.
     */
    void lamb(Span w, Span g, Span m, Span v, Span out, double beta1, double beta2, double epsilon, double decay, double correction1,
            double correction2);

    /**
     * RMSprop (Tieleman and Hinton, 2012) as PyTorch defines it, in one pass: {@code g += decay w}; {@code v = alpha v + (1 - alpha) g^2}; {@code u = g / (sqrt(v) +
     * epsilon)}; {@code m = momentum m + u}; {@code w -= rate m}. With {@code momentum = 0} m is u, is neither read nor written, and may be null.
     */
    void rmsProp(Span w, Span g, Span v, Span m, double rate, double alpha, double epsilon, double decay, double momentum);

    /**
     * Lion (Chen et al., arXiv 2302.06675), in one pass: {@code w = (1 - rate decay) w - rate sign(b1 m + (1-b1) g)}; {@code m = b2 m + (1-b2) g}. The sign of 0
     * is 0.
     */
    void lion(Span w, Span g, Span m, double rate, double beta1, double beta2, double decay);
}
