package dev.steppe.kernels;

import static dev.steppe.kernels.VectorNormLoops.CENTRE;
import static dev.steppe.kernels.VectorNormLoops.COEFFICIENTS;
import static dev.steppe.kernels.VectorNormLoops.CONSTANT;
import static dev.steppe.kernels.VectorNormLoops.FACTOR;
import static dev.steppe.kernels.VectorNormLoops.MEAN;
import static dev.steppe.kernels.VectorNormLoops.MOMENTS;
import static dev.steppe.kernels.VectorNormLoops.SHIFT;
import static dev.steppe.kernels.VectorNormLoops.SLOPE;
import static dev.steppe.kernels.VectorNormLoops.SQUARES;
import static dev.steppe.kernels.VectorNormLoops.SUM;

import java.util.Arrays;

/**
 * Batch normalisation of F32 at the speed of memory; F64 goes to the scalar twin, layer normalisation is {@link VectorLayerNorm}'s.
 *
 * <p>Tiles and rows are those of {@link VectorColumns}. A tile is read once: sums and squares are taken about the column means of its first
 * {@value #HEAD_ROWS} rows. These are part of the data, so {@code M2 >= HEAD_ROWS (head mean - mean)^2}, and what is subtracted for having been off the mean
 * is at most {@code TILE_ROWS / HEAD_ROWS} times what remains: nothing cancels, whatever the data. Its sums are floats, though, and may overflow where its
 * results would not, from numbers of 8e34 or deviations of 1e17 on. Tiles are put together in double, in order, as {@code M2 = sum of M2_t + n_t (mean_t - mean)^2}
 * (Chan, Golub and LeVeque 1983).
 */
final class VectorNorm implements NormKernel {
    private static final int HEAD_ROWS = 8;

    private final Workers workers;
    private final SpanPool spans;
    private final NormKernel scalar;
    private final VectorLayerNorm layer;
    private final VectorNormCurvature curvature;

    VectorNorm(Workers workers, SpanPool spans, NormKernel scalar) {
        this.workers = workers;
        this.spans = spans;
        this.scalar = scalar;
        this.layer = new VectorLayerNorm(workers, spans, scalar);
        this.curvature = new VectorNormCurvature(workers, spans, scalar);
    }

    @Override
    public void batchStatistics(int rows, int c, Span x, Span mean, Span variance) {
        ScalarNorm.checkStatistics(rows, c, x, mean, variance);
        if (!(x instanceof Span.F32 xf)) {
            scalar.batchStatistics(rows, c, x, mean, variance);
            return;
        }
        if (c == 0) {
            return;
        }
        int tileRows = VectorColumns.tileRows(c);
        int tiles = Math.ceilDiv(rows, tileRows);
        int tileSize = MOMENTS * VectorColumns.width(c);
        Span.F32 moments = (Span.F32) spans.take(DType.F32, Math.multiplyExact(tiles, tileSize));
        try {
            workers.ranges(rows, tileRows, (from, to) -> tileMoments(xf.array(), xf.offset() + from * c, to - from, c, moments.array(),
                    moments.offset() + from / tileRows * tileSize));
            mergeMoments(rows, c, moments, mean, variance);
        } finally {
            spans.give(moments);
        }
    }

    /** Floats of the moments of a tile. */
    static int momentsSize(int c) {
        return MOMENTS * VectorColumns.width(c);
    }

    /** Leaves the means of a tile's columns at CENTRE, the sums of their squared deviations at SQUARES, and the number of rows in the first place of SUM. */
    static void tileMoments(float[] x, int xo, int rows, int c, float[] t, int to) {
        int width = VectorColumns.width(c);
        int end = xo + rows * c;
        int head = Math.min(rows, HEAD_ROWS * (width / c));
        Arrays.fill(t, to, to + MOMENTS * width, 0);
        for (int at = xo; at < xo + head * c; at += width) {
            VectorNormLoops.add(x, at, t, to, Math.min(width, xo + head * c - at));
        }
        VectorColumns.fold(t, to, width, c);
        for (int j = 0; j < c; j++) {
            t[to + j] /= head;
        }
        VectorColumns.spread(t, to, width, c);
        for (int at = xo; at < end; at += width) {
            VectorNormLoops.addMoments(x, at, t, to, width, Math.min(width, end - at));
        }
        VectorColumns.fold(t, to + SUM * width, width, c);
        VectorColumns.fold(t, to + SQUARES * width, width, c);
        for (int j = 0; j < c; j++) {
            float sum = t[to + SUM * width + j];
            t[to + CENTRE * width + j] += sum / rows;
            t[to + SQUARES * width + j] = Math.max(0, t[to + SQUARES * width + j] - sum / rows * sum);
        }
        t[to + SUM * width] = rows;
    }

    /**
     * Puts tiles together in their order.
     *
     * @param rows of all tiles
     * @param moments of each tile; those of 0 rows say nothing
     */
    void mergeMoments(int rows, int c, Span.F32 moments, Span mean, Span variance) {
        int width = VectorColumns.width(c);
        int end = moments.offset() + moments.length();
        Span.F64 merged = (Span.F64) spans.take(DType.F64, 2 * c);
        double[] m = merged.array();
        int mo = merged.offset();
        try {
            Arrays.fill(m, mo, mo + 2 * c, 0);
            for (int at = moments.offset(); at < end; at += MOMENTS * width) {
                float n = moments.array()[at + SUM * width];
                if (n > 0) {
                    VectorColumns.addScaled((double) n / rows, moments.array(), at, m, mo, c);
                }
            }
            for (int at = moments.offset(); at < end; at += MOMENTS * width) {
                float n = moments.array()[at + SUM * width];
                if (n > 0) {
                    addDeviations(n, moments.array(), at, width, m, mo, c);
                }
            }
            for (int j = 0; j < c; j++) {
                mean.set(j, m[mo + j]);
                variance.set(j, m[mo + c + j] / rows);
            }
        } finally {
            spans.give(merged);
        }
    }

    /** {@code m[c ..] += M2_t + n_t (mean_t - mean)^2}. */
    private static void addDeviations(double n, float[] t, int to, int width, double[] m, int mo, int c) {
        for (int j = 0; j < c; j++) {
            double d = t[to + j] - m[mo + j];
            m[mo + c + j] += t[to + SQUARES * width + j] + n * d * d;
        }
    }

    @Override
    public void batchNormalise(int rows, int c, Span x, Span mean, Span variance, double epsilon, Span scale, Span shift, Span residual,
            boolean relu, Span y) {
        ScalarNorm.checkNormalise(rows, c, x, mean, variance, scale, shift, residual, y);
        if (!(x instanceof Span.F32 xf && y instanceof Span.F32 yf)) {
            scalar.batchNormalise(rows, c, x, mean, variance, epsilon, scale, shift, residual, relu, y);
            return;
        }
        if (c == 0) {
            return;
        }
        Span.F32 table = table(c, mean, variance, epsilon, scale, shift);
        try {
            workers.ranges(rows, VectorColumns.tileRows(c),
                    (from, to) -> normalise(table, relu, c, xf, (Span.F32) residual, yf, from * c, to * c));
        } finally {
            spans.give(table);
        }
    }

    /** What {@link #normalise} needs; the caller gives it back. */
    Span.F32 table(int c, Span mean, Span variance, double epsilon, Span scale, Span shift) {
        int width = VectorColumns.width(c);
        Span.F32 table = (Span.F32) spans.take(DType.F32, COEFFICIENTS * width);
        coefficients(c, mean, variance, epsilon, scale, shift, table, width);
        spread(table, MEAN, SHIFT, width, c);
        return table;
    }

    /** Normalises the numbers {@code from .. end - 1}, whole rows, in the calling thread; y may be x, residual may be null. */
    static void normalise(Span.F32 table, boolean relu, int c, Span.F32 x, Span.F32 residual, Span.F32 y, int from, int end) {
        int width = VectorColumns.width(c);
        float floor = relu ? 0 : Float.NEGATIVE_INFINITY;
        for (int at = from; at < end; at += width) {
            int n = Math.min(width, end - at);
            if (residual != null) {
                VectorNormLoops.normaliseAdd(x.array(), x.offset() + at, table.array(), table.offset(), width, residual.array(),
                        residual.offset() + at, floor, y.array(), y.offset() + at, n);
            } else {
                VectorNormLoops.normalise(x.array(), x.offset() + at, table.array(), table.offset(), width, floor, y.array(),
                        y.offset() + at, n);
            }
        }
    }

    /** The coefficients of {@link VectorNormLoops#normalise}, of the first c columns. */
    static void coefficients(int c, Span mean, Span variance, double epsilon, Span scale, Span shift, Span.F32 table, int width) {
        for (int j = 0; j < c; j++) {
            table.set(MEAN * width + j, mean.get(j));
            table.set(FACTOR * width + j, scale.get(j) * ScalarNorm.inverseDeviation(variance.get(j), epsilon));
            table.set(SHIFT * width + j, shift == null ? 0 : shift.get(j));
        }
    }

    static void spread(Span.F32 table, int firstRow, int lastRow, int width, int c) {
        for (int row = firstRow; row <= lastRow; row++) {
            VectorColumns.spread(table.array(), table.offset() + row * width, width, c);
        }
    }

    @Override
    public void batchNormBackward(int rows, int c, Span x, Span dy, Span mean, Span variance, double epsilon, Span scale, Span shift,
            boolean relu, boolean given, Span dx, Span dscale, Span dshift) {
        ScalarNorm.checkBatchBackward(rows, c, x, dy, mean, variance, scale, shift, relu, dx, dscale, dshift);
        if (!(x instanceof Span.F32 xf && dy instanceof Span.F32 dyf && dx instanceof Span.F32 dxf)) {
            scalar.batchNormBackward(rows, c, x, dy, mean, variance, epsilon, scale, shift, relu, given, dx, dscale, dshift);
            return;
        }
        if (c == 0) {
            return;
        }
        Span.F32 table = given
                ? factorTable(c, mean, variance, epsilon, scale, relu ? shift : null)
                : gradientTable(rows, c, xf, dyf, mean, variance, epsilon, scale, shift, relu, dscale, dshift);
        Workers.Range gradient = (from, to) -> gradient(table, relu, c, xf, dyf, from * c, to * c, dxf.array(), dxf.offset() + from * c);
        try {
            if (given) {
                gradientSums(rows, c, xf, dyf, table, relu, dscale, dshift, variance, epsilon, gradient);
            } else {
                workers.ranges(rows, VectorColumns.tileRows(c), gradient);
            }
        } finally {
            spans.give(table);
        }
    }

    /** Computes dscale and dshift, and what {@link #gradient} needs, in a span that the caller gives back. */
    Span.F32 gradientTable(int rows, int c, Span.F32 x, Span.F32 dy, Span mean, Span variance, double epsilon, Span scale, Span shift,
            boolean relu, Span dscale, Span dshift) {
        int width = VectorColumns.width(c);
        Span.F32 table = factorTable(c, mean, variance, epsilon, scale, relu ? shift : null);
        gradientSums(rows, c, x, dy, table, relu, dscale, dshift, variance, epsilon, (from, to) -> {
        });
        slopes(rows, c, variance, epsilon, dscale, dshift, table, width);
        spread(table, SLOPE, CONSTANT, width, c);
        return table;
    }

    /** What {@link #gradient} needs where statistics are given. */
    private Span.F32 factorTable(int c, Span mean, Span variance, double epsilon, Span scale, Span shift) {
        int width = VectorColumns.width(c);
        Span.F32 table = (Span.F32) spans.take(DType.F32, COEFFICIENTS * width);
        coefficients(c, mean, variance, epsilon, scale, shift, table, width);
        spread(table, MEAN, SHIFT, width, c);
        Rows.fill(table, SLOPE * width, (COEFFICIENTS - SLOPE) * width, 0);
        return table;
    }

    /** dx of the numbers {@code from .. end - 1}, whole rows, in the calling thread. */
    static void gradient(Span.F32 table, boolean relu, int c, Span.F32 x, Span.F32 dy, int from, int end, float[] dx, int dxo) {
        int width = VectorColumns.width(c);
        float floor = relu ? 0 : Float.NEGATIVE_INFINITY;
        for (int at = from; at < end; at += width) {
            VectorNormLoops.backward(x.array(), x.offset() + at, dy.array(), dy.offset() + at, table.array(), table.offset(), width, floor,
                    dx, dxo + at - from, Math.min(width, end - at));
        }
    }

    /**
     * {@code dshift = sum of g}, {@code dscale = istd sum of g (x - mean)}: in float within tiles, in double over them.
     *
     * @param next what follows for each tile, while it is in cache
     */
    private void gradientSums(int rows, int c, Span.F32 x, Span.F32 dy, Span.F32 table, boolean relu, Span dscale, Span dshift,
            Span variance, double epsilon, Workers.Range next) {
        float floor = relu ? 0 : Float.NEGATIVE_INFINITY;
        int width = VectorColumns.width(c);
        int tileRows = VectorColumns.tileRows(c);
        Span.F32 partial = (Span.F32) spans.take(DType.F32, Math.multiplyExact(Math.ceilDiv(rows, tileRows), 2 * width));
        Span.F64 total = (Span.F64) spans.take(DType.F64, 2 * c);
        try {
            workers.ranges(rows, tileRows, (from, to) -> {
                tileGradients(x.array(), x.offset() + from * c, dy.array(), dy.offset() + from * c, (to - from) * c, c, table, floor,
                        partial.array(), partial.offset() + from / tileRows * 2 * width);
                next.run(from, to);
            });
            Rows.fill(total, 0, 2 * c, 0);
            for (int at = partial.offset(); at < partial.offset() + partial.length(); at += 2 * width) {
                VectorColumns.addScaled(1, partial.array(), at, total.array(), total.offset(), c);
                VectorColumns.addScaled(1, partial.array(), at + width, total.array(), total.offset() + c, c);
            }
            for (int j = 0; j < c; j++) {
                dshift.set(j, total.get(j));
                dscale.set(j, total.get(c + j) * ScalarNorm.inverseDeviation(variance.get(j), epsilon));
            }
        } finally {
            spans.give(total);
            spans.give(partial);
        }
    }

    private static void tileGradients(float[] x, int xo, float[] dy, int go, int n, int c, Span.F32 table, float floor, float[] sums,
            int so) {
        int width = VectorColumns.width(c);
        Arrays.fill(sums, so, so + 2 * width, 0);
        for (int at = 0; at < n; at += width) {
            VectorNormLoops.addGradients(x, xo + at, dy, go + at, table.array(), table.offset(), width, floor, sums, so,
                    Math.min(width, n - at));
        }
        VectorColumns.fold(sums, so, width, c);
        VectorColumns.fold(sums, so + width, width, c);
    }

    /** {@code dx = a g - a istd (dscale/rows) (x - mean) - a dshift/rows} with {@code a = scale istd}: slope and constant of it. */
    private static void slopes(int rows, int c, Span variance, double epsilon, Span dscale, Span dshift, Span.F32 table, int width) {
        for (int j = 0; j < c; j++) {
            double a = table.get(FACTOR * width + j);
            double istd = ScalarNorm.inverseDeviation(variance.get(j), epsilon);
            table.set(SLOPE * width + j, -a * istd * dscale.get(j) / rows);
            table.set(CONSTANT * width + j, -a * dshift.get(j) / rows);
        }
    }

    @Override
    public void batchNormDoubleBackward(int rows, int c, Span x, Span dy, Span mean, Span variance, double epsilon, Span scale, Span shift,
            boolean relu, boolean given, Span dscale, Span dshift, Span a, Span p, Span q, Span gx, Span gdy, Span gscale) {
        curvature.doubleBackward(rows, c, x, dy, mean, variance, epsilon, scale, shift, relu, given, dscale, dshift, a, p, q, gx, gdy,
                gscale);
    }

    @Override
    public void layerNormalise(int rows, int c, Span x, double epsilon, Span scale, Span shift, Span y, Span mean, Span variance) {
        layer.normalise(rows, c, x, epsilon, scale, shift, y, mean, variance);
    }

    @Override
    public void layerNormBackward(int rows, int c, Span x, Span dy, Span mean, Span variance, double epsilon, Span scale, Span dx,
            Span dscale,
            Span dshift) {
        layer.backward(rows, c, x, dy, mean, variance, epsilon, scale, dx, dscale, dshift);
    }
}
