package dev.steppe.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The loops of normalisation over one row of n numbers. What belongs to columns lies in tables {@code t} of rows that are {@code width} numbers apart, the
 * first at {@code t[to]}. Numbers after the last whole vector are treated one by one with the same roundings.
 */
final class VectorNormLoops {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    static final int LANES = SPECIES.length();

    /** Rows of the table of moments. */
    static final int CENTRE = 0;
    static final int SUM = 1;
    static final int SQUARES = 2;
    static final int MOMENTS = 3;

    /** Rows of the table of coefficients; the last two for gradients only. */
    static final int MEAN = 0;
    static final int FACTOR = 1;
    static final int SHIFT = 2;
    static final int SLOPE = 3;
    static final int CONSTANT = 4;
    static final int COEFFICIENTS = 5;

    private VectorNormLoops() {
    }

    /** {@code sum += x}. */
    static void add(float[] x, int xo, float[] sum, int so, int n) {
        int bound = SPECIES.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector.fromArray(SPECIES, sum, so + i).add(FloatVector.fromArray(SPECIES, x, xo + i)).intoArray(sum, so + i);
        }
        for (int i = bound; i < n; i++) {
            sum[so + i] += x[xo + i];
        }
    }

    /** {@code SUM += d}, {@code SQUARES += d^2} with {@code d = x - CENTRE}. */
    static void addMoments(float[] x, int xo, float[] t, int to, int width, int n) {
        int so = to + SUM * width;
        int qo = to + SQUARES * width;
        int bound = SPECIES.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector d = FloatVector.fromArray(SPECIES, x, xo + i).sub(FloatVector.fromArray(SPECIES, t, to + i));
            d.add(FloatVector.fromArray(SPECIES, t, so + i)).intoArray(t, so + i);
            d.fma(d, FloatVector.fromArray(SPECIES, t, qo + i)).intoArray(t, qo + i);
        }
        for (int i = bound; i < n; i++) {
            float d = x[xo + i] - t[to + i];
            t[so + i] += d;
            t[qo + i] = Math.fma(d, d, t[qo + i]);
        }
    }

    /** {@code y = max((x - MEAN) FACTOR + SHIFT, floor)}; NaN stays NaN. */
    static void normalise(float[] x, int xo, float[] t, int to, int width, float floor, float[] y, int yo, int n) {
        int fo = to + FACTOR * width;
        int ho = to + SHIFT * width;
        int bound = SPECIES.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector d = FloatVector.fromArray(SPECIES, x, xo + i).sub(FloatVector.fromArray(SPECIES, t, to + i));
            FloatVector v = d.fma(FloatVector.fromArray(SPECIES, t, fo + i), FloatVector.fromArray(SPECIES, t, ho + i));
            v.blend(floor, v.compare(VectorOperators.LE, floor)).intoArray(y, yo + i);
        }
        for (int i = bound; i < n; i++) {
            float v = Math.fma(x[xo + i] - t[to + i], t[fo + i], t[ho + i]);
            y[yo + i] = v <= floor ? floor : v;
        }
    }

    /** {@code y = max((x - MEAN) FACTOR + SHIFT + r, floor)}; NaN stays NaN. */
    static void normaliseAdd(float[] x, int xo, float[] t, int to, int width, float[] r, int ro, float floor, float[] y, int yo, int n) {
        int fo = to + FACTOR * width;
        int ho = to + SHIFT * width;
        int bound = SPECIES.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector d = FloatVector.fromArray(SPECIES, x, xo + i).sub(FloatVector.fromArray(SPECIES, t, to + i));
            FloatVector v = d.fma(FloatVector.fromArray(SPECIES, t, fo + i), FloatVector.fromArray(SPECIES, t, ho + i))
                    .add(FloatVector.fromArray(SPECIES, r, ro + i));
            v.blend(floor, v.compare(VectorOperators.LE, floor)).intoArray(y, yo + i);
        }
        for (int i = bound; i < n; i++) {
            float v = Math.fma(x[xo + i] - t[to + i], t[fo + i], t[ho + i]) + r[ro + i];
            y[yo + i] = v <= floor ? floor : v;
        }
    }

    /** {@code sums += g}, {@code sums[width ..] += g (x - MEAN)} with {@code g = dy} where {@link #normalise} is above floor, else 0. */
    static void addGradients(float[] x, int xo, float[] dy, int go, float[] t, int to, int width, float floor, float[] sums, int so,
            int n) {
        int bound = SPECIES.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector d = FloatVector.fromArray(SPECIES, x, xo + i).sub(FloatVector.fromArray(SPECIES, t, to + i));
            FloatVector v = d.fma(FloatVector.fromArray(SPECIES, t, to + FACTOR * width + i),
                    FloatVector.fromArray(SPECIES, t, to + SHIFT * width + i));
            FloatVector g = FloatVector.fromArray(SPECIES, dy, go + i).blend(0f, v.compare(VectorOperators.LE, floor));
            g.add(FloatVector.fromArray(SPECIES, sums, so + i)).intoArray(sums, so + i);
            g.fma(d, FloatVector.fromArray(SPECIES, sums, so + width + i)).intoArray(sums, so + width + i);
        }
        for (int i = bound; i < n; i++) {
            float d = x[xo + i] - t[to + i];
            float g = Math.fma(d, t[to + FACTOR * width + i], t[to + SHIFT * width + i]) <= floor ? 0 : dy[go + i];
            sums[so + i] += g;
            sums[so + width + i] = Math.fma(g, d, sums[so + width + i]);
        }
    }

    /** {@code dx = FACTOR g + SLOPE (x - MEAN) + CONSTANT} with g as in {@link #addGradients}; dx may be dy. */
    static void backward(float[] x, int xo, float[] dy, int go, float[] t, int to, int width, float floor, float[] dx, int oo, int n) {
        int bound = SPECIES.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector d = FloatVector.fromArray(SPECIES, x, xo + i).sub(FloatVector.fromArray(SPECIES, t, to + i));
            FloatVector factor = FloatVector.fromArray(SPECIES, t, to + FACTOR * width + i);
            FloatVector v = d.fma(factor, FloatVector.fromArray(SPECIES, t, to + SHIFT * width + i));
            FloatVector g = FloatVector.fromArray(SPECIES, dy, go + i).blend(0f, v.compare(VectorOperators.LE, floor));
            d = d.fma(FloatVector.fromArray(SPECIES, t, to + SLOPE * width + i),
                    FloatVector.fromArray(SPECIES, t, to + CONSTANT * width + i));
            g.fma(factor, d).intoArray(dx, oo + i);
        }
        for (int i = bound; i < n; i++) {
            float d = x[xo + i] - t[to + i];
            float factor = t[to + FACTOR * width + i];
            float g = Math.fma(d, factor, t[to + SHIFT * width + i]) <= floor ? 0 : dy[go + i];
            dx[oo + i] = Math.fma(g, factor, Math.fma(d, t[to + SLOPE * width + i], t[to + CONSTANT * width + i]));
        }
    }
}
