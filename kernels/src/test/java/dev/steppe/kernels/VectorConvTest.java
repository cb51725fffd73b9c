package dev.steppe.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Direct convolution in all three passes on layers of real networks and at the edges of its tiles, against sums in double and between guards of NaN. */
@Tag("vector")
class VectorConvTest {
    /** Entries of each result that are checked, chosen at random. */
    private static final int ENTRIES = 300;
    private static Workers workers;

    @BeforeAll
    static void start() {
        workers = Workers.of(2);
    }

    @AfterAll
    static void stop() {
        workers.close();
    }

    static List<ConvShape> shapes() {
        return List.of(
                // ResNet-20
                square(5, 32, 3, 16, 3, 1, 1), square(3, 32, 16, 16, 3, 1, 1), square(3, 32, 16, 32, 3, 2, 1),
                square(9, 16, 32, 32, 3, 1, 1),
                square(17, 8, 64, 64, 3, 1, 1), square(3, 32, 16, 32, 1, 2, 0),
                // ResNet-18 and -50, their stems, and LeNet
                square(2, 8, 256, 256, 3, 1, 1), square(35, 4, 72, 512, 3, 1, 1), square(2, 16, 128, 256, 3, 2, 1),
                square(2, 14, 256, 64, 1, 1, 0),
                square(1, 70, 3, 64, 7, 2, 3), square(1, 28, 1, 6, 5, 1, 2), square(2, 14, 6, 16, 5, 1, 0),
                // channels beside chunks, vectors and panels; long sums in parts
                square(2, 9, 17, 15, 3, 1, 1), square(2, 9, 15, 33, 3, 1, 1), square(2, 7, 100, 40, 3, 1, 1), square(2, 7, 90, 17, 5, 1, 2),
                square(2, 9, 31, 63, 2, 2, 0), square(3, 5, 4, 4, 4, 3, 1),
                // one image that is cut by rows; nearly no rows; padding beyond the filter; dilation; taps that reach nothing
                new ConvShape(1, 130, 61, 16, 16, 3, 3, 1, 1, 1, 1), new ConvShape(3, 1, 40, 20, 20, 1, 3, 1, 0, 1, 1),
                square(2, 6, 18, 18, 3, 1, 4), new ConvShape(2, 12, 11, 20, 24, 3, 3, 1, 2, 2, 1),
                new ConvShape(2, 13, 12, 20, 24, 3, 3, 2, 2, 2, 1),
                square(2, 11, 20, 24, 1, 3, 0), square(2, 7, 20, 24, 2, 5, 1), new ConvShape(2, 10, 9, 5, 7, 2, 6, 1, 3, 1, 1),
                // many images of few channels: rows in blocks, taps that reach nothing, pixels that nobody reads
                square(17, 9, 3, 40, 3, 1, 1), square(16, 70, 3, 32, 7, 2, 3), new ConvShape(18, 9, 8, 1, 35, 3, 3, 1, 2, 2, 1),
                square(16, 11, 2, 36, 2, 3, 0), square(19, 5, 4, 33, 3, 1, 4),
                // groups, depthwise
                new ConvShape(2, 9, 9, 64, 96, 3, 3, 1, 1, 1, 4), new ConvShape(2, 9, 9, 20, 10, 3, 3, 2, 1, 1, 5),
                new ConvShape(20, 9, 9, 35, 35, 3, 3, 1, 1, 1, 35), new ConvShape(2, 9, 12, 16, 16, 5, 5, 2, 2, 1, 16),
                new ConvShape(2, 9, 9, 7, 14, 3, 3, 1, 1, 2, 7));
    }

    private static ConvShape square(int n, int size, int c, int k, int filter, int stride, int padding) {
        return new ConvShape(n, size, size, c, k, filter, filter, stride, padding, 1, 1);
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void forwardIsRight(ConvShape s) {
        SplittableRandom random = new SplittableRandom(s.hashCode());
        Guarded x = VectorGemmTest.random(DType.F32, ProductSamples.inputs(s), random);
        Guarded f = VectorGemmTest.random(DType.F32, ProductSamples.weights(s), random);
        Guarded y = new Guarded(DType.F32, 5, ProductSamples.outputs(s), 16);
        Kernels.vector(workers).conv().forward(s, x.span, f.span, y.span);
        y.assertUntouched(s.toString());
        for (int e = 0; e < ENTRIES; e++) {
            int at = random.nextInt(y.span.length());
            int k = at % s.k();
            int j = at / s.k() % s.ow();
            int i = at / s.k() / s.ow() % s.oh();
            int n = at / s.k() / s.ow() / s.oh();
            Sum sum = new Sum();
            for (int tap = 0; tap < s.r() * s.s(); tap++) {
                for (int c = 0; c < s.c() / s.groups(); c++) {
                    int from = input(s, n, i, j, tap, k / (s.k() / s.groups()) * (s.c() / s.groups()) + c);
                    if (from >= 0) { sum.add(x.span.get(from), f.span.get((tap * (s.c() / s.groups()) + c) * s.k() + k)); }
                }
            }
            sum.assertIs(y.span.get(at), s + ": y[" + n + "," + i + "," + j + "," + k + "]");
        }
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void backwardFilterIsRight(ConvShape s) {
        SplittableRandom random = new SplittableRandom(s.hashCode());
        Guarded x = VectorGemmTest.random(DType.F32, ProductSamples.inputs(s), random);
        Guarded dy = VectorGemmTest.random(DType.F32, ProductSamples.outputs(s), random);
        Guarded df = new Guarded(DType.F32, 5, ProductSamples.weights(s), 16);
        Kernels.vector(workers).conv().backwardFilter(s, x.span, dy.span, df.span);
        df.assertUntouched(s.toString());
        for (int e = 0; e < ENTRIES; e++) {
            int at = random.nextInt(df.span.length());
            int k = at % s.k();
            int c = at / s.k() % (s.c() / s.groups());
            int tap = at / s.k() / (s.c() / s.groups());
            Sum sum = new Sum();
            for (int pixel = 0; pixel < s.n() * s.oh() * s.ow(); pixel++) {
                int from = input(s, pixel / s.ow() / s.oh(), pixel / s.ow() % s.oh(), pixel % s.ow(), tap,
                        k / (s.k() / s.groups()) * (s.c() / s.groups()) + c);
                if (from >= 0) { sum.add(x.span.get(from), dy.span.get(pixel * s.k() + k)); }
            }
            sum.assertIs(df.span.get(at), s + ": df[" + tap + "," + c + "," + k + "]");
        }
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void backwardInputIsRight(ConvShape s) {
        SplittableRandom random = new SplittableRandom(s.hashCode());
        Guarded dy = VectorGemmTest.random(DType.F32, ProductSamples.outputs(s), random);
        Guarded f = VectorGemmTest.random(DType.F32, ProductSamples.weights(s), random);
        Guarded dx = new Guarded(DType.F32, 5, ProductSamples.inputs(s), 16);
        Kernels.vector(workers).conv().backwardInput(s, dy.span, f.span, dx.span);
        dx.assertUntouched(s.toString());
        int out = s.k() / s.groups();
        for (int e = 0; e < ENTRIES; e++) {
            int at = random.nextInt(dx.span.length());
            int c = at % s.c();
            int n = at / s.c() / s.w() / s.h();
            Sum sum = new Sum();
            for (int tap = 0; tap < s.r() * s.s(); tap++) {
                // the output (i, j) whose tap this input is, if there is one
                int down = at / s.c() / s.w() % s.h() + s.padding() - tap / s.s() * s.dilation();
                int right = at / s.c() % s.w() + s.padding() - tap % s.s() * s.dilation();
                int i = Math.floorDiv(down, s.stride());
                int j = Math.floorDiv(right, s.stride());
                if (i * s.stride() != down || j * s.stride() != right || i < 0 || j < 0 || i >= s.oh() || j >= s.ow()) { continue; }
                for (int b = 0; b < out; b++) {
                    int k = c / (s.c() / s.groups()) * out + b;
                    sum.add(dy.span.get(((n * s.oh() + i) * s.ow() + j) * s.k() + k),
                            f.span.get((tap * (s.c() / s.groups()) + c % (s.c() / s.groups())) * s.k() + k));
                }
            }
            sum.assertIs(dx.span.get(at), s + ": dx[" + at + "]");
        }
    }

    @Test
    void hasTheSameBitsOnAnyNumberOfThreads() {
        for (ConvShape s : List.of(square(33, 16, 32, 32, 3, 1, 1), square(9, 16, 40, 72, 3, 2, 1), square(2, 40, 3, 16, 5, 2, 2),
                square(20, 4, 256, 256, 3, 1, 1))) {
            SplittableRandom random = new SplittableRandom(s.hashCode());
            Span x = VectorGemmTest.random(DType.F32, ProductSamples.inputs(s), random).span;
            Span f = VectorGemmTest.random(DType.F32, ProductSamples.weights(s), random).span;
            Span dy = VectorGemmTest.random(DType.F32, ProductSamples.outputs(s), random).span;
            Span[] expected = null;
            for (int threads : new int[] {1, 2, 3, 8}) {
                try (Workers team = Workers.of(threads)) {
                    Span[] results = {Span.allocate(DType.F32, dy.length()), Span.allocate(DType.F32, x.length()),
                        Span.allocate(DType.F32, f.length())};
                    ConvKernel conv = Kernels.vector(team).conv();
                    conv.forward(s, x, f, results[0]);
                    conv.backwardInput(s, dy, f, results[1]);
                    conv.backwardFilter(s, x, dy, results[2]);
                    for (int r = 0; expected != null && r < 3; r++) {
                        for (int i = 0; i < results[r].length(); i++) {
                            assertEquals(expected[r].get(i), results[r].get(i), 0,
                                    s + " on " + threads + " threads: pass " + r + " at " + i);
                        }
                    }
                    expected = results;
                }
            }
        }
    }

    /** A tile is a row at least, and 16 floats a pixel of three rows are more than an array holds. */
    @Test
    void imagesThatAreTooWideAreRefused() {
        ConvShape s = new ConvShape(1, 1, 46_000_000, 1, 1, 3, 3, 1, 1, 1, 1);
        Span image = Span.allocate(DType.F32, s.w());
        Span filter = Span.allocate(DType.F32, 9);
        ConvKernel conv = Kernels.vector(workers).conv();
        for (Executable pass : List.<Executable>of(() -> conv.forward(s, image, filter, image),
                () -> conv.backwardInput(s, image, filter, image), () -> conv.backwardFilter(s, image, image, filter))) {
            String message = assertThrows(ShapeException.class, pass).getMessage();
            assertTrue(message.contains("[1,1,46000000,1]"), message);
        }
    }

    /** Where output (i, j) reads channel c through a tap, or -1 if that is padding. */
    private static int input(ConvShape s, int n, int i, int j, int tap, int c) {
        int h = i * s.stride() - s.padding() + tap / s.s() * s.dilation();
        int w = j * s.stride() - s.padding() + tap % s.s() * s.dilation();
        return h < 0 || w < 0 || h >= s.h() || w >= s.w() ? -1 : ((n * s.h() + h) * s.w() + w) * s.c() + c;
    }

    /** A sum of products in double, and what F32 may be off. */
    private static final class Sum {
        private double value;
        private double size;
        private int terms;

        void add(double a, double b) {
            value += a * b;
            size += Math.abs(a * b);
            terms++;
        }

        void assertIs(double actual, String what) {
            double bound = Case.gamma(0x1p-24, terms + 1) * size;
            assertTrue(Math.abs(actual - value) <= bound, () -> what + " is " + actual + ", expected " + value + " within " + bound);
        }
    }
}
