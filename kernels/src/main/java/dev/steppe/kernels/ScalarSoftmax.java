package dev.steppe.kernels;

/** Softmax row by row, in double, with {@link StrictMath} so that every platform computes the same. */
final class ScalarSoftmax implements SoftmaxKernel {
    private final Workers workers;

    ScalarSoftmax(Workers workers) {
        this.workers = workers;
    }

    static void check(String kernel, int rows, int c, Span x, Span second, Span third) {
        Check.matrix(kernel, x, rows, c);
        Check.span(kernel, second, x.dtype(), x.length());
        Check.span(kernel, third, x.dtype(), x.length());
    }

    private interface Row {
        void at(int from, int to);
    }

    private void rows(int rows, int c, Row body) {
        workers.ranges(rows, Tiles.rows(16L * c), (from, to) -> {
            for (int row = from; row < to; row++) {
                body.at(row * c, (row + 1) * c);
            }
        });
    }

    private static double largest(Span x, int from, int to) {
        double largest = Double.NEGATIVE_INFINITY;
        for (int i = from; i < to; i++) {
            largest = Math.max(largest, x.get(i));
        }
        return largest;
    }

    private static double exponentials(Span x, int from, int to, double largest) {
        double sum = 0;
        for (int i = from; i < to; i++) {
            sum += StrictMath.exp(x.get(i) - largest);
        }
        return sum;
    }

    @Override
    public void softmax(int rows, int c, Span x, Span y) {
        check("softmax", rows, c, x, y, y);
        rows(rows, c, (from, to) -> {
            double largest = largest(x, from, to);
            double sum = exponentials(x, from, to, largest);
            for (int i = from; i < to; i++) {
                y.set(i, StrictMath.exp(x.get(i) - largest) / sum);
            }
        });
    }

    @Override
    public void logSoftmax(int rows, int c, Span x, Span y) {
        check("logSoftmax", rows, c, x, y, y);
        rows(rows, c, (from, to) -> {
            double largest = largest(x, from, to);
            double log = StrictMath.log(exponentials(x, from, to, largest));
            for (int i = from; i < to; i++) {
                y.set(i, x.get(i) - largest - log);
            }
        });
    }

    @Override
    public void softmaxBackward(int rows, int c, Span y, Span dy, Span dx) {
        check("softmaxBackward", rows, c, y, dy, dx);
        rows(rows, c, (from, to) -> {
            double sum = 0;
            for (int i = from; i < to; i++) {
                sum += y.get(i) * dy.get(i);
            }
            for (int i = from; i < to; i++) {
                dx.set(i, y.get(i) * (dy.get(i) - sum));
            }
        });
    }

    @Override
    public void logSoftmaxBackward(int rows, int c, Span y, Span dy, Span dx) {
        check("logSoftmaxBackward", rows, c, y, dy, dx);
        rows(rows, c, (from, to) -> {
            double sum = 0;
            for (int i = from; i < to; i++) {
                sum += dy.get(i);
            }
            for (int i = from; i < to; i++) {
                dx.set(i, dy.get(i) - StrictMath.exp(y.get(i)) * sum);
            }
        });
    }

    @Override
    public void crossEntropy(int rows, int c, Span logits, Span target, Span loss, Span probabilities) {
        check("crossEntropy", rows, c, logits, target, probabilities);
        Check.span("crossEntropy: loss", loss, logits.dtype(), rows);
        workers.ranges(rows, Tiles.rows(16L * c), (first, last) -> {
            for (int row = first; row < last; row++) {
                int from = row * c;
                int to = from + c;
                double largest = largest(logits, from, to);
                double sum = exponentials(logits, from, to, largest);
                double log = StrictMath.log(sum);
                double entropy = 0;
                for (int i = from; i < to; i++) {
                    double shifted = logits.get(i) - largest;
                    if (target.get(i) != 0) {
                        entropy -= target.get(i) * (shifted - log);
                    }
                    probabilities.set(i, StrictMath.exp(shifted) / sum);
                }
                loss.set(row, entropy);
            }
        });
    }
}
