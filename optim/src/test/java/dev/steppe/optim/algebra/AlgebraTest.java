package dev.steppe.optim.algebra;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.core.NonFiniteException;
import dev.steppe.kernels.ShapeException;
import java.util.Arrays;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.junit.jupiter.api.Test;

/** The decompositions against EJML, and against what defines them. */
class AlgebraTest {
    private static final double SMALL = 1e-13;

    @Property
    void qrIsEjmls(@ForAll long seed, @ForAll @IntRange(min = 1, max = 12) int columns, @ForAll @IntRange(max = 20) int more) {
        SplittableRandom random = new SplittableRandom(seed);
        double[][] a = matrix(random, columns + more, columns);
        Qr qr = Qr.of(a);
        assertFactors(a, qr);
        var peer = DecompositionFactory_DDRM.qr(a.length, columns);
        assertTrue(peer.decompose(new DMatrixRMaj(a)));
        DMatrixRMaj q = peer.getQ(null, true);
        DMatrixRMaj r = peer.getR(null, true);
        double conditioned = 1;
        for (int k = 0; k < columns; k++) {
            conditioned = Math.min(conditioned, Math.abs(r.get(k, k)));
        }
        for (int k = 0; k < columns; k++) {
            double sign = Math.signum(r.get(k, k));
            for (int j = 0; j < columns; j++) {
                assertEquals(sign * r.get(k, j), qr.r()[k][j], 1e-12 / conditioned);
            }
            for (int i = 0; i < a.length; i++) {
                assertEquals(sign * q.get(i, k), qr.q()[i][k], 1e-12 / conditioned);
            }
        }
    }

    /** A basis is one, and its product the matrix, also if columns depend on each other or are 0. */
    @Property
    void qrOfDependentColumns(@ForAll long seed, @ForAll @IntRange(min = 2, max = 8) int columns) {
        SplittableRandom random = new SplittableRandom(seed);
        double[][] a = matrix(random, columns + 3, columns);
        for (double[] row : a) {
            row[columns - 1] = 2 * row[0];
            row[columns / 2] = 0;
        }
        assertFactors(a, Qr.of(a));
    }

    @Test
    void qrAtTheEdges() {
        assertFactors(new double[][] {{0}, {0}}, Qr.of(new double[2][1]));
        double[][] huge = {{3e200, 1}, {4e200, 0}};
        assertEquals(5e200, Qr.of(huge).r()[0][0], 1e187);
        double[][] tiny = {{3e-200}, {-4e-200}};
        assertArrayEquals(new double[] {0.6, -0.8}, new double[] {Qr.of(tiny).q()[0][0], Qr.of(tiny).q()[1][0]}, 1e-15);
        assertMessage("qr: a matrix of 1 rows and 2 columns, expected rows >= columns >= 1", new double[1][2]);
        assertMessage("qr: a matrix of 0 rows and 0 columns, expected rows >= columns >= 1", new double[0][]);
        assertMessage("qr: row 1 has 1 numbers, row 0 has 2", new double[][] {{1, 2}, {1}});
        assertThrows(NonFiniteException.class, () -> Qr.of(new double[][] {{1, 2}, {3, Double.NaN}}));
    }

    @Property
    void eigenvaluesAreEjmls(@ForAll long seed, @ForAll @IntRange(min = 1, max = 24) int n) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] d = random.doubles(n, -2, 2).toArray();
        double[] e = random.doubles(n - 1, -1, 1).map(x -> random.nextInt(6) == 0 ? 0 : x).toArray();
        Tridiagonal t = Tridiagonal.of(d, e);
        var peer = DecompositionFactory_DDRM.eig(n, true, true);
        assertTrue(peer.decompose(new DMatrixRMaj(full(d, e))));
        double[] values = new double[n];
        Arrays.setAll(values, i -> peer.getEigenvalue(i).getReal());
        Arrays.sort(values);
        assertArrayEquals(values, t.values(), 1e-12);
        assertEigen(d, e, t);
    }

    /** What Lanczos gives of the Laplacian: {@code 2 - 2 cos(k pi / (n + 1))}. */
    @Test
    void eigenvaluesOfTheLaplacian() {
        int n = 50;
        double[] d = new double[n];
        double[] e = new double[n - 1];
        Arrays.fill(d, 2);
        Arrays.fill(e, -1);
        Tridiagonal t = Tridiagonal.of(d, e);
        for (int k = 1; k <= n; k++) {
            assertEquals(2 - 2 * Math.cos(k * Math.PI / (n + 1)), t.values()[k - 1], SMALL);
        }
        assertEigen(d, e, t);
    }

    @Test
    void eigenvaluesAtTheEdges() {
        assertArrayEquals(new double[] {7}, Tridiagonal.of(new double[] {7}, new double[0]).values());
        assertArrayEquals(new double[] {1, 1, 2}, Tridiagonal.of(new double[] {2, 1, 1}, new double[2]).values());
        assertArrayEquals(new double[3], Tridiagonal.of(new double[3], new double[2]).values());
        assertArrayEquals(new double[] {-1e150, 1e150}, Tridiagonal.of(new double[2], new double[] {1e150}).values(), 1e137);
        ShapeException shape = assertThrows(ShapeException.class, () -> Tridiagonal.of(new double[2], new double[2]));
        assertEquals("tridiagonal: 2 numbers on the diagonal and 2 beside it, expected n and n - 1", shape.getMessage());
        assertThrows(ShapeException.class, () -> Tridiagonal.of(new double[0], new double[0]));
        NonFiniteException finite = assertThrows(NonFiniteException.class,
                () -> Tridiagonal.of(new double[2], new double[] {Double.POSITIVE_INFINITY}));
        assertEquals("tridiagonal: beside[0] is Infinity", finite.getMessage());
    }

    @Property
    void symmetricEigenvaluesAreEjmls(@ForAll long seed, @ForAll @IntRange(min = 1, max = 14) int n, @ForAll boolean deficient) {
        SplittableRandom random = new SplittableRandom(seed);
        double[][] a = matrix(random, n, n);
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                double x = deficient ? a[i][0] * a[j][0] : a[i][j];
                a[i][j] = x;
                a[j][i] = x;
            }
        }
        Symmetric s = Symmetric.of(a);
        var peer = DecompositionFactory_DDRM.eig(n, true, true);
        assertTrue(peer.decompose(new DMatrixRMaj(a)));
        double[] values = new double[n];
        Arrays.setAll(values, i -> -peer.getEigenvalue(i).getReal());
        Arrays.sort(values);
        assertArrayEquals(Arrays.stream(values).map(v -> -v).toArray(), s.values(), 1e-12);
        assertVectors(a, s.values(), s.vectors());
    }

    @Test
    void symmetricAtTheEdges() {
        assertArrayEquals(new double[] {7}, Symmetric.of(new double[][] {{7}}).values());
        assertArrayEquals(new double[3], Symmetric.of(new double[3][3]).values());
        assertArrayEquals(new double[] {1e150, -1e150}, Symmetric.of(new double[][] {{0, 1e150}, {1e150, 0}}).values(), 1e137);
        assertThrows(ShapeException.class, () -> Symmetric.of(new double[0][]));
        ShapeException shape = assertThrows(ShapeException.class, () -> Symmetric.of(new double[][] {{1, 2}, {1}}));
        assertEquals("symmetric: row 1 has 1 numbers, expected 2", shape.getMessage());
        assertThrows(NonFiniteException.class, () -> Symmetric.of(new double[][] {{1, Double.NaN}, {0, 1}}));
    }

    private static void assertMessage(String message, double[][] a) {
        assertEquals(message, assertThrows(ShapeException.class, () -> Qr.of(a)).getMessage());
    }

    private static double[][] matrix(SplittableRandom random, int rows, int columns) {
        double[][] a = new double[rows][];
        Arrays.setAll(a, i -> random.doubles(columns, -1, 1).toArray());
        return a;
    }

    private static double[][] full(double[] d, double[] e) {
        double[][] a = new double[d.length][d.length];
        for (int i = 0; i < d.length; i++) {
            a[i][i] = d[i];
            if (i > 0) {
                a[i][i - 1] = e[i - 1];
                a[i - 1][i] = e[i - 1];
            }
        }
        return a;
    }

    private static void assertFactors(double[][] a, Qr qr) {
        int n = a[0].length;
        for (int k = 0; k < n; k++) {
            assertTrue(qr.r()[k][k] >= 0);
            for (int j = 0; j < n; j++) {
                double dot = 0;
                for (double[] row : qr.q()) {
                    dot += row[k] * row[j];
                }
                assertEquals(k == j ? 1 : 0, dot, SMALL);
                assertTrue(j >= k || qr.r()[k][j] == 0);
            }
        }
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < n; j++) {
                double sum = 0;
                for (int k = 0; k < n; k++) {
                    sum += qr.q()[i][k] * qr.r()[k][j];
                }
                assertEquals(a[i][j], sum, SMALL);
            }
        }
    }

    private static void assertEigen(double[] d, double[] e, Tridiagonal t) {
        assertVectors(full(d, e), t.values(), t.vectors());
    }

    private static void assertVectors(double[][] a, double[] values, double[][] vectors) {
        int n = a.length;
        for (int k = 0; k < n; k++) {
            for (int i = 0; i < n; i++) {
                double product = 0;
                double dot = 0;
                for (int j = 0; j < n; j++) {
                    product += a[i][j] * vectors[k][j];
                    dot += vectors[k][j] * vectors[i][j];
                }
                assertEquals(values[k] * vectors[k][i], product, 20 * SMALL);
                assertEquals(i == k ? 1 : 0, dot, 20 * SMALL);
            }
        }
    }
}
