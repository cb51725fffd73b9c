package dev.steppe.optim.algebra;

import dev.steppe.core.NonFiniteException;
import dev.steppe.kernels.ShapeException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Eigenvalues and eigenvectors of a small dense symmetric matrix, by Jacobi's rotations row after row (Golub and Van Loan, Matrix Computations, 4th edition,
 * section 8.5): slow for large ones, as exact as it gets for small ones.
 *
 * @param values descending, {@code [n]}
 * @param vectors {@code [n][n]}: row k is the eigenvector of value k, of length 1; its sign is arbitrary
 */
public record Symmetric(double[] values, double[][] vectors) {
    private static final int MOST_SWEEPS = 60;

    /**
     * Decomposes a matrix.
     *
     * @param a {@code [n][n]}, n at least 1, only read; of what stands below the diagonal nothing is looked at
     * @throws ShapeException if it is not square
     * @throws NonFiniteException if a number on or above the diagonal is not finite
     */
    public static Symmetric of(double[][] a) {
        int n = a.length;
        if (n == 0) { throw new ShapeException("symmetric: a matrix of 0 rows"); }
        double[][] m = new double[n][n];
        for (int i = 0; i < n; i++) {
            if (a[i].length != n) { throw new ShapeException("symmetric: row " + i + " has " + a[i].length + " numbers, expected " + n); }
            for (int j = i; j < n; j++) {
                if (!Double.isFinite(a[i][j])) { throw new NonFiniteException("symmetric: a[" + i + "][" + j + "] is " + a[i][j]); }
                m[i][j] = a[i][j];
                m[j][i] = a[i][j];
            }
        }
        double[][] vectors = new double[n][n];
        for (int i = 0; i < n; i++) {
            vectors[i][i] = 1;
        }
        double negligible = Math.ulp(Arrays.stream(m).flatMapToDouble(Arrays::stream).map(Math::abs).max().orElse(0)) / 16;
        boolean rotated = true;
        for (int sweep = 0; sweep < MOST_SWEEPS && rotated; sweep++) {
            rotated = sweep(m, vectors, negligible);
        }
        int[] order = IntStream.range(0, n).boxed().sorted(Comparator.comparingDouble(i -> -m[i][i])).mapToInt(i -> i).toArray();
        return new Symmetric(IntStream.of(order).mapToDouble(i -> m[i][i]).toArray(),
                IntStream.of(order).mapToObj(i -> vectors[i]).toArray(double[][]::new));
    }

    /** One rotation for each pair of rows whose common number is not negligible; whether there was one. */
    private static boolean sweep(double[][] m, double[][] vectors, double negligible) {
        boolean rotated = false;
        for (int p = 0; p < m.length; p++) {
            for (int q = p + 1; q < m.length; q++) {
                if (Math.abs(m[p][q]) > negligible) {
                    rotate(m, vectors, p, q);
                    rotated = true;
                }
            }
        }
        return rotated;
    }

    private static void rotate(double[][] m, double[][] vectors, int p, int q) {
        double half = (m[q][q] - m[p][p]) / (2 * m[p][q]);
        double tangent = Math.copySign(1, half) / (Math.abs(half) + Math.hypot(half, 1));
        double cosine = 1 / Math.hypot(tangent, 1);
        double sine = tangent * cosine;
        double corner = m[p][q];
        m[p][p] -= tangent * corner;
        m[q][q] += tangent * corner;
        m[p][q] = 0;
        m[q][p] = 0;
        for (int k = 0; k < m.length; k++) {
            if (k != p && k != q) {
                double x = m[k][p];
                double y = m[k][q];
                m[k][p] = cosine * x - sine * y;
                m[k][q] = sine * x + cosine * y;
                m[p][k] = m[k][p];
                m[q][k] = m[k][q];
            }
            double x = vectors[p][k];
            double y = vectors[q][k];
            vectors[p][k] = cosine * x - sine * y;
            vectors[q][k] = sine * x + cosine * y;
        }
    }
}
