package dev.steppe.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** The error bounds in the Javadoc of {@link VectorMath}. */
class VectorMathTest {
    /** erf to 20 digits (mpmath 1.3, {@code mp.dps = 40}). */
    private static final double[][] ERF = {{1e-300, 1.1283791670955126022e-300}, {1e-8, 1.1283791670955125599e-8},
        {0.1, 0.1124629160182848984},
        {0.25, 0.27632639016823693299}, {0.5, 0.52049987781304653768}, {0.75, 0.7111556336535151316}, {1, 0.84270079294971486934},
        {1.5, 0.96610514647531072707}, {2, 0.99532226501895273416}, {2.4, 0.99931148610335492111}, {2.499999, 0.99959304580426536468},
        {2.500001, 0.99959305016083382602}, {2.75, 0.99989937807788036316}, {3, 0.99997790950300141456}, {3.5, 0.99999925690162765859},
        {4, 0.99999998458274209972}, {5, 0.99999999999846254021}, {5.5, 0.99999999999999264215}, {5.9, 0.9999999999999999281}, {7, 1}};

    @Test
    void erfInDouble() {
        for (double[] pair : ERF) {
            assertEquals(pair[1], ScalarElementwise.erf(pair[0]), 4e-16 * pair[1]);
            assertEquals(-pair[1], ScalarElementwise.erf(-pair[0]), 4e-16 * pair[1]);
        }
    }

    /** Floats of all signs and exponents: every 20011th, in the nightly suite every 1009th. Largest errors found over every fifth: see the bounds. */
    @Tag("vector")
    @Tag("lanes")
    @ParameterizedTest
    @EnumSource(mode = Mode.INCLUDE, names = {"EXP", "LOG", "SIGMOID", "TANH", "SOFTPLUS", "ERF"})
    void staysWithinItsBound(Unary f) {
        int step = Runs.times(1) > 1 ? 1009 : 20011;
        try (Workers workers = Workers.of(1)) {
            Kernels kernels = Kernels.vector(workers);
            Span.F32 x = (Span.F32) Span.allocate(DType.F32, 1 << 12);
            Span y = Span.allocate(DType.F32, x.length());
            double worst = 0;
            float at = 0;
            for (long bits = Integer.MIN_VALUE; bits <= Integer.MAX_VALUE; bits += (long) step * x.length()) {
                for (int i = 0; i < x.length(); i++) {
                    x.array()[i] = Float.intBitsToFloat((int) Math.min(Integer.MAX_VALUE, bits + (long) i * step));
                }
                kernels.elementwise().unary(f, 0, 0, x, y);
                for (int i = 0; i < x.length(); i++) {
                    double error = error(f, x.array()[i], (float) y.get(i));
                    // Not "error > worst": NaN must show.
                    if (!(error <= worst)) {
                        worst = error;
                        at = x.array()[i];
                    }
                }
            }
            assertTrue(worst <= ElementwiseSamples.ulps(f), f + ": " + worst + " ulp at " + at);
        }
    }

    /** In ulp; not a number if the result is of another class. */
    private static double error(Unary f, float x, float actual) {
        double exact = ScalarElementwise.apply(f, 0, 0, x);
        float nearest = (float) exact;
        if (Float.compare(nearest, actual) == 0) {
            return 0;
        }
        if (f == Unary.SIGMOID && Math.abs(exact) < Float.MIN_NORMAL && actual == 0) {
            return 0;
        }
        return Float.isFinite(nearest) && Float.isFinite(actual) ? Math.abs(actual - exact) / Math.ulp(nearest) : Double.NaN;
    }
}
