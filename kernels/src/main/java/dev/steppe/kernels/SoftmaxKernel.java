package dev.steppe.kernels;

/** Softmax and its relatives over the rows of a matrix {@code [rows, c]}, shifted by the row's maximum so that nothing overflows. */
public interface SoftmaxKernel {
    /** {@code y = exp(x - max) / sum exp(x - max)}; y may be x. */
    void softmax(int rows, int c, Span x, Span y);

    /** {@code y = x - max - log sum exp(x - max)}; y may be x. */
    void logSoftmax(int rows, int c, Span x, Span y);

    /** {@code dx = y (dy - sum_c y dy)} with {@code y = softmax(x)}; dx may be dy. */
    void softmaxBackward(int rows, int c, Span y, Span dy, Span dx);

    /** {@code dx = dy - exp(y) sum_c dy} with {@code y = logSoftmax(x)}; dx may be dy. */
    void logSoftmaxBackward(int rows, int c, Span y, Span dy, Span dx);

    /**
     * Cross-entropy of each row: {@code loss[i] = -sum_c target[i,c] logSoftmax(logits)[i,c]}.
     *
     * @param logits {@code [rows, c]}
     * @param target {@code [rows, c]}, any weights; one of 0 adds 0 even where the logit is minus infinity
     * @param loss {@code [rows]}, written
     * @param probabilities {@code [rows, c]}, written: softmax of the logits
     */
    void crossEntropy(int rows, int c, Span logits, Span target, Span loss, Span probabilities);
}
