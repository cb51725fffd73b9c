package dev.steppe.kernels;

import static jdk.incubator.vector.VectorOperators.F2D;

import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.Vector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Sums of float runs in double lanes, where products of two floats are exact. Each method leaves {@link #LANES} partial sums at {@code sums[so ..]}, which
 * {@link #tree} adds up in a fixed order; {@code reduceLanes(ADD)} would leave the order to the processor.
 */
final class VectorSums {
    private static final VectorSpecies<Double> D = DoubleVector.SPECIES_PREFERRED;
    /** As many floats as there are double lanes. */
    private static final VectorSpecies<Float> F = VectorSpecies.of(float.class, VectorShape.forBitSize(D.vectorBitSize() / 2));

    static final int LANES = D.length();

    private VectorSums() {
    }

    /** {@code sum x[i]}; four accumulators hide the latency of the additions. Short runs never meet a vector: compiled for them alone, C2 would box one. */
    static void sum(float[] x, int xo, int n, double[] sums, int so) {
        int bound = n & -(4 * LANES);
        if (bound == 0) {
            Arrays.fill(sums, so, so + LANES, 0);
        } else {
            sumOfWhole(x, xo, bound, sums, so);
        }
        for (int i = bound; i < n; i++) {
            sums[so + (i & LANES - 1)] += x[xo + i];
        }
    }

    private static void sumOfWhole(float[] x, int xo, int bound, double[] sums, int so) {
        DoubleVector s0 = DoubleVector.zero(D);
        DoubleVector s1 = s0;
        DoubleVector s2 = s0;
        DoubleVector s3 = s0;
        for (int i = xo; i < xo + bound; i += 4 * LANES) {
            s0 = s0.add(FloatVector.fromArray(F, x, i).convertShape(F2D, D, 0));
            s1 = s1.add(FloatVector.fromArray(F, x, i + LANES).convertShape(F2D, D, 0));
            s2 = s2.add(FloatVector.fromArray(F, x, i + 2 * LANES).convertShape(F2D, D, 0));
            s3 = s3.add(FloatVector.fromArray(F, x, i + 3 * LANES).convertShape(F2D, D, 0));
        }
        s0.add(s1).add(s2.add(s3)).intoArray(sums, so);
    }

    /** {@code sum x[i] y[i]}. */
    static void dot(float[] x, int xo, float[] y, int yo, int n, double[] sums, int so) {
        DoubleVector s0 = DoubleVector.zero(D);
        DoubleVector s1 = s0;
        DoubleVector s2 = s0;
        DoubleVector s3 = s0;
        int bound = n & -(4 * LANES);
        for (int i = 0; i < bound; i += 4 * LANES) {
            Vector<Double> x0 = FloatVector.fromArray(F, x, xo + i).convertShape(F2D, D, 0);
            Vector<Double> x1 = FloatVector.fromArray(F, x, xo + i + LANES).convertShape(F2D, D, 0);
            Vector<Double> x2 = FloatVector.fromArray(F, x, xo + i + 2 * LANES).convertShape(F2D, D, 0);
            Vector<Double> x3 = FloatVector.fromArray(F, x, xo + i + 3 * LANES).convertShape(F2D, D, 0);
            s0 = ((DoubleVector) FloatVector.fromArray(F, y, yo + i).convertShape(F2D, D, 0)).fma(x0, s0);
            s1 = ((DoubleVector) FloatVector.fromArray(F, y, yo + i + LANES).convertShape(F2D, D, 0)).fma(x1, s1);
            s2 = ((DoubleVector) FloatVector.fromArray(F, y, yo + i + 2 * LANES).convertShape(F2D, D, 0)).fma(x2, s2);
            s3 = ((DoubleVector) FloatVector.fromArray(F, y, yo + i + 3 * LANES).convertShape(F2D, D, 0)).fma(x3, s3);
        }
        s0.add(s1).add(s2.add(s3)).intoArray(sums, so);
        for (int i = bound; i < n; i++) {
            sums[so + (i & LANES - 1)] += (double) x[xo + i] * y[yo + i];
        }
    }

    /** {@code sum (d[i] x[i])^2}. */
    static void scaledSquares(float[] d, int at, float[] x, int xo, int n, double[] sums, int so) {
        DoubleVector s0 = DoubleVector.zero(D);
        DoubleVector s1 = s0;
        int bound = n & -(2 * LANES);
        for (int i = 0; i < bound; i += 2 * LANES) {
            DoubleVector p0 = (DoubleVector) FloatVector.fromArray(F, d, at + i).convertShape(F2D, D, 0);
            DoubleVector p1 = (DoubleVector) FloatVector.fromArray(F, d, at + i + LANES).convertShape(F2D, D, 0);
            p0 = p0.mul(FloatVector.fromArray(F, x, xo + i).convertShape(F2D, D, 0));
            p1 = p1.mul(FloatVector.fromArray(F, x, xo + i + LANES).convertShape(F2D, D, 0));
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
        DoubleVector s0 = DoubleVector.zero(D);
        DoubleVector s1 = s0;
        int bound = n & -(2 * LANES);
        for (int i = xo; i < xo + bound; i += 2 * LANES) {
            DoubleVector d0 = ((DoubleVector) FloatVector.fromArray(F, x, i).convertShape(F2D, D, 0)).sub(centre);
            DoubleVector d1 = ((DoubleVector) FloatVector.fromArray(F, x, i + LANES).convertShape(F2D, D, 0)).sub(centre);
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
        DoubleVector s0 = DoubleVector.zero(D);
        int bound = n & -LANES;
        for (int i = 0; i < bound; i += LANES) {
            DoubleVector product = (DoubleVector) FloatVector.fromArray(F, a, ao + i).convertShape(F2D, D, 0);
            product = product.mul(FloatVector.fromArray(F, b, bo + i).convertShape(F2D, D, 0));
            s0 = ((DoubleVector) FloatVector.fromArray(F, x, xo + i).convertShape(F2D, D, 0)).sub(centre).fma(product, s0);
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
