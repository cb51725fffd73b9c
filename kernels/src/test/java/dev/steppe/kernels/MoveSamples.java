package dev.steppe.kernels;

import static dev.steppe.kernels.PointSamples.each;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Cases of {@link MoveKernel}. */
final class MoveSamples {
    private MoveSamples() {
    }

    static List<Sample> all() {
        return List.of(new Sample(MoveKernel.class, "fill", r -> fill(r, Case.size(r, 200)), r -> fill(r, 99_999)),
                new Sample(MoveKernel.class, "copy", r -> copy(r, Case.size(r, 200)), r -> copy(r, 99_999)),
                new Sample(MoveKernel.class, "strided", r -> strided(r, smallDims(r)),
                        r -> strided(r, new int[] {20, 37, 5 + r.nextInt(9), 41})),
                new Sample(MoveKernel.class, "gather", r -> gather(r, Case.size(r, 5), 9, Case.size(r, 40)), r -> gather(r, 9, 999, 40)),
                new Sample(MoveKernel.class, "scatterAdd", r -> scatterAdd(r, Case.size(r, 5), 9, Case.size(r, 40)),
                        r -> scatterAdd(r, 60, 50, 99)));
    }

    private static Case fill(SplittableRandom random, int n) {
        double value = random.nextInt(100) * 0.25;
        return new Case("fill " + n).anyLength(true).out(n).call((k, a) -> k.move().fill(a[0], value))
                .expect(a -> new double[][] {each(n, i -> value)})
                .exactly();
    }

    private static Case copy(SplittableRandom random, int n) {
        return new Case("copy " + n).in(Case.numbers(random, n)).out(n).call((k, a) -> k.move().copy(a[0], a[1]))
                .expect(a -> new double[][] {a[0]})
                .exactly();
    }

    private static int[] smallDims(SplittableRandom random) {
        int[] dims = new int[random.nextInt(6)];
        Arrays.setAll(dims, d -> random.nextInt(5));
        if (dims.length > 0 && random.nextBoolean()) {
            dims[random.nextInt(dims.length)] = Case.size(random, 70);
        }
        if (dims.length > 1 && random.nextInt(4) == 0) {
            return new int[] {Case.size(random, 70), Case.size(random, 70)};
        }
        return dims;
    }

    /** Both sides in an order of axes of their own, with gaps, steps backwards, and on the side of x repeated axes. */
    private static Case strided(SplittableRandom random, int[] dims) {
        int[] xs = strides(random, dims, true);
        int[] ys = strides(random, dims, false);
        int xStart = start(random, dims, xs);
        int yStart = start(random, dims, ys);
        int xLength = xStart + reach(dims, xs) + random.nextInt(3);
        int yLength = yStart + reach(dims, ys) + random.nextInt(3);
        int total = Arrays.stream(dims).reduce(1, (a, b) -> a * b);
        return new Case(
                "strided " + Arrays.toString(dims) + " from " + xStart + Arrays.toString(xs) + " to " + yStart + Arrays.toString(ys))
                .anyLength(true)
                .in(Case.numbers(random, xLength)).inout(Case.numbers(random, yLength))
                .call((k, a) -> k.move().strided(dims, a[0], xStart, xs, a[1], yStart, ys)).expect(a -> {
                    double[] y = a[1].clone();
                    for (int i = 0; i < total; i++) {
                        y[yStart + ElementwiseSamples.position(i, dims, ys)] = a[0][xStart + ElementwiseSamples.position(i, dims, xs)];
                    }
                    return new double[][] {y};
                }).exactly();
    }

    private static int[] strides(SplittableRandom random, int[] dims, boolean mayRepeat) {
        Integer[] order = new Integer[dims.length];
        Arrays.setAll(order, d -> d);
        if (random.nextBoolean()) {
            java.util.Collections.shuffle(Arrays.asList(order), new java.util.Random(random.nextLong()));
        }
        int[] strides = new int[dims.length];
        int step = random.nextInt(5) == 0 ? 2 : 1;
        for (int i = dims.length - 1; i >= 0; i--) {
            int d = order[i];
            if (mayRepeat && random.nextInt(6) == 0) {
                continue;
            }
            strides[d] = random.nextInt(8) == 0 ? -step : step;
            step *= Math.max(1, dims[d]) + (random.nextInt(5) == 0 ? 1 : 0);
        }
        return strides;
    }

    /** Where index 0 must lie so that steps backwards stay inside. */
    private static int start(SplittableRandom random, int[] dims, int[] strides) {
        int start = random.nextInt(3);
        for (int d = 0; d < dims.length; d++) {
            start += Math.max(0, -strides[d] * (dims[d] - 1));
        }
        return start;
    }

    private static int reach(int[] dims, int[] strides) {
        int reach = 1;
        for (int d = 0; d < dims.length; d++) {
            reach += Math.max(0, strides[d] * (dims[d] - 1));
        }
        return reach;
    }

    private static int[] indices(SplittableRandom random, int rows) {
        int[] index = new int[Case.size(random, 33)];
        Arrays.setAll(index, i -> random.nextInt(rows));
        return index;
    }

    private static Case gather(SplittableRandom random, int outer, int rows, int inner) {
        int[] index = indices(random, rows);
        int m = index.length;
        return new Case("gather " + outer + " " + rows + " " + inner + " of " + m).anyLength(outer * inner == 0)
                .in(Case.numbers(random, outer * rows * inner))
                .index(index)
                .out(outer * m * inner).call((k, a) -> k.move().gather(outer, rows, inner, a[0], (Span.I32) a[1], a[2]))
                .expect(a -> new double[][] {
                    each(outer * m * inner, i -> a[0][(i / inner / m * rows + index[i / inner % m]) * inner + i % inner])})
                .exactly();
    }

    private static Case scatterAdd(SplittableRandom random, int outer, int rows, int inner) {
        int[] index = indices(random, rows);
        int m = index.length;
        // Whole numbers: the sums are exact.
        return new Case("scatterAdd " + outer + " " + rows + " " + inner + " of " + m).anyLength(outer * inner == 0)
                .in(each(outer * m * inner, i -> random.nextInt(9)))
                .index(index)
                .out(outer * rows * inner).call((k, a) -> k.move().scatterAdd(outer, rows, inner, a[0], (Span.I32) a[1], a[2]))
                .expect(a -> {
                    double[] x = new double[outer * rows * inner];
                    for (int i = 0; i < a[0].length; i++) {
                        x[(i / inner / m * rows + index[i / inner % m]) * inner + i % inner] += a[0][i];
                    }
                    return new double[][] {x};
                }).exactly();
    }
}
