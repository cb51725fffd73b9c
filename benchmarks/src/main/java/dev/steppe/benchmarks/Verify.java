package dev.steppe.benchmarks;

import dev.steppe.kernels.ConvShape;
import java.util.SplittableRandom;

/** Compares some entries of a result, chosen at random, with sums in double: a kernel that is fast and wrong must not be timed. */
final class Verify {
    private static final int ENTRIES = 64;
    /**
     * Error allowed, relative to the sum of absolute products. Sums in F32 are within about 1e-6 for these lengths, Winograd's convolutions, which peers may
     * use, within about 2e-5.
     */
    private static final double TOLERANCE = 5e-5;

    private Verify() {
    }

    private static final class Sum {
        private double value;
        private double size;

        void add(double a, double b) {
            value += a * b;
            size += Math.abs(a * b);
        }

        void check(String what, int at, float actual) {
            if (!(Math.abs(actual - value) <= TOLERANCE * size)) {
                throw new IllegalStateException(
                        what + ": entry " + at + " is " + actual + ", expected " + value + " within " + TOLERANCE * size);
            }
        }
    }

    static void gemm(String who, int n, float[] a, float[] b, float[] c) {
        SplittableRandom random = new SplittableRandom(1);
        for (int e = 0; e < ENTRIES; e++) {
            int at = random.nextInt(n * n);
            Sum sum = new Sum();
            for (int k = 0; k < n; k++) {
                sum.add(a[at / n * n + k], b[k * n + at % n]);
            }
            sum.check(who + ": gemm " + n, at, c[at]);
        }
    }

    static void conv(String who, Contender.Pass pass, ConvShape s, float[] first, float[] second, float[] result) {
        SplittableRandom random = new SplittableRandom(1);
        for (int e = 0; e < ENTRIES; e++) {
            int at = random.nextInt(result.length);
            Sum sum = switch (pass) {
                case FORWARD -> forward(s, first, second, at);
                case BACKWARD_INPUT -> backwardInput(s, first, second, at);
                case BACKWARD_FILTER -> backwardFilter(s, first, second, at);
            };
            sum.check(who + ": " + pass + " " + s, at, result[at]);
        }
    }

    private static Sum forward(ConvShape s, float[] x, float[] filter, int at) {
        Sum sum = new Sum();
        for (int t = 0; t < s.r() * s.s() * s.c(); t++) {
            int from = input(s, at / s.k(), t / s.c());
            if (from >= 0) { sum.add(x[from + t % s.c()], filter[t * s.k() + at % s.k()]); }
        }
        return sum;
    }

    private static Sum backwardInput(ConvShape s, float[] dy, float[] filter, int at) {
        Sum sum = new Sum();
        int pixel = at / s.c();
        int image = pixel / s.w() / s.h();
        for (int tap = 0; tap < s.r() * s.s(); tap++) {
            int down = pixel / s.w() % s.h() + s.padding() - tap / s.s();
            int right = pixel % s.w() + s.padding() - tap % s.s();
            int i = Math.floorDiv(down, s.stride());
            int j = Math.floorDiv(right, s.stride());
            if (i * s.stride() != down || j * s.stride() != right || i < 0 || j < 0 || i >= s.oh() || j >= s.ow()) { continue; }
            for (int k = 0; k < s.k(); k++) {
                sum.add(dy[((image * s.oh() + i) * s.ow() + j) * s.k() + k], filter[(tap * s.c() + at % s.c()) * s.k() + k]);
            }
        }
        return sum;
    }

    private static Sum backwardFilter(ConvShape s, float[] x, float[] dy, int at) {
        Sum sum = new Sum();
        for (int pixel = 0; pixel < s.n() * s.oh() * s.ow(); pixel++) {
            int from = input(s, pixel, at / s.k() / s.c());
            if (from >= 0) { sum.add(x[from + at / s.k() % s.c()], dy[pixel * s.k() + at % s.k()]); }
        }
        return sum;
    }

    /** Where an output pixel reads through a tap, or -1 if that is padding. */
    private static int input(ConvShape s, int pixel, int tap) {
        int h = pixel / s.ow() % s.oh() * s.stride() - s.padding() + tap / s.s();
        int w = pixel % s.ow() * s.stride() - s.padding() + tap % s.s();
        return h < 0 || w < 0 || h >= s.h() || w >= s.w() ? -1 : ((pixel / s.ow() / s.oh() * s.h() + h) * s.w() + w) * s.c();
    }
}
