package dev.steppe.optim.algebra;

import dev.steppe.core.NonFiniteException;
import dev.steppe.kernels.ShapeException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Eigenvalues and eigenvectors of a symmetric tridiagonal matrix, as Lanczos' method leaves it: implicit QL steps with Wilkinson's shift, rotation by rotation
 * (Golub and Van Loan, Matrix Computations, 4th edition, section 8.3, with the order of rows turned round).
 *
 * @param values ascending, {@code [n]}
 * @param vectors {@code [n][n]}: row k is the eigenvector of value k, of length 1; its sign is arbitrary
 */
public record Tridiagonal(double[] values, double[][] vectors) {
    private static final int MOST_STEPS = 60;

    /**
     * Decomposes a matrix.
     *
     * @param diagonal {@code [n]}, n at least 1
     * @param beside {@code [n - 1]}: entry i stands at (i, i + 1) and (i + 1, i)
     * @throws ShapeException if the lengths do not fit
     * @throws NonFiniteException if a number is not finite
     */
    public static Tridiagonal of(double[] diagonal, double[] beside) {
        int n = diagonal.length;
        if (n == 0 || beside.length != n - 1) {
            throw new ShapeException(
                    "tridiagonal: " + n + " numbers on the diagonal and " + beside.length + " beside it, expected n and n - 1");
        }
        double[] d = finite("diagonal", diagonal);
        double[] e = Arrays.copyOf(finite("beside", beside), n);
        double[][] vectors = new double[n][n];
        for (int i = 0; i < n; i++) {
            vectors[i][i] = 1;
        }
        for (int l = 0; l < n; l++) {
            int steps = 0;
            for (int m = block(d, e, l); m > l; m = block(d, e, l)) {
                if (++steps > MOST_STEPS) {
                    throw new ArithmeticException("tridiagonal: eigenvalue " + l + " of " + n + " not found in " + MOST_STEPS + " steps");
                }
                step(d, e, vectors, l, m);
            }
        }
        int[] order = IntStream.range(0, n).boxed().sorted(Comparator.comparingDouble(i -> d[i])).mapToInt(i -> i).toArray();
        return new Tridiagonal(IntStream.of(order).mapToDouble(i -> d[i]).toArray(),
                IntStream.of(order).mapToObj(i -> vectors[i]).toArray(double[][]::new));
    }

    private static double[] finite(String what, double[] numbers) {
        for (int i = 0; i < numbers.length; i++) {
            if (!Double.isFinite(numbers[i])) { throw new NonFiniteException("tridiagonal: " + what + "[" + i + "] is " + numbers[i]); }
        }
        return numbers.clone();
    }

    /** The last row of the block that begins in row l and does not fall apart: the first number beside the diagonal that is negligible ends it. */
    private static int block(double[] d, double[] e, int l) {
        for (int m = l; m < d.length - 1; m++) {
            double size = Math.abs(d[m]) + Math.abs(d[m + 1]);
            if (size + Math.abs(e[m]) == size) {
                e[m] = 0;
                return m;
            }
        }
        return d.length - 1;
    }

    /** One QL step on rows l to m: a rotation at the lower end that would make the shifted matrix triangular, and others that chase the bulge up. */
    private static void step(double[] d, double[] e, double[][] vectors, int l, int m) {
        double half = (d[l + 1] - d[l]) / (2 * e[l]);
        double g = d[m] - d[l] + e[l] / (half + Math.copySign(Math.hypot(half, 1), half));
        double sine = 1;
        double cosine = 1;
        double shifted = 0;
        for (int i = m - 1; i >= l; i--) {
            double f = sine * e[i];
            double b = cosine * e[i];
            double r = Math.hypot(f, g);
            e[i + 1] = r;
            if (r == 0) {
                d[i + 1] -= shifted;
                e[m] = 0;
                return;
            }
            sine = f / r;
            cosine = g / r;
            g = d[i + 1] - shifted;
            double t = (d[i] - g) * sine + 2 * cosine * b;
            shifted = sine * t;
            d[i + 1] = g + shifted;
            g = cosine * t - b;
            rotate(vectors[i], vectors[i + 1], cosine, sine);
        }
        d[l] -= shifted;
        e[l] = g;
        e[m] = 0;
    }

    private static void rotate(double[] x, double[] y, double cosine, double sine) {
        for (int k = 0; k < x.length; k++) {
            double upper = x[k];
            double lower = y[k];
            y[k] = sine * upper + cosine * lower;
            x[k] = cosine * upper - sine * lower;
        }
    }
}
