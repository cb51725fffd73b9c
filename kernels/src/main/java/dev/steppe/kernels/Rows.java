package dev.steppe.kernels;

import java.util.Arrays;

/**
 * The inner loops of the scalar kernels over contiguous rows, once for float and once for double, in the plain form that the JIT compiler vectorises by
 * itself. Offsets are relative to the spans.
 */
final class Rows {
    private Rows() {
    }

    /** {@code y += a x}. */
    static void axpy(double a, Span x, int xo, Span y, int yo, int n) {
        if (x instanceof Span.F32 xf) {
            Span.F32 yf = (Span.F32) y;
            axpy((float) a, xf.array(), xf.offset() + xo, yf.array(), yf.offset() + yo, n);
        } else {
            Span.F64 xd = (Span.F64) x;
            Span.F64 yd = (Span.F64) y;
            axpy(a, xd.array(), xd.offset() + xo, yd.array(), yd.offset() + yo, n);
        }
    }

    /** {@code y += a * x}, element by element. */
    static void multiplyAdd(Span a, int ao, Span x, int xo, Span y, int yo, int n) {
        if (x instanceof Span.F32 xf) {
            Span.F32 af = (Span.F32) a;
            Span.F32 yf = (Span.F32) y;
            multiplyAdd(af.array(), af.offset() + ao, xf.array(), xf.offset() + xo, yf.array(), yf.offset() + yo, n);
        } else {
            Span.F64 ad = (Span.F64) a;
            Span.F64 xd = (Span.F64) x;
            Span.F64 yd = (Span.F64) y;
            multiplyAdd(ad.array(), ad.offset() + ao, xd.array(), xd.offset() + xo, yd.array(), yd.offset() + yo, n);
        }
    }

    /** Sets {@code n} numbers from {@code from} on. */
    static void fill(Span y, int from, int n, double value) {
        int to = y.offset() + from + n;
        switch (y) {
            case Span.F32 s -> Arrays.fill(s.array(), s.offset() + from, to, (float) value);
            case Span.F64 s -> Arrays.fill(s.array(), s.offset() + from, to, value);
            case Span.I32 s -> Arrays.fill(s.array(), s.offset() + from, to, (int) value);
        }
    }

    /** {@code y = x}; the spans have the same type. */
    static void copy(Span x, int xo, Span y, int yo, int n) {
        System.arraycopy(array(x), x.offset() + xo, array(y), y.offset() + yo, n);
    }

    /** The array under a span. */
    static Object array(Span span) {
        return switch (span) {
            case Span.F32 s -> s.array();
            case Span.F64 s -> s.array();
            case Span.I32 s -> s.array();
        };
    }

    private static void axpy(float a, float[] x, int xo, float[] y, int yo, int n) {
        for (int i = 0; i < n; i++) {
            y[yo + i] += a * x[xo + i];
        }
    }

    private static void axpy(double a, double[] x, int xo, double[] y, int yo, int n) {
        for (int i = 0; i < n; i++) {
            y[yo + i] += a * x[xo + i];
        }
    }

    private static void multiplyAdd(float[] a, int ao, float[] x, int xo, float[] y, int yo, int n) {
        for (int i = 0; i < n; i++) {
            y[yo + i] += a[ao + i] * x[xo + i];
        }
    }

    private static void multiplyAdd(double[] a, int ao, double[] x, int xo, double[] y, int yo, int n) {
        for (int i = 0; i < n; i++) {
            y[yo + i] += a[ao + i] * x[xo + i];
        }
    }
}
