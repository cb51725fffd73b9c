package dev.steppe.kernels;

import java.util.ArrayList;
import java.util.List;

/**
 * A small call, or a few, of the kernels that a training needs, with several tiles, edges and remainders. What a call sets up should not become hot: compiling
 * that would hold up the compiler. A method is compiled after some 600 calls with 15,000 rounds of its loops in all, or 5,000 calls: work is of a size that reaches
 * that with few slow rounds.
 *
 * @param most calls in a turn
 */
record WarmUpCall(int most, Runnable work) {
    private static final int HEAVY = 12;
    private static final int LIGHT = 200;
    /** Loops of few rounds: a training has too few of them to get them compiled in its first hundreds of steps. */
    private static final int LIGHTEST = 1000;
    private static final int NUMBERS = 1 << 15;
    private static final int CLASSES = 10;

    /** By Winograd's algorithm, in panels of one vector and of two; a first layer; the two that halve an image. */
    static final List<ConvShape> CONVOLUTIONS = List.of(new ConvShape(4, 16, 16, 16, 16, 3, 3, 1, 1, 1, 1),
            new ConvShape(4, 12, 12, 32, 32, 3, 3, 1, 1, 1, 1), new ConvShape(4, 16, 16, 3, 16, 3, 3, 1, 1, 1, 1),
            new ConvShape(4, 12, 12, 16, 32, 3, 3, 2, 1, 1, 1), new ConvShape(8, 12, 12, 16, 32, 1, 1, 2, 0, 1, 1));

    /** All of them, those that take longest to compile first. */
    static List<WarmUpCall> all(Kernels kernels) {
        List<WarmUpCall> calls = new ArrayList<>();
        for (ConvShape shape : CONVOLUTIONS) {
            convolution(calls, kernels, shape);
        }
        norm(calls, kernels.norm(), 16);
        norm(calls, kernels.norm(), 64);
        points(calls, kernels.points());
        pool(calls, kernels.pool());
        products(calls, kernels.gemm());
        loss(calls, kernels);
        return calls;
    }

    private static Span.F32 numbers(int length) {
        Span.F32 numbers = new Span.F32(new float[length], 0, length);
        for (int i = 0; i < length; i++) {
            numbers.set(i, (i % 7 - 3) * 0.1);
        }
        return numbers;
    }

    private static Span.F32 ones(int length) {
        Span.F32 ones = numbers(length);
        for (int i = 0; i < length; i++) {
            ones.set(i, 1);
        }
        return ones;
    }

    private static void convolution(List<WarmUpCall> calls, Kernels kernels, ConvShape s) {
        Span x = numbers(s.n() * s.h() * s.w() * s.c());
        Span filter = numbers(s.r() * s.s() * s.c() * s.k());
        Span y = numbers(s.n() * s.oh() * s.ow() * s.k());
        Span dx = numbers(x.length());
        Span dfilter = numbers(filter.length());
        Span out = numbers(y.length());
        ConvKernel conv = kernels.conv();
        calls.add(new WarmUpCall(HEAVY, () -> conv.forward(s, x, filter, out)));
        calls.add(new WarmUpCall(HEAVY, () -> conv.backwardFilter(s, x, y, dfilter)));
        if (s.c() >= kernels.lanes()) {
            calls.add(new WarmUpCall(HEAVY, () -> conv.backwardInput(s, y, filter, dx)));
        }
    }

    private static void norm(List<WarmUpCall> calls, NormKernel norm, int channels) {
        int rows = NUMBERS / channels;
        double epsilon = 1e-5;
        Span x = numbers(NUMBERS);
        Span dy = numbers(NUMBERS);
        Span y = numbers(NUMBERS);
        Span mean = numbers(channels);
        Span one = ones(channels);
        Span first = numbers(channels);
        Span second = numbers(channels);
        calls.add(new WarmUpCall(LIGHT, () -> norm.batchStatistics(rows, channels, x, first, second)));
        calls.add(new WarmUpCall(LIGHT, () -> {
            norm.batchNormalise(rows, channels, x, mean, one, epsilon, one, mean, null, true, y);
            norm.batchNormalise(rows, channels, x, mean, one, epsilon, one, mean, x, true, y);
        }));
        calls.add(new WarmUpCall(LIGHT, () -> {
            norm.batchNormBackward(rows, channels, x, dy, mean, one, epsilon, one, mean, true, false, y, first, second);
            norm.batchNormBackward(rows, channels, x, dy, mean, one, epsilon, one, mean, false, false, y, first, second);
        }));
    }

    private static void points(List<WarmUpCall> calls, PointKernel points) {
        int length = 5000;
        Span x = numbers(length);
        Span y = numbers(length);
        Span m = numbers(length);
        calls.add(new WarmUpCall(LIGHT, () -> points.sumOfSquares(x)));
        calls.add(new WarmUpCall(LIGHT, () -> {
            points.axpy(1e-3, x, y);
            points.combine(0.5, x, 0.5, m, y);
            points.scale(0.5, x, y);
        }));
        calls.add(new WarmUpCall(LIGHT, () -> points.sgd(y, x, m, 1e-3, 0.9, 1e-4, false, false)));
        Span v = ones(length);
        calls.add(new WarmUpCall(LIGHT, () -> points.adamW(y, x, m, v, 1e-3, 0.9, 0.999, 1e-8, 1e-2, 1, 1)));
    }

    private static void pool(List<WarmUpCall> calls, PoolKernel pool) {
        PoolShape s = new PoolShape(4, 8, 8, 64, 8, 8, 8, 0);
        Span x = numbers(4 * 8 * 8 * 64);
        Span y = numbers(4 * 64);
        Span out = numbers(y.length());
        Span dx = numbers(x.length());
        calls.add(new WarmUpCall(LIGHT, () -> {
            pool.average(s, false, x, out);
            pool.averageBackward(s, false, y, dx);
        }));
    }

    private static void products(List<WarmUpCall> calls, GemmKernel gemm) {
        int rows = 30;
        int in = 16;
        Span x = numbers(rows * in);
        Span w = numbers(in * CLASSES);
        Span y = numbers(rows * CLASSES);
        Span out = numbers(y.length());
        Span dx = numbers(x.length());
        Span dw = numbers(w.length());
        GemmShape forward = GemmShape.of(false, false, rows, CLASSES, in);
        GemmShape input = GemmShape.of(false, true, rows, in, CLASSES);
        GemmShape weights = GemmShape.of(true, false, in, CLASSES, rows);
        calls.add(new WarmUpCall(LIGHT, () -> {
            gemm.gemm(forward, x, w, out, false);
            gemm.gemm(input, y, w, dx, false);
            gemm.gemm(weights, x, y, dw, false);
        }));
    }

    private static void loss(List<WarmUpCall> calls, Kernels kernels) {
        int rows = 40;
        int size = rows * CLASSES;
        Span logits = numbers(size);
        Span target = numbers(size);
        Span y = numbers(size);
        Span perRow = numbers(rows);
        Span perClass = numbers(CLASSES);
        int[] dims = {rows, CLASSES};
        int[] dense = {CLASSES, 1};
        int[] repeated = {0, 1};
        calls.add(new WarmUpCall(LIGHTEST, () -> {
            kernels.softmax().crossEntropy(rows, CLASSES, logits, target, perRow, y);
            kernels.reduce().sum(1, rows, CLASSES, y, perClass);
            kernels.elementwise().broadcast(Binary.ADD, dims, logits, dense, perClass, repeated, y);
            kernels.elementwise().binary(Binary.MULTIPLY, logits, target, y);
            kernels.elementwise().binary(Binary.SUBTRACT, y, target, y);
            kernels.move().fill(y, 0);
            kernels.move().copy(logits, y);
        }));
    }
}
