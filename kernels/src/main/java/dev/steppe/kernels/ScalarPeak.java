package dev.steppe.kernels;

/** {@link PeakLoop} by single numbers. */
final class ScalarPeak implements PeakLoop {
    @Override
    public float run(int steps) {
        float x = 0.999f;
        float y = 1e-3f;
        // @formatter:off: one chain after the other
        float c0 = x, c1 = x, c2 = x, c3 = x, c4 = x, c5 = x, c6 = x, c7 = x, c8 = x, c9 = x, ca = x, cb = x;
        for (int i = 0; i < steps; i++) {
            c0 = Math.fma(x, c0, y); c1 = Math.fma(x, c1, y); c2 = Math.fma(x, c2, y); c3 = Math.fma(x, c3, y);
            c4 = Math.fma(x, c4, y); c5 = Math.fma(x, c5, y); c6 = Math.fma(x, c6, y); c7 = Math.fma(x, c7, y);
            c8 = Math.fma(x, c8, y); c9 = Math.fma(x, c9, y); ca = Math.fma(x, ca, y); cb = Math.fma(x, cb, y);
        }
        // @formatter:on
        return c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + ca + cb;
    }
}
