package dev.steppe.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.steppe.kernels.WinogradTransform.Lines;
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

    private interface Transform {
        void run(float[] x, int from, Lines in, float[] y, int to, Lines out, int outer, int inner);
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
        assertMultiplies(B, false, 0, WinogradTransform::input);
        assertMultiplies(A, true, 0, WinogradTransform::output);
        assertMultiplies(A, false, 0, WinogradTransform::gradient);
        assertMultiplies(G, false, 0x1p-22, WinogradTransform::filter);
        assertMultiplies(G, true, 0x1p-22, WinogradTransform::filterGradient);
    }

    /** On unit vectors, in several lines, between numbers that have to stay as they are. */
    private static void assertMultiplies(double[][] matrix, boolean transposed, double relative, Transform transform) {
        int inputs = transposed ? matrix.length : matrix[0].length;
        int outputs = transposed ? matrix[0].length : matrix.length;
        int outer = 2;
        float[] x = new float[7 + outer * inputs * inputs * L];
        float[] y = new float[3 + outer * inputs * outputs * L + 5];
        for (int i = 0; i < outer; i++) {
            for (int unit = 0; unit < inputs; unit++) {
                for (int lane = 0; lane < L; lane++) {
                    x[7 + ((i * inputs + unit) * inputs + unit) * L + lane] = (i + 1) * (lane + 1);
                }
            }
        }
        transform.run(x, 7, new Lines(L, inputs * inputs * L, inputs * L), y, 3, new Lines(inputs * L, outputs * inputs * L, L), outer,
                inputs);
        for (int at = 0; at < y.length; at++) {
            double expected = 0;
            int i = (at - 3) / (outputs * inputs * L);
            if (at >= 3 && i < outer) {
                int output = (at - 3) / inputs / L % outputs;
                int unit = (at - 3) / L % inputs;
                expected = (transposed ? matrix[unit][output] : matrix[output][unit]) * (i + 1) * ((at - 3) % L + 1);
            }
            assertEquals(expected, y[at], relative * Math.abs(expected), "at " + at + " of " + inputs + " to " + outputs);
        }
    }
}
