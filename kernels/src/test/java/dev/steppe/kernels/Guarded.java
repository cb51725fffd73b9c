package dev.steppe.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;

/**
 * A span in the middle of an array whose other numbers are NaN (of I32: far out of any range). A kernel that reads them shows in its result, one that writes
 * them is caught by {@link #assertUntouched}.
 */
final class Guarded {
    private static final int NAN_F32 = 0x7fc0_dead;
    private static final long NAN_F64 = 0x7ff8_dead_beef_deadL;
    private static final int FAR_I32 = Integer.MIN_VALUE / 2;

    final Span span;
    private final int before;
    private final int after;

    Guarded(DType dtype, int before, int length, int after) {
        this.before = before;
        this.after = after;
        int size = before + length + after;
        this.span = switch (dtype) {
            case F32 -> {
                float[] array = new float[size];
                Arrays.fill(array, Float.intBitsToFloat(NAN_F32));
                yield new Span.F32(array, before, length);
            }
            case F64 -> {
                double[] array = new double[size];
                Arrays.fill(array, Double.longBitsToDouble(NAN_F64));
                yield new Span.F64(array, before, length);
            }
            case I32 -> {
                int[] array = new int[size];
                Arrays.fill(array, FAR_I32);
                yield new Span.I32(array, before, length);
            }
        };
    }

    void assertUntouched(String what) {
        for (int i = 0; i < before + after; i++) {
            int at = i < before ? i : i + span.length();
            switch (span) {
                case Span.F32 s ->
                    assertEquals(NAN_F32, Float.floatToRawIntBits(s.array()[at]), () -> what + " wrote outside, at " + (at - before));
                case Span.F64 s ->
                    assertEquals(NAN_F64, Double.doubleToRawLongBits(s.array()[at]), () -> what + " wrote outside, at " + (at - before));
                case Span.I32 s -> assertEquals(FAR_I32, s.array()[at], () -> what + " wrote outside, at " + (at - before));
            }
        }
    }
}
