package dev.steppe.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Softmax of F32: a tile's rows are shifted by their maxima one by one, then all of the tile goes through {@link VectorMath#exp} at once, so that rows of ten
 * classes run in whole vectors too. Sums are taken in double. F64 goes to the scalar twin.
 */
final class VectorSoftmax implements SoftmaxKernel {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();

    private final Workers workers;
    private final SpanPool spans;
    private final SoftmaxKernel scalar;

    VectorSoftmax(Workers workers, SpanPool spans, SoftmaxKernel scalar) {
        this.workers = workers;
        this.spans = spans;
        this.scalar = scalar;
    }

    /** The work of one tile of rows; double lanes to add in lie at {@code lanes[lo ..]}. */
    private interface Tile {
        void run(int from, int to, double[] lanes, int lo);
    }

    private void tiles(int rows, int c, Tile tile) {
        int size = Tiles.rows(4L * c);
        Span.F64 lanes = (Span.F64) spans.take(DType.F64, Math.ceilDiv(rows, size) * VectorSums.LANES);
        try {
            workers.ranges(rows, size,
                    (from, to) -> tile.run(from, to, lanes.array(), lanes.offset() + from / size * VectorSums.LANES));
        } finally {
            spans.give(lanes);
        }
    }

    @Override
    public void softmax(int rows, int c, Span x, Span y) {
        ScalarSoftmax.check("softmax", rows, c, x, y, y);
        if (!(x instanceof Span.F32 xf && y instanceof Span.F32 yf)) {
            scalar.softmax(rows, c, x, y);
            return;
        }
        tiles(rows, c, (from, to, lanes, lo) -> softmax(from, to, c, xf, yf, lanes, lo));
    }

    private static void softmax(int from, int to, int c, Span.F32 x, Span.F32 y, double[] lanes, int lo) {
        shiftByMaxima(from, to, c, x, y);
        exp(y.array(), y.offset() + from * c, y.array(), y.offset() + from * c, (to - from) * c);
        for (int row = from; row < to; row++) {
            int yo = y.offset() + row * c;
            VectorSums.sum(y.array(), yo, c, lanes, lo);
            scale((float) (1 / VectorSums.tree(lanes, lo)), y.array(), yo, c);
        }
    }

    @Override
    public void logSoftmax(int rows, int c, Span x, Span y) {
        ScalarSoftmax.check("logSoftmax", rows, c, x, y, y);
        if (!(x instanceof Span.F32 xf && y instanceof Span.F32 yf)) {
            scalar.logSoftmax(rows, c, x, y);
            return;
        }
        tiles(rows, c, (from, to, lanes, lo) -> {
            Span.F32 e = (Span.F32) spans.take(DType.F32, (to - from) * c);
            try {
                logSoftmax(from, to, c, xf, yf, e, lanes, lo);
            } finally {
                spans.give(e);
            }
        });
    }

    private static void logSoftmax(int from, int to, int c, Span.F32 x, Span.F32 y, Span.F32 e, double[] lanes, int lo) {
        shiftByMaxima(from, to, c, x, y);
        exp(y.array(), y.offset() + from * c, e.array(), e.offset(), e.length());
        for (int row = from; row < to; row++) {
            int yo = y.offset() + row * c;
            VectorSums.sum(e.array(), e.offset() + (row - from) * c, c, lanes, lo);
            shift((float) -StrictMath.log(VectorSums.tree(lanes, lo)), y.array(), yo, y.array(), yo, c);
        }
    }

    @Override
    public void softmaxBackward(int rows, int c, Span y, Span dy, Span dx) {
        ScalarSoftmax.check("softmaxBackward", rows, c, y, dy, dx);
        if (!(y instanceof Span.F32 yf && dy instanceof Span.F32 dyf && dx instanceof Span.F32 dxf)) {
            scalar.softmaxBackward(rows, c, y, dy, dx);
            return;
        }
        tiles(rows, c, (from, to, lanes, lo) -> {
            for (int at = from * c; at < to * c; at += c) {
                VectorSums.dot(yf.array(), yf.offset() + at, dyf.array(), dyf.offset() + at, c, lanes, lo);
                float sum = (float) VectorSums.tree(lanes, lo);
                multiplyShifted(yf.array(), yf.offset() + at, dyf.array(), dyf.offset() + at, sum, dxf.array(), dxf.offset() + at, c);
            }
        });
    }

    @Override
    public void logSoftmaxBackward(int rows, int c, Span y, Span dy, Span dx) {
        ScalarSoftmax.check("logSoftmaxBackward", rows, c, y, dy, dx);
        if (!(y instanceof Span.F32 yf && dy instanceof Span.F32 dyf && dx instanceof Span.F32 dxf)) {
            scalar.logSoftmaxBackward(rows, c, y, dy, dx);
            return;
        }
        tiles(rows, c, (from, to, lanes, lo) -> {
            Span.F32 e = (Span.F32) spans.take(DType.F32, (to - from) * c);
            try {
                exp(yf.array(), yf.offset() + from * c, e.array(), e.offset(), e.length());
                for (int row = from; row < to; row++) {
                    int go = dyf.offset() + row * c;
                    VectorSums.sum(dyf.array(), go, c, lanes, lo);
                    float sum = (float) VectorSums.tree(lanes, lo);
                    subtractScaled(dyf.array(), go, e.array(), e.offset() + (row - from) * c, sum, dxf.array(), dxf.offset() + row * c, c);
                }
            } finally {
                spans.give(e);
            }
        });
    }

    @Override
    public void crossEntropy(int rows, int c, Span logits, Span target, Span loss, Span probabilities) {
        ScalarSoftmax.check("crossEntropy", rows, c, logits, target, probabilities);
        Check.span("crossEntropy: loss", loss, logits.dtype(), rows);
        if (!(logits instanceof Span.F32 xf && target instanceof Span.F32 tf && probabilities instanceof Span.F32 pf)) {
            scalar.crossEntropy(rows, c, logits, target, loss, probabilities);
            return;
        }
        tiles(rows, c, (from, to, lanes, lo) -> {
            shiftByMaxima(from, to, c, xf, pf);
            exp(pf.array(), pf.offset() + from * c, pf.array(), pf.offset() + from * c, (to - from) * c);
            for (int row = from; row < to; row++) {
                int po = pf.offset() + row * c;
                VectorSums.sum(pf.array(), po, c, lanes, lo);
                double sum = VectorSums.tree(lanes, lo);
                scale((float) (1 / sum), pf.array(), po, c);
                int xo = xf.offset() + row * c;
                loss.set(row, crossEntropy(xf.array(), xo, tf.array(), tf.offset() + row * c, largest(xf.array(), xo, c),
                        StrictMath.log(sum), c));
            }
        });
    }

    /** {@code sum target (log - (x - largest))}, log that of the sum of what is shifted; a target of 0 counts as 0 whatever x is. */
    private static double crossEntropy(float[] x, int xo, float[] target, int to, double largest, double log, int n) {
        double sum = 0;
        for (int i = 0; i < n; i++) {
            if (target[to + i] != 0) {
                sum += target[to + i] * (log - (x[xo + i] - largest));
            }
        }
        return sum;
    }

    /** {@code y = x - max} of each row. */
    private static void shiftByMaxima(int from, int to, int c, Span.F32 x, Span.F32 y) {
        for (int row = from; row < to; row++) {
            int xo = x.offset() + row * c;
            shift(-largest(x.array(), xo, c), x.array(), xo, y.array(), y.offset() + row * c, c);
        }
    }

    /** The maximum, which no order of comparisons changes; NaN if there is one. */
    private static float largest(float[] x, int xo, int n) {
        int bound = SPECIES.loopBound(n);
        float largest = bound == 0 ? Float.NEGATIVE_INFINITY : largestOfWhole(x, xo, bound);
        for (int i = bound; i < n; i++) {
            largest = Math.max(largest, x[xo + i]);
        }
        return largest;
    }

    /** Of whole vectors; apart, because C2 would box one where rows are too short to have any. */
    private static float largestOfWhole(float[] x, int xo, int bound) {
        FloatVector most = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
        for (int i = 0; i < bound; i += LANES) {
            most = most.max(FloatVector.fromArray(SPECIES, x, xo + i));
        }
        return most.reduceLanes(VectorOperators.MAX);
    }

    private static void exp(float[] x, int xo, float[] y, int yo, int n) {
        VectorMath.exp(1, VectorMath.SIGNED, x, xo, y, yo, n);
        for (int i = SPECIES.loopBound(n); i < n; i++) {
            y[yo + i] = (float) StrictMath.exp(x[xo + i]);
        }
    }

    private static void shift(float p, float[] x, int xo, float[] y, int yo, int n) {
        VectorUnary.shift(p, x, xo, y, yo, n);
        for (int i = SPECIES.loopBound(n); i < n; i++) {
            y[yo + i] = x[xo + i] + p;
        }
    }

    private static void scale(float p, float[] y, int yo, int n) {
        VectorUnary.scale(p, y, yo, y, yo, n);
        for (int i = SPECIES.loopBound(n); i < n; i++) {
            y[yo + i] *= p;
        }
    }

    /** {@code dx = y (dy - sum)}. */
    private static void multiplyShifted(float[] y, int yo, float[] dy, int go, float sum, float[] dx, int xo, int n) {
        int bound = SPECIES.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector.fromArray(SPECIES, dy, go + i).sub(sum).mul(FloatVector.fromArray(SPECIES, y, yo + i)).intoArray(dx, xo + i);
        }
        for (int i = bound; i < n; i++) {
            dx[xo + i] = y[yo + i] * (dy[go + i] - sum);
        }
    }

    /** {@code dx = dy - e sum}. */
    private static void subtractScaled(float[] dy, int go, float[] e, int eo, float sum, float[] dx, int xo, int n) {
        int bound = SPECIES.loopBound(n);
        FloatVector factor = FloatVector.broadcast(SPECIES, -sum);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector.fromArray(SPECIES, e, eo + i).fma(factor, FloatVector.fromArray(SPECIES, dy, go + i)).intoArray(dx, xo + i);
        }
        for (int i = bound; i < n; i++) {
            dx[xo + i] = Math.fma(e[eo + i], -sum, dy[go + i]);
        }
    }
}
