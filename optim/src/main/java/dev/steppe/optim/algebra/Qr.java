package dev.steppe.optim.algebra;

import dev.steppe.core.NonFiniteException;
import dev.steppe.kernels.ShapeException;

/**
 * The thin QR factorisation {@code A = Q R} of a matrix with at least as many rows m as columns n, by Householder reflections (Golub and Van Loan, Matrix
 * Computations, 4th edition, section 5.2.2). The columns of Q are orthonormal whatever the rank of A; the diagonal of R is not negative, which makes the factors of
 * a matrix of full rank unique.
 *
 * @param q {@code [m][n]}
 * @param r {@code [n][n]}, upper triangular
 */
public record Qr(double[][] q, double[][] r) {
    /**
     * Factorises a matrix.
     *
     * @param a {@code [m][n]} with {@code m >= n >= 1}, only read; rows of equal length
     * @throws ShapeException if it has fewer rows than columns, or rows of different lengths
     * @throws NonFiniteException if a number of it is not finite
     */
    public static Qr of(double[][] a) {
        int m = a.length;
        int n = m == 0 ? 0 : a[0].length;
        if (n == 0 || m < n) {
            throw new ShapeException("qr: a matrix of " + m + " rows and " + n + " columns, expected rows >= columns >= 1");
        }
        double[][] r = copy(a, n);
        double[][] reflectors = new double[n][];
        for (int k = 0; k < n; k++) {
            reflectors[k] = reflector(r, k);
            reflect(reflectors[k], r, k, k);
        }
        double[][] q = new double[m][n];
        for (int k = 0; k < n; k++) {
            q[k][k] = 1;
        }
        for (int k = n - 1; k >= 0; k--) {
            reflect(reflectors[k], q, k, k);
        }
        return positive(q, r, n);
    }

    private static double[][] copy(double[][] a, int n) {
        double[][] copy = new double[a.length][];
        for (int i = 0; i < a.length; i++) {
            if (a[i].length != n) { throw new ShapeException("qr: row " + i + " has " + a[i].length + " numbers, row 0 has " + n); }
            for (int j = 0; j < n; j++) {
                if (!Double.isFinite(a[i][j])) { throw new NonFiniteException("qr: a[" + i + "][" + j + "] is " + a[i][j]); }
            }
            copy[i] = a[i].clone();
        }
        return copy;
    }

    /** The unit vector u for which {@code (1 - 2 u u')} leaves nothing below the diagonal of column k; null if nothing is there. */
    private static double[] reflector(double[][] a, int k) {
        double largest = 0;
        for (int i = k; i < a.length; i++) {
            largest = Math.max(largest, Math.abs(a[i][k]));
        }
        if (largest == 0) { return null; }
        double[] u = new double[a.length - k];
        double norm = 0;
        for (int i = 0; i < u.length; i++) {
            u[i] = a[k + i][k] / largest;
            norm += u[i] * u[i];
        }
        // Away from the first axis: no digits are lost.
        u[0] += Math.copySign(Math.sqrt(norm), u[0]);
        norm = 0;
        for (double x : u) {
            norm += x * x;
        }
        for (int i = 0; i < u.length; i++) {
            u[i] /= Math.sqrt(norm);
        }
        return u;
    }

    /** {@code A = (1 - 2 u u') A} in the rows from {@code row} and the columns from {@code column} on. */
    private static void reflect(double[] u, double[][] a, int row, int column) {
        if (u == null) { return; }
        for (int j = column; j < a[0].length; j++) {
            double dot = 0;
            for (int i = 0; i < u.length; i++) {
                dot += u[i] * a[row + i][j];
            }
            for (int i = 0; i < u.length; i++) {
                a[row + i][j] -= 2 * dot * u[i];
            }
        }
    }

    /** Turns columns of Q and rows of R so that the diagonal of R is not negative. */
    private static Qr positive(double[][] q, double[][] a, int n) {
        double[][] r = new double[n][n];
        for (int k = 0; k < n; k++) {
            double sign = a[k][k] < 0 ? -1 : 1;
            for (int j = k; j < n; j++) {
                r[k][j] = sign * a[k][j];
            }
            for (double[] row : q) {
                row[k] *= sign;
            }
        }
        return new Qr(q, r);
    }
}
