package dev.steppe.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Convolution and normalisation of groups of images, as fast kernels do it, against the scalar kernels in F64. */
@Tag("vector")
@Tag("lanes")
class ConvNormTest {
    /** Relative to the largest number of a result: of one Winograd convolution ({@link Kernels.Mode#FAST}), and of what follows from one. */
    private static final double BOUND = 3e-5;

    /** Input, filter, x, dy, mean, variance, scale, shift, then the gradients of input, filter, scale and shift. */
    private static final int SPANS = 12;

    static List<ConvShape> shapes() {
        return List.of(
                // like layers of ResNet-20: two groups to a part, one, a part of one image
                shape(35, 40, 40, 16, 16, 1), shape(37, 16, 16, 32, 32, 1), shape(16, 8, 8, 64, 64, 1),
                // odd sizes and channels, rows that do not fill a tile of sums, no padding
                shape(19, 13, 11, 24, 40, 1), shape(33, 9, 9, 17, 20, 0), shape(17, 40, 7, 33, 16, 1),
                // too few images, too big a filter, a stride: one after the other
                shape(15, 8, 8, 32, 32, 1), shape(16, 4, 4, 128, 128, 1), new ConvShape(16, 8, 8, 16, 32, 3, 3, 2, 1, 1, 1));
    }

    private static ConvShape shape(int n, int h, int w, int c, int k, int padding) {
        return new ConvShape(n, h, w, c, k, 3, 3, 1, padding, 1, 1);
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void agreesWithTheScalarKernels(ConvShape s) {
        try (Workers workers = Workers.of(2)) {
            for (boolean relu : new boolean[] {false, true}) {
                Span[] exact = operands(s, DType.F64);
                // on purpose from the x of the kernel under test: what is next to the kink of relu must be on the same side for both
                Span[] fast = operands(s, DType.F32);
                run(Kernels.vector(workers).with(Kernels.Mode.FAST), s, relu, fast);
                Kernels.scalar(workers).convNorm().forward(s, exact[0], exact[1], exact[2], exact[4], exact[5]);
                for (int i : new int[] {2, 4, 5}) {
                    assertClose(exact[i], fast[i], "forward, operand " + i);
                    copy(fast[i], exact[i]);
                }
                backward(Kernels.scalar(workers), s, relu, exact);
                for (int i = 8; i < SPANS; i++) {
                    assertClose(exact[i], fast[i], "backward" + (relu ? " with relu" : "") + ", operand " + i);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void hasTheSameBitsOnAnyNumberOfThreads(ConvShape s) {
        Span[] alone = null;
        for (int threads : new int[] {1, 2, 3, 8}) {
            try (Workers workers = Workers.of(threads)) {
                Span[] spans = operands(s, DType.F32);
                run(Kernels.vector(workers).with(Kernels.Mode.FAST), s, true, spans);
                for (int i = 0; alone != null && i < SPANS; i++) {
                    assertArrayEquals(numbers(alone[i]), numbers(spans[i]), "operand " + i + " on " + threads + " threads");
                }
                alone = spans;
            }
        }
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void whatIsRefusedWritesNothing(ConvShape s) {
        try (Workers workers = Workers.of(1)) {
            for (Kernels kernels : List.of(Kernels.scalar(workers), Kernels.vector(workers).with(Kernels.Mode.FAST))) {
                Span[] a = operands(s, DType.F32);
                List<double[]> before = Arrays.stream(a).map(ConvNormTest::numbers).toList();
                Span wrong = Span.allocate(DType.F32, s.k() + 1);
                ConvNormKernel kernel = kernels.convNorm();
                assertThrows(ShapeException.class, () -> kernel.forward(s, a[0], a[1], a[2], wrong, a[5]));
                assertThrows(ShapeException.class,
                        () -> kernel.normalise(s, a[0], a[1], a[4], a[5], 1e-5, wrong, a[7], null, true, a[2]));
                assertThrows(ShapeException.class, () -> kernel.backward(s, a[0], a[1], a[2], a[3], a[4], a[5], 1e-5, a[6], a[7], true,
                        a[8], wrong, a[10], a[11]));
                for (int i = 0; i < SPANS; i++) {
                    assertArrayEquals(before.get(i), numbers(a[i]), kernels.describe() + ": operand " + i);
                }
            }
        }
    }

    private static void run(Kernels kernels, ConvShape s, boolean relu, Span[] a) {
        usePool(kernels.spans());
        kernels.convNorm().forward(s, a[0], a[1], a[2], a[4], a[5]);
        backward(kernels, s, relu, a);
    }

    /** Leaves arrays full of ones in a pool, for who takes them to be zeros. */
    private static void usePool(SpanPool pool) {
        List<Span> used = new ArrayList<>();
        for (int size = 1 << 10; size <= 1 << 20; size += size / 8) {
            used.add(pool.take(DType.F32, size));
            Rows.fill(used.getLast(), 0, size, 1);
        }
        used.forEach(pool::give);
    }

    private static void backward(Kernels kernels, ConvShape s, boolean relu, Span[] a) {
        kernels.convNorm().backward(s, a[0], a[1], a[2], a[3], a[4], a[5], 1e-5, a[6], a[7], relu, a[8], a[9], a[10], a[11]);
    }

    /** All between NaN, which must not be read. */
    private static Span[] operands(ConvShape s, DType dtype) {
        int in = ProductSamples.inputs(s);
        int out = ProductSamples.outputs(s);
        int w = ProductSamples.weights(s);
        int k = s.k();
        int[] lengths = {in, w, out, out, k, k, k, k, in, w, k, k};
        SplittableRandom random = new SplittableRandom(1);
        return Arrays.stream(lengths).mapToObj(n -> {
            Span span = new Guarded(dtype, 5, n, 16).span;
            double[] x = Case.numbers(random, n);
            for (int i = 0; i < n; i++) {
                span.set(i, x[i]);
            }
            return span;
        }).toArray(Span[]::new);
    }

    private static void copy(Span from, Span to) {
        for (int i = 0; i < from.length(); i++) {
            to.set(i, from.get(i));
        }
    }

    private static double[] numbers(Span span) {
        double[] x = new double[span.length()];
        Arrays.setAll(x, span::get);
        return x;
    }

    private static void assertClose(Span exact, Span result, String what) {
        double largest = Arrays.stream(numbers(exact)).map(Math::abs).max().orElse(0);
        double error = 0;
        for (int i = 0; i < exact.length(); i++) {
            double e = Math.abs(exact.get(i) - result.get(i));
            // NaN must fail
            error = e <= error ? error : e;
        }
        assertTrue(error <= BOUND * largest, what + ": error " + error + " of " + largest);
    }
}
