package dev.steppe.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Winograd's convolution in all three passes against the scalar kernels in F64, on every kind of shape it can get, worth it or not; and who gets it. */
@Tag("vector")
@Tag("lanes")
class WinogradConvTest {
    /** As {@link Kernels.Mode#FAST} says, relative to the largest number of the exact result. */
    private static final double BOUND = 8e-6;
    private static Workers workers;

    private enum Pass {
        FORWARD(2), INPUT(0), FILTER(1);

        /** Which of x, filter and dy it writes. */
        final int result;

        Pass(int result) {
            this.result = result;
        }
    }

    @BeforeAll
    static void start() {
        workers = Workers.of(2);
    }

    @AfterAll
    static void stop() {
        workers.close();
    }

    static List<ConvShape> shapes() {
        List<ConvShape> shapes = new ArrayList<>(List.of(
                // one pixel, none, below a tile, a tile, just above
                shape(1, 1, 1, 1, 1, 1), shape(0, 5, 5, 3, 4, 1), shape(2, 3, 3, 2, 5, 0), shape(3, 4, 4, 16, 16, 1),
                shape(2, 5, 6, 16, 32, 1),
                // padding: none, full, more than the filter
                shape(2, 9, 11, 17, 15, 0), shape(2, 7, 6, 20, 33, 2), shape(1, 3, 2, 5, 3, 4),
                // layers of ResNet-18 and -20: blocks, a shared U of few tiles, parts, rounds
                shape(5, 32, 32, 16, 16, 1), shape(17, 16, 16, 32, 32, 1), shape(33, 8, 8, 64, 64, 1), shape(2, 16, 16, 96, 96, 1),
                shape(9, 4, 4, 256, 200, 1), shape(40, 4, 4, 128, 96, 1),
                // rows of tiles that are cut into strips
                shape(1, 6, 386, 8, 8, 1), shape(1, 13, 250, 70, 70, 1)));
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < Runs.times(25); i++) {
            shapes.add(
                    shape(random.nextInt(1, 4), random.nextInt(1, 14), random.nextInt(1, 14), random.nextInt(1, 71), random.nextInt(1, 71),
                            random.nextInt(1, 3)));
        }
        return shapes;
    }

    private static ConvShape shape(int n, int h, int w, int c, int k, int padding) {
        return new ConvShape(n, h, w, c, k, 3, 3, 1, padding, 1, 1);
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void isWithinItsBound(ConvShape s) {
        Span[] operands = operands(s);
        for (Pass pass : Pass.values()) {
            Span[] exact = new Span[3];
            for (int i = 0; i < 3; i++) {
                exact[i] = Span.allocate(DType.F64, operands[i].length());
                for (int j = 0; j < exact[i].length(); j++) {
                    exact[i].set(j, operands[i].get(j));
                }
            }
            run(Kernels.scalar(workers).conv(), s, pass, exact);
            Guarded result = new Guarded(DType.F32, 5, operands[pass.result].length(), 16);
            Span[] spans = operands.clone();
            spans[pass.result] = result.span;
            winograd(workers, s, pass, spans);
            result.assertUntouched(pass + " of " + s);
            assertClose(exact[pass.result], result.span, pass + " of " + s);
        }
    }

    private static void assertClose(Span exact, Span result, String what) {
        double largest = 0;
        double error = 0;
        for (int i = 0; i < exact.length(); i++) {
            largest = Math.max(largest, Math.abs(exact.get(i)));
            double e = Math.abs(exact.get(i) - result.get(i));
            // NaN must fail
            error = e <= error ? error : e;
        }
        assertTrue(error <= BOUND * largest, what + ": error " + error + " of " + largest);
    }

    @Test
    void hasTheSameBitsOnAnyNumberOfThreads() {
        for (ConvShape s : List.of(shape(17, 16, 16, 32, 48, 1), shape(5, 16, 16, 128, 128, 1), shape(40, 4, 4, 256, 128, 1))) {
            Span[] operands = operands(s);
            for (Pass pass : Pass.values()) {
                float[] expected = null;
                for (int threads : new int[] {1, 2, 3, 8}) {
                    try (Workers team = Workers.of(threads)) {
                        Span[] spans = operands.clone();
                        float[] result = new float[operands[pass.result].length()];
                        spans[pass.result] = Span.of(result);
                        winograd(team, s, pass, spans);
                        if (expected != null) {
                            assertArrayEquals(expected, result, pass + " of " + s + " on " + threads + " threads");
                        }
                        expected = result;
                    }
                }
            }
        }
    }

    @Test
    void onlyFastKernelsUseItAndWhereItPays() {
        ConvShape layer = shape(3, 32, 32, 64, 64, 1);
        Span[] operands = operands(layer);
        for (Pass pass : Pass.values()) {
            float[][] results = new float[3][operands[pass.result].length()];
            Kernels exact = Kernels.vector(workers);
            Span[] spans = operands.clone();
            spans[pass.result] = Span.of(results[0]);
            run(exact.conv(), layer, pass, spans);
            spans[pass.result] = Span.of(results[1]);
            run(exact.with(Kernels.Mode.FAST).conv(), layer, pass, spans);
            spans[pass.result] = Span.of(results[2]);
            winograd(workers, layer, pass, spans);
            assertArrayEquals(results[2], results[1], pass + " in fast mode is not Winograd's");
            assertFalse(Arrays.equals(results[2], results[0]), pass + " in exact mode is Winograd's");
        }
        assertEquals(ConvPlan.WINOGRAD, ConvPlan.of(shape(128, 32, 32, 16, 16, 1), Kernels.Mode.FAST));
        assertEquals(ConvPlan.WINOGRAD, ConvPlan.of(shape(128, 4, 4, 512, 512, 1), Kernels.Mode.FAST));
        assertEquals(ConvPlan.DIRECT, ConvPlan.of(shape(128, 32, 32, 3, 64, 1), Kernels.Mode.FAST), "the stem");
        assertEquals(ConvPlan.DIRECT, ConvPlan.of(shape(128, 1, 1, 512, 512, 1), Kernels.Mode.FAST), "one pixel");
        assertEquals(ConvPlan.DIRECT, ConvPlan.of(shape(0, 32, 32, 64, 64, 1), Kernels.Mode.FAST), "no image");
        assertEquals(ConvPlan.DIRECT, ConvPlan.of(shape(1, 64, 64, 8192, 8192, 1), Kernels.Mode.FAST), "no array holds 36 * 8192 * 8192");
        assertEquals(ConvPlan.WINOGRAD, ConvPlan.of(shape(1, 64, 64, 4096, 8192, 1), Kernels.Mode.FAST), "the half does fit");
        for (ConvShape other : List.of(new ConvShape(8, 32, 32, 64, 64, 3, 3, 2, 1, 1, 1),
                new ConvShape(8, 32, 32, 64, 64, 3, 3, 1, 1, 2, 1),
                new ConvShape(8, 32, 32, 64, 64, 3, 3, 1, 1, 1, 2), new ConvShape(8, 32, 32, 64, 64, 5, 3, 1, 1, 1, 1),
                new ConvShape(8, 32, 32, 64, 64, 3, 1, 1, 1, 1, 1))) {
            assertEquals(ConvPlan.DIRECT, ConvPlan.of(other, Kernels.Mode.FAST), other::toString);
        }
        assertEquals(ConvPlan.DEPTHWISE, ConvPlan.of(new ConvShape(8, 32, 32, 64, 64, 3, 3, 1, 1, 1, 64), Kernels.Mode.FAST));
    }

    /** x, filter and dy between guards. */
    private static Span[] operands(ConvShape s) {
        SplittableRandom random = new SplittableRandom(s.hashCode());
        return IntStream.of(ProductSamples.inputs(s), ProductSamples.weights(s), ProductSamples.outputs(s))
                .mapToObj(length -> VectorGemmTest.random(DType.F32, length, random).span).toArray(Span[]::new);
    }

    private static void run(ConvKernel conv, ConvShape s, Pass pass, Span[] spans) {
        switch (pass) {
            case FORWARD -> conv.forward(s, spans[0], spans[1], spans[2]);
            case INPUT -> conv.backwardInput(s, spans[2], spans[1], spans[0]);
            case FILTER -> conv.backwardFilter(s, spans[0], spans[2], spans[1]);
        }
    }

    /** Winograd whatever the plan says, with scratch in which every number that was not written in this call is NaN. */
    private static void winograd(Workers workers, ConvShape s, Pass pass, Span[] spans) {
        SpanPool pool = new SpanPool();
        Span[] dirt = Arrays.stream(spans).map(span -> Span.allocate(DType.F32, span.length())).toArray(Span[]::new);
        for (Span span : dirt) {
            Arrays.fill(((Span.F32) span).array(), Float.NaN);
        }
        winograd(workers, pool, s, pass, dirt);
        winograd(workers, pool, s, pass, spans);
    }

    private static void winograd(Workers workers, SpanPool pool, ConvShape s, Pass pass, Span[] spans) {
        Span.F32 x = (Span.F32) spans[0];
        Span.F32 filter = (Span.F32) spans[1];
        Span.F32 y = (Span.F32) spans[2];
        if (pass == Pass.FILTER) {
            new WinogradConvFilter(workers, pool).run(s, x, y, filter);
            return;
        }
        if (pass == Pass.FORWARD) {
            new WinogradConv(workers, pool, ConvView::forward).run(s, x, filter, y);
        } else {
            new WinogradConv(workers, pool, ConvView::backwardInput).run(s, y, filter, x);
        }
    }
}
