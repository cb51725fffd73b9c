package dev.steppe.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Zeros of both signs, subnormals, infinities, NaN: every provider gives a result of the same class, whichever lane or tail the number falls into. */
@Tag("lanes")
class SpecialValuesTest {
    private static final float[] SPECIAL = {0f, -0f, Float.MIN_VALUE, -Float.MIN_VALUE, Float.MIN_NORMAL, -Float.MIN_NORMAL, 1f, -1f, 0.5f,
        -0.5f, 100f,
        -100f, Float.MAX_VALUE, -Float.MAX_VALUE, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NaN, 1e-30f, -1e-30f};
    /** A number of elements that is no multiple of any vector's, so that each special value comes by in lanes and in tails. */
    private static final int LENGTH = SPECIAL.length * 37;

    private static Workers workers;

    @BeforeAll
    static void start() {
        workers = Workers.of(1);
    }

    @AfterAll
    static void stop() {
        workers.close();
    }

    private static String kind(double x) {
        if (Double.isNaN(x)) {
            return "NaN";
        }
        String sign = Math.copySign(1, x) < 0 ? "-" : "+";
        // Underflow may come a little early: what is subnormal counts as zero.
        return sign + (Double.isInfinite(x) ? "infinite" : Math.abs(x) < Float.MIN_NORMAL ? "zero" : "finite");
    }

    private static Span.F32 repeated(int shift) {
        float[] x = new float[LENGTH];
        for (int i = 0; i < LENGTH; i++) {
            x[i] = SPECIAL[(i + shift * (i / SPECIAL.length)) % SPECIAL.length];
        }
        return Span.of(x);
    }

    private static void assertSameKind(String what, double expected, double actual) {
        assertEquals(kind(expected), kind(actual), () -> what + ": " + expected + " and " + actual);
        if (kind(expected).endsWith("finite") && !Double.isInfinite(expected)) {
            assertEquals(expected, actual, 1e-6 * Math.abs(expected), what);
        }
    }

    @ParameterizedTest
    @EnumSource
    void unary(Unary f) {
        Span.F32 x = repeated(0);
        for (Kernels kernels : Runs.providers(workers)) {
            for (float p : f == Unary.POW ? new float[] {0, 1, 2, 3, -1, 0.5f} : new float[] {0, 0.25f, -1}) {
                Span y = Span.allocate(DType.F32, LENGTH);
                kernels.elementwise().unary(f, p, 2, x, y);
                for (int i = 0; i < LENGTH; i++) {
                    assertSameKind(kernels.describe() + " " + f + "(" + x.get(i) + "; " + p + ")",
                            (float) ScalarElementwise.apply(f, p, 2, x.get(i)), y.get(i));
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void binary(Binary f) {
        Span.F32 a = repeated(0);
        Span.F32 b = repeated(1);
        for (Kernels kernels : Runs.providers(workers)) {
            Span y = Span.allocate(DType.F32, LENGTH);
            kernels.elementwise().binary(f, a, b, y);
            for (int i = 0; i < LENGTH; i++) {
                assertSameKind(kernels.describe() + " " + f + "(" + a.get(i) + ", " + b.get(i) + ")",
                        (float) ScalarElementwise.apply(f, a.get(i), b.get(i)),
                        y.get(i));
            }
        }
    }

    /** By hand, not by the scalar twin: what the contracts say about NaN, zero and infinity. */
    @Test
    void definitions() {
        assertEquals(Float.NaN, ScalarElementwise.apply(Unary.RELU, 0, 0, Float.NaN));
        assertEquals("+zero", kind(ScalarElementwise.apply(Unary.RELU, 0, 0, -0.0)));
        assertEquals(0, ScalarElementwise.apply(Unary.STEP, 0, 0, 0));
        assertEquals("-zero", kind(ScalarElementwise.apply(Unary.ERF, 0, 0, -0.0)));
        assertEquals(Double.NEGATIVE_INFINITY, ScalarElementwise.apply(Unary.LOG, 0, 0, 0));
        assertEquals(Double.NaN, ScalarElementwise.apply(Binary.MAXIMUM, 1, Double.NaN));
        assertEquals(0.5, ScalarElementwise.apply(Binary.GREATER, 3, 3));
        assertEquals(1, ScalarElementwise.apply(Unary.WITHIN, 1, 2, 2));
    }

    @Test
    void maximaKeepNaN() {
        for (Kernels kernels : Runs.providers(workers)) {
            for (int c : new int[] {1, 16, 19, 35}) {
                Span x = Span.allocate(DType.F32, 4 * c);
                kernels.move().fill(x, Double.NEGATIVE_INFINITY);
                for (int i = 0; i < c; i++) {
                    x.set(c + i, Double.NaN);
                    x.set(3 * c + i, Double.NaN);
                    x.set(2 * c + i, 5);
                }
                Span y = Span.allocate(DType.F32, c);
                Span.I32 at = (Span.I32) Span.allocate(DType.I32, c);
                kernels.pool().max(new PoolShape(1, 2, 2, c, 2, 2, 1, 0), x, y, at);
                for (int i = 0; i < c; i++) {
                    assertEquals(Double.NaN, y.get(i), kernels.describe());
                    assertEquals(c + i, at.get(i), kernels.describe());
                }
                kernels.reduce().max(1, 4, c, x, y, at);
                for (int i = 0; i < c; i++) {
                    assertEquals(Double.NaN, y.get(i), kernels.describe());
                    assertEquals(1, at.get(i), kernels.describe());
                }
                kernels.reduce().max(1, 1, c, x.slice(0, c), y, at);
                assertEquals(Double.NEGATIVE_INFINITY, y.get(0), kernels.describe());
            }
        }
    }

    /** Scores that are masked with minus infinity have probability 0, and cost nothing where the target is 0 too. */
    @Test
    void maskedScores() {
        for (Kernels kernels : Runs.providers(workers)) {
            for (int c : new int[] {2, 16, 21}) {
                Span x = Span.allocate(DType.F32, c);
                Span target = Span.allocate(DType.F32, c);
                x.set(0, Double.NEGATIVE_INFINITY);
                target.set(1, 1);
                Span loss = Span.allocate(DType.F32, 1);
                Span y = Span.allocate(DType.F32, c);
                kernels.softmax().crossEntropy(1, c, x, target, loss, y);
                assertEquals(Math.log(c - 1), loss.get(0), 1e-6, kernels.describe());
                assertEquals(0, y.get(0), kernels.describe());
                assertEquals(1.0 / (c - 1), y.get(c - 1), 1e-7, kernels.describe());
                kernels.softmax().logSoftmax(1, c, x, y);
                assertEquals(Double.NEGATIVE_INFINITY, y.get(0), kernels.describe());
                x.set(1, Double.NaN);
                kernels.softmax().softmax(1, c, x, y);
                assertEquals(Double.NaN, y.get(c - 1), kernels.describe());
            }
        }
    }

    /** Nothing is added to the maximum before it is subtracted again. */
    @Test
    void largeLogits() {
        for (Kernels kernels : Runs.providers(workers)) {
            for (int c : new int[] {2, 16, 21}) {
                for (double size : new double[] {1e10, 1e17, 1e38}) {
                    Span x = Span.allocate(DType.F32, c);
                    kernels.move().fill(x, size);
                    Span target = Span.allocate(DType.F32, c);
                    target.set(c - 1, 1);
                    Span loss = Span.allocate(DType.F32, 1);
                    kernels.softmax().crossEntropy(1, c, x, target, loss, Span.allocate(DType.F32, c));
                    assertEquals(Math.log(c), loss.get(0), 1e-6, kernels.describe() + ": " + c + " logits of " + size);
                }
            }
        }
    }

    /** Constants without rounding errors, so that not even a bit differs. */
    @Test
    void lionKeepsNaNAndTheSignsOfZeros() {
        float[] w = new float[LENGTH];
        float[] g = new float[LENGTH];
        for (int i = 0; i < LENGTH; i++) {
            w[i] = new float[] {-0f, 0f, 1f}[i % 3];
            g[i] = new float[] {Float.NaN, -0f, 0f, -1f, 1f}[i % 5];
        }
        float[][] expected = lion(Kernels.scalar(workers), w, g);
        for (Kernels kernels : Runs.providers(workers)) {
            float[][] actual = lion(kernels, w, g);
            for (int i = 0; i < LENGTH; i++) {
                String what = kernels.describe() + ": w " + w[i] + ", g " + g[i];
                assertEquals(expected[0][i], actual[0][i], what);
                assertEquals(expected[1][i], actual[1][i], what);
                assertEquals(Float.isNaN(g[i]), Float.isNaN(actual[0][i]), what);
            }
        }
    }

    /** Weights and average after a step, the average of both signs of zero before. */
    private static float[][] lion(Kernels kernels, float[] w, float[] g) {
        float[][] result = {w.clone(), new float[LENGTH]};
        for (int i = 0; i < LENGTH; i += 2) {
            result[1][i] = -0f;
        }
        kernels.points().lion(Span.of(result[0]), Span.of(g), Span.of(result[1]), 0.25, 0.5, 0.75, 0);
        return result;
    }

    /** With given statistics no row has a part in another's gradient: NaN stays where it is. */
    @ParameterizedTest
    @EnumSource(names = {"F32", "F64"})
    void givenStatisticsKeepNaNInItsRow(DType dtype) {
        int c = 19;
        int rows = 5;
        Span column = Span.allocate(dtype, c);
        Span x = Span.allocate(dtype, rows * c);
        Span dy = Span.allocate(dtype, rows * c);
        for (Kernels kernels : Runs.providers(workers)) {
            kernels.move().fill(column, 1);
            kernels.move().fill(dy, 1);
            for (int i = 0; i < c; i++) {
                x.set(3 * c + i, Double.NaN);
            }
            Span[] columns = {Span.allocate(dtype, c), Span.allocate(dtype, c), Span.allocate(dtype, c)};
            Span[] gradients = {Span.allocate(dtype, rows * c), Span.allocate(dtype, rows * c), Span.allocate(dtype, rows * c)};
            kernels.norm().batchNormBackward(rows, c, x, dy, column, column, 0, column, null, false, true, gradients[0], columns[0],
                    columns[1]);
            assertEquals(Double.NaN, columns[0].get(c - 1), "dscale is a sum over all rows");
            kernels.norm().batchNormDoubleBackward(rows, c, x, dy, column, column, 0, column, column, false, true, columns[0], columns[1],
                    dy, column, column, gradients[1], gradients[2], columns[2]);
            for (int i = 0; i < rows * c; i++) {
                if (i / c != 3) {
                    String what = kernels.describe() + ": row " + i / c;
                    assertEquals(1, gradients[0].get(i), what);
                    assertEquals(1, gradients[1].get(i), what);
                    assertEquals(1, gradients[2].get(i), what);
                }
            }
            assertEquals(rows, columns[2].get(0), kernels.describe());
        }
    }
}
