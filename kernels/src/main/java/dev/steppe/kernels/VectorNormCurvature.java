package dev.steppe.kernels;

import static dev.steppe.kernels.VectorNormLoops.FACTOR;
import static dev.steppe.kernels.VectorNormLoops.MEAN;
import static dev.steppe.kernels.VectorNormLoops.SHIFT;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Gradients of the backward of batch normalisation, F32, in two passes over x, dy and a: three sums of each column, then both gradients. Tiles and rows are those of
 * {@link VectorColumns}; sums are in float within tiles, in double over them.
 */
final class VectorNormCurvature {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();

    /** Rows of the table, after those of {@link VectorNorm#coefficients}. */
    private static final int X_G = 3;
    private static final int X_A = 4;
    private static final int X_D = 5;
    private static final int X_1 = 6;
    private static final int Y_A = 7;
    private static final int Y_D = 8;
    private static final int Y_1 = 9;
    private static final int ROWS = 10;

    private static final int SUMS = 3;

    private final Workers workers;
    private final SpanPool spans;
    private final NormKernel scalar;

    VectorNormCurvature(Workers workers, SpanPool spans, NormKernel scalar) {
        this.workers = workers;
        this.spans = spans;
        this.scalar = scalar;
    }

    /** {@link NormKernel#batchNormDoubleBackward}. */
    void doubleBackward(int rows, int c, Span x, Span dy, Span mean, Span variance, double epsilon, Span scale, Span shift, boolean relu,
            boolean given, Span dscale, Span dshift, Span a, Span p, Span q, Span gx, Span gdy, Span gscale) {
        ScalarNorm.checkDoubleBackward(rows, c, x, dy, mean, variance, scale, shift, relu, dscale, dshift, a, p, q, gx, gdy, gscale);
        if (!(x instanceof Span.F32 xf && dy instanceof Span.F32 dyf && a instanceof Span.F32 af && gx instanceof Span.F32 gxf
                && gdy instanceof Span.F32 gdyf)) {
            scalar.batchNormDoubleBackward(rows, c, x, dy, mean, variance, epsilon, scale, shift, relu, given, dscale, dshift, a, p, q,
                    gx, gdy, gscale);
            return;
        }
        if (c == 0) {
            return;
        }
        int width = VectorColumns.width(c);
        float floor = relu ? 0 : Float.NEGATIVE_INFINITY;
        double count = ScalarNorm.count(rows, given);
        Span.F32 table = (Span.F32) spans.take(DType.F32, ROWS * width);
        Span.F64 sums = (Span.F64) spans.take(DType.F64, SUMS * c);
        Workers.Range gradients = (from, to) -> {
            for (int at = from * c; at < to * c; at += width) {
                gradients(xf.array(), xf.offset() + at, dyf.array(), dyf.offset() + at, af.array(), af.offset() + at, table.array(),
                        table.offset(), width, floor, gxf.array(), gxf.offset() + at, gdyf.array(), gdyf.offset() + at,
                        Math.min(width, to * c - at));
            }
        };
        Runnable curvature = () -> {
            for (int j = 0; j < c; j++) {
                NormCurvature k = NormCurvature.of(count, ScalarNorm.inverseDeviation(variance.get(j), epsilon), scale.get(j),
                        dscale.get(j), dshift.get(j), p.get(j), q.get(j), sums.get(j), sums.get(c + j), sums.get(2 * c + j));
                store(k, table, width, j);
                gscale.set(j, k.gscale());
            }
            VectorNorm.spread(table, X_G, Y_1, width, c);
        };
        try {
            VectorNorm.coefficients(c, mean, variance, epsilon, scale, relu ? shift : null, table, width);
            VectorNorm.spread(table, MEAN, SHIFT, width, c);
            if (given) {
                // Only gscale depends on a sum: one pass.
                Rows.fill(sums, 0, SUMS * c, 0);
                curvature.run();
                sums(rows, c, xf, dyf, af, table, floor, sums, gradients);
                curvature.run();
            } else {
                sums(rows, c, xf, dyf, af, table, floor, sums, (from, to) -> {
                });
                curvature.run();
                workers.ranges(rows, VectorColumns.tileRows(c), gradients);
            }
        } finally {
            spans.give(sums);
            spans.give(table);
        }
    }

    private static void store(NormCurvature k, Span.F32 table, int width, int j) {
        table.set(X_G * width + j, k.xG());
        table.set(X_A * width + j, k.xA());
        table.set(X_D * width + j, k.xD());
        table.set(X_1 * width + j, k.x1());
        table.set(Y_A * width + j, k.yA());
        table.set(Y_D * width + j, k.yD());
        table.set(Y_1 * width + j, k.y1());
    }

    /**
     * Sums of a, {@code a (x - mean)} and {@code a g} over the rows, one after the other.
     *
     * @param next what follows for each tile, while it is in cache
     */
    private void sums(int rows, int c, Span.F32 x, Span.F32 dy, Span.F32 a, Span.F32 table, float floor, Span.F64 sums,
            Workers.Range next) {
        int width = VectorColumns.width(c);
        int tileRows = VectorColumns.tileRows(c);
        int tile = SUMS * width;
        Span.F32 partial = (Span.F32) spans.take(DType.F32, Math.multiplyExact(Math.ceilDiv(rows, tileRows), tile));
        try {
            workers.ranges(rows, tileRows, (from, to) -> {
                tileSums(x.array(), x.offset() + from * c, dy.array(), dy.offset() + from * c, a.array(), a.offset() + from * c,
                        (to - from) * c, c, table, floor, partial.array(), partial.offset() + from / tileRows * tile);
                next.run(from, to);
            });
            Rows.fill(sums, 0, SUMS * c, 0);
            for (int at = partial.offset(); at < partial.offset() + partial.length(); at += tile) {
                for (int k = 0; k < SUMS; k++) {
                    VectorColumns.addScaled(1, partial.array(), at + k * width, sums.array(), sums.offset() + k * c, c);
                }
            }
        } finally {
            spans.give(partial);
        }
    }

    private static void tileSums(float[] x, int xo, float[] dy, int go, float[] a, int ao, int n, int c, Span.F32 table, float floor,
            float[] sums, int so) {
        int width = VectorColumns.width(c);
        Arrays.fill(sums, so, so + SUMS * width, 0);
        for (int at = 0; at < n; at += width) {
            add(x, xo + at, dy, go + at, a, ao + at, table.array(), table.offset(), width, floor, sums, so, Math.min(width, n - at));
        }
        for (int k = 0; k < SUMS; k++) {
            VectorColumns.fold(sums, so + k * width, width, c);
        }
    }

    /** {@code sums += a}, {@code sums[width ..] += a d}, {@code sums[2 width ..] += a g}, g being dy where the normalised d is above floor, else 0. */
    private static void add(float[] x, int xo, float[] dy, int go, float[] a, int ao, float[] t, int to, int width, float floor,
            float[] sums, int so, int n) {
        int bound = SPECIES.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector d = FloatVector.fromArray(SPECIES, x, xo + i).sub(FloatVector.fromArray(SPECIES, t, to + i));
            FloatVector v = d.fma(FloatVector.fromArray(SPECIES, t, to + FACTOR * width + i),
                    FloatVector.fromArray(SPECIES, t, to + SHIFT * width + i));
            FloatVector g = FloatVector.fromArray(SPECIES, dy, go + i).blend(0f, v.compare(VectorOperators.LE, floor));
            FloatVector b = FloatVector.fromArray(SPECIES, a, ao + i);
            b.add(FloatVector.fromArray(SPECIES, sums, so + i)).intoArray(sums, so + i);
            b.fma(d, FloatVector.fromArray(SPECIES, sums, so + width + i)).intoArray(sums, so + width + i);
            b.fma(g, FloatVector.fromArray(SPECIES, sums, so + 2 * width + i)).intoArray(sums, so + 2 * width + i);
        }
        for (int i = bound; i < n; i++) {
            float d = x[xo + i] - t[to + i];
            float g = Math.fma(d, t[to + FACTOR * width + i], t[to + SHIFT * width + i]) <= floor ? 0 : dy[go + i];
            sums[so + i] += a[ao + i];
            sums[so + width + i] = Math.fma(a[ao + i], d, sums[so + width + i]);
            sums[so + 2 * width + i] = Math.fma(a[ao + i], g, sums[so + 2 * width + i]);
        }
    }

    /** {@code gx = X_G g + X_A a + X_D d + X_1}; {@code gdy = Y_A a + Y_D d + Y_1} where the normalised d is above floor, else 0. */
    private static void gradients(float[] x, int xo, float[] dy, int go, float[] a, int ao, float[] t, int to, int width, float floor,
            float[] gx, int po, float[] gdy, int qo, int n) {
        int bound = SPECIES.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector d = FloatVector.fromArray(SPECIES, x, xo + i).sub(FloatVector.fromArray(SPECIES, t, to + i));
            FloatVector v = d.fma(FloatVector.fromArray(SPECIES, t, to + FACTOR * width + i),
                    FloatVector.fromArray(SPECIES, t, to + SHIFT * width + i));
            VectorMask<Float> below = v.compare(VectorOperators.LE, floor);
            FloatVector g = FloatVector.fromArray(SPECIES, dy, go + i).blend(0f, below);
            FloatVector b = FloatVector.fromArray(SPECIES, a, ao + i);
            FloatVector r = d.fma(FloatVector.fromArray(SPECIES, t, to + X_D * width + i),
                    FloatVector.fromArray(SPECIES, t, to + X_1 * width + i));
            r = b.fma(FloatVector.fromArray(SPECIES, t, to + X_A * width + i), r);
            g.fma(FloatVector.fromArray(SPECIES, t, to + X_G * width + i), r).intoArray(gx, po + i);
            r = d.fma(FloatVector.fromArray(SPECIES, t, to + Y_D * width + i), FloatVector.fromArray(SPECIES, t, to + Y_1 * width + i));
            b.fma(FloatVector.fromArray(SPECIES, t, to + Y_A * width + i), r).blend(0f, below).intoArray(gdy, qo + i);
        }
        for (int i = bound; i < n; i++) {
            float d = x[xo + i] - t[to + i];
            boolean below = Math.fma(d, t[to + FACTOR * width + i], t[to + SHIFT * width + i]) <= floor;
            float b = a[ao + i];
            float r = Math.fma(b, t[to + X_A * width + i], Math.fma(d, t[to + X_D * width + i], t[to + X_1 * width + i]));
            gx[po + i] = Math.fma(below ? 0 : dy[go + i], t[to + X_G * width + i], r);
            gdy[qo + i] = below ? 0 : Math.fma(b, t[to + Y_A * width + i], Math.fma(d, t[to + Y_D * width + i], t[to + Y_1 * width + i]));
        }
    }
}
