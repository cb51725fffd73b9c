package dev.steppe.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Layer normalisation of F32, row by row in double lanes while the row is in the first-level cache; F64 goes to the scalar twin. Sums over rows are taken in
 * float within a tile and in double over the tiles.
 */
final class VectorLayerNorm {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();

    private final Workers workers;
    private final SpanPool spans;
    private final NormKernel scalar;

    VectorLayerNorm(Workers workers, SpanPool spans, NormKernel scalar) {
        this.workers = workers;
        this.spans = spans;
        this.scalar = scalar;
    }

    private static int tileRows(int c) {
        return Math.min(VectorColumns.TILE_ROWS, Tiles.rows(c));
    }

    /** Double lanes for each tile. */
    private Span.F64 lanes(int rows, int tileRows) {
        return (Span.F64) spans.take(DType.F64, Math.ceilDiv(rows, tileRows) * VectorSums.LANES);
    }

    void normalise(int rows, int c, Span x, double epsilon, Span scale, Span shift, Span y, Span mean, Span variance) {
        ScalarNorm.checkLayer(rows, c, x, scale, shift, y, mean, variance);
        if (!(x instanceof Span.F32 xf && y instanceof Span.F32 yf && scale instanceof Span.F32 sf && shift instanceof Span.F32 hf)) {
            scalar.layerNormalise(rows, c, x, epsilon, scale, shift, y, mean, variance);
            return;
        }
        int tileRows = tileRows(c);
        Span.F64 lanes = lanes(rows, tileRows);
        try {
            workers.ranges(rows, tileRows, (from, to) -> {
                int lo = lanes.offset() + from / tileRows * VectorSums.LANES;
                for (int row = from; row < to; row++) {
                    int xo = xf.offset() + row * c;
                    VectorSums.sum(xf.array(), xo, c, lanes.array(), lo);
                    double centre = VectorSums.tree(lanes.array(), lo) / c;
                    VectorSums.squares(xf.array(), xo, centre, c, lanes.array(), lo);
                    double square = VectorSums.tree(lanes.array(), lo) / c;
                    mean.set(row, centre);
                    variance.set(row, square);
                    normalise(xf.array(), xo, (float) centre, (float) ScalarNorm.inverseDeviation(square, epsilon), sf.array(), sf.offset(),
                            hf.array(),
                            hf.offset(), yf.array(), yf.offset() + row * c, c);
                }
            });
        } finally {
            spans.give(lanes);
        }
    }

    /** {@code y = (x - mean) istd scale + shift}. */
    private static void normalise(float[] x, int xo, float mean, float istd, float[] scale, int so, float[] shift, int ho, float[] y,
            int yo, int n) {
        int bound = SPECIES.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector xhat = FloatVector.fromArray(SPECIES, x, xo + i).sub(mean).mul(istd);
            xhat.fma(FloatVector.fromArray(SPECIES, scale, so + i), FloatVector.fromArray(SPECIES, shift, ho + i)).intoArray(y, yo + i);
        }
        for (int i = bound; i < n; i++) {
            y[yo + i] = Math.fma((x[xo + i] - mean) * istd, scale[so + i], shift[ho + i]);
        }
    }

    void backward(int rows, int c, Span x, Span dy, Span mean, Span variance, double epsilon, Span scale, Span dx, Span dscale,
            Span dshift) {
        ScalarNorm.checkLayerBackward(rows, c, x, dy, mean, variance, scale, dx, dscale, dshift);
        if (!(x instanceof Span.F32 xf && dy instanceof Span.F32 dyf && scale instanceof Span.F32 sf && dx instanceof Span.F32 dxf)) {
            scalar.layerNormBackward(rows, c, x, dy, mean, variance, epsilon, scale, dx, dscale, dshift);
            return;
        }
        int tileRows = tileRows(c);
        int tiles = Math.ceilDiv(rows, tileRows);
        Span.F64 lanes = lanes(rows, tileRows);
        Span.F32 partial = (Span.F32) spans.take(DType.F32, Math.multiplyExact(tiles, 2 * c));
        try {
            workers.ranges(rows, tileRows, (from, to) -> {
                int tile = from / tileRows;
                int lo = lanes.offset() + tile * VectorSums.LANES;
                int po = partial.offset() + tile * 2 * c;
                Rows.fill(partial, tile * 2 * c, 2 * c, 0);
                for (int row = from; row < to; row++) {
                    int at = row * c;
                    float centre = (float) mean.get(row);
                    double istd = ScalarNorm.inverseDeviation(variance.get(row), epsilon);
                    addGradients(xf.array(), xf.offset() + at, dyf.array(), dyf.offset() + at, centre, (float) istd, partial.array(), po,
                            c);
                    VectorSums.dot(dyf.array(), dyf.offset() + at, sf.array(), sf.offset(), c, lanes.array(), lo);
                    double sum = VectorSums.tree(lanes.array(), lo);
                    VectorSums.centredDot(dyf.array(), dyf.offset() + at, sf.array(), sf.offset(), xf.array(), xf.offset() + at, centre, c,
                            lanes.array(), lo);
                    double product = VectorSums.tree(lanes.array(), lo) * istd;
                    backward(xf.array(), xf.offset() + at, dyf.array(), dyf.offset() + at, centre, sf.array(), sf.offset(), (float) istd,
                            (float) (-istd * istd * product / c), (float) (-istd * sum / c), dxf.array(), dxf.offset() + at, c);
                }
            });
            for (int j = 0; j < c; j++) {
                dshift.set(j, columnSum(partial, j, 2 * c));
                dscale.set(j, columnSum(partial, c + j, 2 * c));
            }
        } finally {
            spans.give(partial);
            spans.give(lanes);
        }
    }

    private static double columnSum(Span.F32 x, int from, int step) {
        double sum = 0;
        for (int i = from; i < x.length(); i += step) {
            sum += x.get(i);
        }
        return sum;
    }

    /** {@code sums += dy}, {@code sums[n ..] += dy xhat}. */
    private static void addGradients(float[] x, int xo, float[] dy, int go, float mean, float istd, float[] sums, int so, int n) {
        int bound = SPECIES.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector g = FloatVector.fromArray(SPECIES, dy, go + i);
            FloatVector xhat = FloatVector.fromArray(SPECIES, x, xo + i).sub(mean).mul(istd);
            g.add(FloatVector.fromArray(SPECIES, sums, so + i)).intoArray(sums, so + i);
            g.fma(xhat, FloatVector.fromArray(SPECIES, sums, so + n + i)).intoArray(sums, so + n + i);
        }
        for (int i = bound; i < n; i++) {
            sums[so + i] += dy[go + i];
            sums[so + n + i] = Math.fma(dy[go + i], (x[xo + i] - mean) * istd, sums[so + n + i]);
        }
    }

    /** {@code dx = factor dy scale + slope (x - mean) + constant}. */
    private static void backward(float[] x, int xo, float[] dy, int go, float mean, float[] scale, int so, float factor, float slope,
            float constant,
            float[] dx, int oo, int n) {
        int bound = SPECIES.loopBound(n);
        FloatVector slopes = FloatVector.broadcast(SPECIES, slope);
        FloatVector constants = FloatVector.broadcast(SPECIES, constant);
        FloatVector factors = FloatVector.broadcast(SPECIES, factor);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector d = FloatVector.fromArray(SPECIES, dy, go + i).mul(FloatVector.fromArray(SPECIES, scale, so + i));
            FloatVector rest = FloatVector.fromArray(SPECIES, x, xo + i).sub(mean).fma(slopes, constants);
            d.fma(factors, rest).intoArray(dx, oo + i);
        }
        for (int i = bound; i < n; i++) {
            dx[oo + i] = Math.fma(dy[go + i] * scale[so + i], factor, Math.fma(x[xo + i] - mean, slope, constant));
        }
    }
}
