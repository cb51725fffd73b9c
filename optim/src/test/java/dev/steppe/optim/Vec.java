package dev.steppe.optim;

import java.util.Arrays;
import java.util.function.IntToDoubleFunction;

/** Vectors as plain arrays, for formulas written out in tests. */
final class Vec {
    private Vec() {
    }

    static double[] of(int n, IntToDoubleFunction f) {
        double[] v = new double[n];
        Arrays.setAll(v, f);
        return v;
    }

    /** {@code x + a y}. */
    static double[] plus(double[] x, double a, double[] y) {
        return of(x.length, i -> x[i] + a * y[i]);
    }

    static double[] times(double a, double[] x) {
        return of(x.length, i -> a * x[i]);
    }

    static double[] times(double[] x, double[] y) {
        return of(x.length, i -> x[i] * y[i]);
    }

    static double dot(double[] x, double[] y) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += x[i] * y[i];
        }
        return sum;
    }

    static double norm(double[] x) {
        return Math.sqrt(dot(x, x));
    }

    /** {@code x / |x|}. */
    static double[] unit(double[] x) {
        return times(1 / norm(x), x);
    }
}
