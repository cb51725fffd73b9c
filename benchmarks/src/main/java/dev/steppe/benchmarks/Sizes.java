package dev.steppe.benchmarks;

import dev.steppe.kernels.ConvShape;

/** How long the arrays of a convolution are, and how much work it is. */
public final class Sizes {
    private Sizes() {
    }

    /** Elements of x or dx. */
    public static int input(ConvShape s) {
        return s.n() * s.h() * s.w() * s.c();
    }

    /** Elements of the filter. */
    public static int filter(ConvShape s) {
        return s.r() * s.s() * (s.c() / s.groups()) * s.k();
    }

    /** Elements of y or dy. */
    public static int output(ConvShape s) {
        return s.n() * s.oh() * s.ow() * s.k();
    }

    /** Elements of what a pass computes. */
    public static int result(Contender.Pass pass, ConvShape s) {
        return switch (pass) {
            case FORWARD -> output(s);
            case BACKWARD_INPUT -> input(s);
            case BACKWARD_FILTER -> filter(s);
        };
    }

    /** Floating-point operations of a pass, two for each multiply-add, the ones with padding included. */
    static double flops(ConvShape s) {
        return 2.0 * output(s) * s.r() * s.s() * s.c() / s.groups();
    }
}
