package dev.steppe.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The matrices of F(4, 3), made from its points by the formulas of the literature: they compute a filter exactly, and the transforms multiply by them.
 */
@Tag("vector")
@Tag("lanes")
class WinogradTransformTest {
    private static final double[] POINTS = {0, 0.75, -0.75, 1.5, -1.5};
    private static final int L = Simd.LANES;
    private static final double[][] G = filter();
    private static final double[][] A = powers(4, i -> 1);
    private static final double[][] B = input();

    private interface Scale {
        double of(int point);
    }

    /** A transform of vectors from 3 on to vectors from 5 on. */
    private interface Transform {
        void run(float[] x, float[] y);
    }

    /** Where number e of line i lies. */
    private interface Layout {
        int at(int i, int e);
    }

    /** Row p: {@code scale * (1, p, p^2, ..)}; row of infinity: the last unit vector. */
    private static double[][] powers(int columns, Scale scale) {
        double[][] rows = new double[6][columns];
        for (int p = 0; p < 5; p++) {
            for (int c = 0; c < columns; c++) {
                rows[p][c] = scale.of(p) * Math.pow(POINTS[p], c);
            }
        }
        rows[5][columns - 1] = 1;
        return rows;
    }

    private static double[][] filter() {
        return powers(3, p -> {
            double product = 1;
            for (int q = 0; q < 5; q++) {
                product *= q == p ? 1 : POINTS[p] - POINTS[q];
            }
            return 1 / product;
        });
    }

    /** Row p: coefficients of the product of {@code x - q} over the other points. */
    private static double[][] input() {
        double[][] rows = new double[6][];
        for (int p = 0; p < 6; p++) {
            double[] polynomial = {1, 0, 0, 0, 0, 0};
            for (int q = 0; q < 5; q++) {
                for (int c = 5; q != p && c >= 0; c--) {
                    polynomial[c] = (c > 0 ? polynomial[c - 1] : 0) - POINTS[q] * polynomial[c];
                }
            }
            rows[p] = polynomial;
        }
        return rows;
    }

    @Test
    void theMatricesFilter() {
        for (int output = 0; output < 4; output++) {
            for (int tap = 0; tap < 3; tap++) {
                for (int in = 0; in < 6; in++) {
                    double sum = 0;
                    for (int p = 0; p < 6; p++) {
                        sum += A[p][output] * G[p][tap] * B[p][in];
                    }
                    assertEquals(in == output + tap ? 1 : 0, sum, 1e-14, "y" + output + " of g" + tap + " d" + in);
                }
            }
        }
    }

    @Test
    void theTransformsMultiplyByTheMatrices() {
        int c = WinogradTransform.COLUMN;
        int v = WinogradPlanes.INPUT_PLANE;
        int m = WinogradPlanes.OUTPUT_PLANE;
        assertMultiplies(B, false, 0, 6, (i, e) -> (i * 6 + e) * L, (i, e) -> i * c + e * L,
                (x, y) -> WinogradTransform.inputColumns(x, 3, L, 6 * L, -1, 6, y, 5));
        assertMultiplies(B, false, 0, 6, (i, e) -> i * L + e * c, (i, e) -> (i * 6 + e) * v,
                (x, y) -> WinogradTransform.inputRows(x, 3, 1, y, 5));
        assertMultiplies(A, false, 0, 4, (i, e) -> (i * 4 + e) * L, (i, e) -> i * c + e * L,
                (x, y) -> WinogradTransform.gradientColumns(x, 3, L, 4 * L, -1, 4, y, 5));
        assertMultiplies(A, false, 0, 6, (i, e) -> i * L + e * c, (i, e) -> (i * 6 + e) * m,
                (x, y) -> WinogradTransform.gradientRows(x, 3, L, 1, y, 5));
        assertMultiplies(A, true, 0, 6, (i, e) -> (e * 6 + i) * m, (i, e) -> i * L + e * c,
                (x, y) -> WinogradTransform.outputColumns(x, 3, L, 1, y, 5));
        assertMultiplies(A, true, 0, 8, (i, e) -> i * c + e * L, (i, e) -> (i % 4 * 8 + i / 4 * 4 + e) * L,
                (x, y) -> WinogradTransform.outputRows(x, 3, 4, 2, y, 5, 8 * L, L));
        assertMultiplies(G, false, 0x1p-22, 3, (i, e) -> (i * 3 + e) * L, (i, e) -> (i * 6 + e) * L,
                (x, y) -> WinogradTransform.filter(x, 3, L, 3 * L, y, 5, L, 6 * L, 3, L));
        assertMultiplies(G, true, 0x1p-22, 6, (i, e) -> (i * 6 + e) * L, (i, e) -> (i * 3 + e) * L,
                (x, y) -> WinogradTransform.filterGradient(x, 3, L, 6 * L, y, 5, L, 3 * L, 6, L));
    }

    @Test
    void rowsThatAreNotThereAreZeros() {
        for (int present = 0; present < 64; present++) {
            float[] zeros = new float[6 * L];
            for (int at = 0; at < zeros.length; at++) {
                zeros[at] = (present >> at / L & 1) * (at + 1);
            }
            float[] other = zeros.clone();
            for (int row = 0; row < 6; row++) {
                if ((present >> row & 1) == 0) {
                    Arrays.fill(other, row * L, (row + 1) * L, Float.NaN);
                }
            }
            float[] expected = new float[6 * L];
            float[] actual = new float[6 * L];
            WinogradTransform.inputColumns(zeros, 0, L, 0, -1, 1, expected, 0);
            WinogradTransform.inputColumns(other, 0, L, 0, present, 1, actual, 0);
            assertArrayEquals(expected, actual, "input, rows " + present);
            WinogradTransform.gradientColumns(zeros, 0, L, 0, -1, 1, expected, 0);
            WinogradTransform.gradientColumns(other, 0, L, 0, present, 1, actual, 0);
            assertArrayEquals(expected, actual, "gradient, rows " + present);
        }
    }

    /** On unit vectors, in several lines, between numbers that have to stay as they are. */
    private static void assertMultiplies(double[][] matrix, boolean transposed, double relative, int lines, Layout in, Layout out,
            Transform transform) {
        int inputs = transposed ? matrix.length : matrix[0].length;
        int outputs = transposed ? matrix[0].length : matrix.length;
        float[] x = new float[3 + in.at(lines, inputs) + L];
        float[] y = new float[5 + 64 * Math.max(WinogradPlanes.INPUT_PLANE, WinogradPlanes.OUTPUT_PLANE)];
        Arrays.fill(y, -7);
        float[] expected = y.clone();
        for (int i = 0; i < lines; i++) {
            int unit = i % inputs;
            for (int lane = 0; lane < L; lane++) {
                float number = (i + 1) * (lane + 1);
                x[3 + in.at(i, unit) + lane] = number;
                for (int e = 0; e < outputs; e++) {
                    expected[5 + out.at(i, e) + lane] = (float) ((transposed ? matrix[unit][e] : matrix[e][unit]) * number);
                }
            }
        }
        transform.run(x, y);
        for (int at = 0; at < y.length; at++) {
            if (Math.abs(expected[at] - y[at]) > relative * Math.abs(expected[at])) {
                fail("at " + at + " of " + inputs + " to " + outputs + ": " + y[at] + " instead of " + expected[at]);
            }
        }
    }
}
