package dev.steppe.kernels;

/**
 * Passes of batch and layer normalisation over a matrix {@code x: [rows, c]} (NHWC images are {@code [n*h*w, c]}). Variances are biased (divided by
 * the count); statistics are accumulated so that they do not cancel for data far from zero.
 */
public interface NormKernel {
    /**
     * Mean and biased variance of each column: Ioffe and Szegedy 2015 (arXiv 1502.03167), Algorithm 1.
     *
     * @param x {@code [rows, c]}, rows at least 1
     * @param mean {@code [c]}, written
     * @param variance {@code [c]}, written
     */
    void batchStatistics(int rows, int c, Span x, Span mean, Span variance);

    /**
     * {@code y = (x - mean) / sqrt(variance + epsilon) * scale + shift}, per column.
     *
     * @param x {@code [rows, c]}
     * @param mean variance, scale, shift: {@code [c]}
     * @param y {@code [rows, c]}, written; may be x
     */
    default void batchNormalise(int rows, int c, Span x, Span mean, Span variance, double epsilon, Span scale, Span shift, Span y) {
        batchNormalise(rows, c, x, mean, variance, epsilon, scale, shift, null, false, y);
    }

    /**
     * The same; a residual is added, and with {@code relu} {@code max(., 0)} follows, in the same pass.
     *
     * @param residual {@code [rows, c]}, or null for none
     */
    void batchNormalise(int rows, int c, Span x, Span mean, Span variance, double epsilon, Span scale, Span shift, Span residual,
            boolean relu, Span y);

    /**
     * Gradients of batch normalisation with the statistics of x. With {@code xhat = (x - mean) * istd} and sums over rows:
     * {@code dshift = sum dy}, {@code dscale = sum dy xhat}, {@code dx = scale istd (dy - dshift/rows - xhat dscale/rows)}.
     *
     * @param x {@code [rows, c]}
     * @param dy {@code [rows, c]}
     * @param mean and variance: {@code [c]}, from {@link #batchStatistics}
     * @param scale {@code [c]}
     * @param dx {@code [rows, c]}, written; may be dy
     * @param dscale and dshift: {@code [c]}, written
     */
    default void batchNormBackward(int rows, int c, Span x, Span dy, Span mean, Span variance, double epsilon, Span scale, Span dx,
            Span dscale,
            Span dshift) {
        batchNormBackward(rows, c, x, dy, mean, variance, epsilon, scale, null, false, false, dx, dscale, dshift);
    }

    /**
     * The same; with {@code relu} those of {@code max(normalised, 0)}: dy counts as 0 where what was normalised, which is computed again from x, is not positive. With
     * {@code given} statistics, which are no function of x, {@code dx = scale istd dy}.
     *
     * @param shift {@code [c]} with relu; otherwise it is not read and may be null
     */
    void batchNormBackward(int rows, int c, Span x, Span dy, Span mean, Span variance, double epsilon, Span scale, Span shift, boolean relu,
            boolean given, Span dx, Span dscale, Span dshift);

    /**
     * Gradients of {@link #batchNormBackward} itself: of {@code <a, dx> + <p, dscale> + <q, dshift>} in x, dy and scale, with mean and variance as functions of x. With g
     * what counts of dy, {@code A = sum a}, {@code B = sum a xhat}, {@code C = sum a g}, {@code T = C - (dshift A + dscale B)/rows} and
     * {@code h = (p - scale istd B/rows) g - scale istd dscale/rows a}, the gradient in xhat:
     * {@code gdy = scale istd (a - A/rows - xhat B/rows) + p xhat + q} where dy counts, else 0; {@code gscale = istd T};
     * {@code gx = istd (h - sum h/rows - xhat sum h xhat/rows) - scale istd^2 T/rows xhat}, the last term through the deviation. With {@code given} statistics all that is
     * divided by rows is 0.
     *
     * @param x {@code [rows, c]}
     * @param dy {@code [rows, c]}
     * @param mean and variance: {@code [c]}, from {@link #batchStatistics}
     * @param scale and shift: {@code [c]}; shift is read with relu only
     * @param dscale and dshift: {@code [c]}, from {@link #batchNormBackward}
     * @param a {@code [rows, c]}
     * @param p and q: {@code [c]}
     * @param gx {@code [rows, c]}, written
     * @param gdy {@code [rows, c]}, written
     * @param gscale {@code [c]}, written
     */
    void batchNormDoubleBackward(int rows, int c, Span x, Span dy, Span mean, Span variance, double epsilon, Span scale, Span shift,
            boolean relu, boolean given, Span dscale, Span dshift, Span a, Span p, Span q, Span gx, Span gdy, Span gscale);

    /**
     * Layer normalisation, Ba et al. 2016 (arXiv 1607.06450): each row to mean 0, variance 1, then {@code * scale + shift}.
     *
     * @param x {@code [rows, c]}
     * @param scale and shift: {@code [c]}
     * @param y {@code [rows, c]}, written
     * @param mean and variance: {@code [rows]}, written
     */
    void layerNormalise(int rows, int c, Span x, double epsilon, Span scale, Span shift, Span y, Span mean, Span variance);

    /**
     * Gradients of layer normalisation: with {@code d = dy scale}, {@code dx = istd (d - mean_c(d) - xhat mean_c(d xhat))}, {@code dscale = sum over rows
     * of dy xhat}, {@code dshift = sum over rows of dy}.
     *
     * @param dx {@code [rows, c]}, written
     * @param dscale and dshift: {@code [c]}, written
     */
    void layerNormBackward(int rows, int c, Span x, Span dy, Span mean, Span variance, double epsilon, Span scale, Span dx, Span dscale,
            Span dshift);
}
