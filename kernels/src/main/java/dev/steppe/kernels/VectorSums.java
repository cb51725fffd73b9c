package dev.steppe.kernels;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Sums of float runs in double lanes, where products of two floats are exact. Each method leaves {@link #LANES} partial sums at {@code sums[so ..]}, which
 * {@link #tree} adds up in a fixed order; {@code reduceLanes(ADD)} would leave the order to the processor.
 */
final class VectorSums {
    private static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_PREFERRED;
    /** As many floats as there are double lanes. */
    private static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, VectorShape.forBitSize(DOUBLES.vectorBitSize() / 2));

    static final int LANES = DOUBLES.length();
    /** Four accumulators hide the latency of the additions. */
    private static final int STEP = 4 * LANES;

    private VectorSums() {
    }

    private static DoubleVector widen(float[] x, int i) {
        return (DoubleVector) FloatVector.fromArray(FLOATS, x, i).convertShape(VectorOperators.F2D, DOUBLES, 0);
    }

    /** {@code sum x[i]}. */
    static void sum(float[] x, int xo, int n, double[] sums, int so) {
        DoubleVector s0 = DoubleVector.zero(DOUBLES);
        DoubleVector s1 = s0;
        DoubleVector s2 = s0;
        DoubleVector s3 = s0;
        int bound = n & -STEP;
        for (int i = 0; i < bound; i += STEP) {
            s0 = s0.add(widen(x, xo + i));
            s1 = s1.add(widen(x, xo + i + LANES));
            s2 = s2.add(widen(x, xo + i + 2 * LANES));
            s3 = s3.add(widen(x, xo + i + 3 * LANES));
        }
        s0.add(s1).add(s2.add(s3)).intoArray(sums, so);
        for (int i = bound; i < n; i++) {
            sums[so + (i & LANES - 1)] += x[xo + i];
        }
    }

    /** {@code sum x[i] y[i]}. */
    static void dot(float[] x, int xo, float[] y, int yo, int n, double[] sums, int so) {
        DoubleVector s0 = DoubleVector.zero(DOUBLES);
        DoubleVector s1 = s0;
        DoubleVector s2 = s0;
        DoubleVector s3 = s0;
        int bound = n & -STEP;
        for (int i = 0; i < bound; i += STEP) {
            s0 = widen(x, xo + i).fma(widen(y, yo + i), s0);
            s1 = widen(x, xo + i + LANES).fma(widen(y, yo + i + LANES), s1);
            s2 = widen(x, xo + i + 2 * LANES).fma(widen(y, yo + i + 2 * LANES), s2);
            s3 = widen(x, xo + i + 3 * LANES).fma(widen(y, yo + i + 3 * LANES), s3);
        }
        s0.add(s1).add(s2.add(s3)).intoArray(sums, so);
        for (int i = bound; i < n; i++) {
            sums[so + (i & LANES - 1)] += (double) x[xo + i] * y[yo + i];
        }
    }

    /** {@code sum (d[i] x[i])^2}. */
    static void scaledSquares(float[] d, int at, float[] x, int xo, int n, double[] sums, int so) {
        DoubleVector s0 = DoubleVector.zero(DOUBLES);
        DoubleVector s1 = s0;
        int bound = n & -(2 * LANES);
        for (int i = 0; i < bound; i += 2 * LANES) {
            DoubleVector p0 = widen(d, at + i).mul(widen(x, xo + i));
            DoubleVector p1 = widen(d, at + i + LANES).mul(widen(x, xo + i + LANES));
            s0 = p0.fma(p0, s0);
            s1 = p1.fma(p1, s1);
        }
        s0.add(s1).intoArray(sums, so);
        for (int i = bound; i < n; i++) {
            double p = (double) d[at + i] * x[xo + i];
            sums[so + (i & LANES - 1)] += p * p;
        }
    }

    /** {@code sum (x[i] - centre)^2}. */
    static void squares(float[] x, int xo, double centre, int n, double[] sums, int so) {
        DoubleVector s0 = DoubleVector.zero(DOUBLES);
        DoubleVector s1 = s0;
        int bound = n & -(2 * LANES);
        for (int i = 0; i < bound; i += 2 * LANES) {
            DoubleVector d0 = widen(x, xo + i).sub(centre);
            DoubleVector d1 = widen(x, xo + i + LANES).sub(centre);
            s0 = d0.fma(d0, s0);
            s1 = d1.fma(d1, s1);
        }
        s0.add(s1).intoArray(sums, so);
        for (int i = bound; i < n; i++) {
            double d = x[xo + i] - centre;
            sums[so + (i & LANES - 1)] += d * d;
        }
    }

    /** {@code sum a[i] b[i] (x[i] - centre)}. */
    static void centredDot(float[] a, int ao, float[] b, int bo, float[] x, int xo, double centre, int n, double[] sums, int so) {
        DoubleVector s0 = DoubleVector.zero(DOUBLES);
        int bound = n & -LANES;
        for (int i = 0; i < bound; i += LANES) {
            s0 = widen(a, ao + i).mul(widen(b, bo + i)).fma(widen(x, xo + i).sub(centre), s0);
        }
        s0.intoArray(sums, so);
        for (int i = bound; i < n; i++) {
            sums[so + (i & LANES - 1)] += (double) a[ao + i] * b[bo + i] * (x[xo + i] - centre);
        }
    }

    /** The sum of the lanes, halves onto halves; the lanes are overwritten. */
    static double tree(double[] sums, int so) {
        for (int width = LANES / 2; width > 0; width /= 2) {
            for (int i = 0; i < width; i++) {
                sums[so + i] += sums[so + width + i];
            }
        }
        return sums[so];
    }
}
