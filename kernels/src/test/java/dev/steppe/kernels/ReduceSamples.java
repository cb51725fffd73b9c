package dev.steppe.kernels;

import static dev.steppe.kernels.PointSamples.each;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Cases of {@link ReduceKernel}. */
final class ReduceSamples {
    /** The longest sum in float: 64 rows of a tile and at most 512 side by side. */
    private static final int TERMS = 64 + 512 + 4;

    private ReduceSamples() {
    }

    private interface Maker {
        Case make(SplittableRandom random, int outer, int count, int inner);
    }

    static List<Sample> all() {
        return List.of(sample("sum", 0, ReduceSamples::sum), sample("max", 1, ReduceSamples::max));
    }

    private static Sample sample(String method, int leastCount, Maker maker) {
        return new Sample(ReduceKernel.class, method,
                r -> maker.make(r, Case.size(r, 9), Math.max(leastCount, Case.size(r, 129)), r.nextInt(3) == 0 ? 1 : Case.size(r, 40)),
                r -> switch (r.nextInt(3)) {
                    case 0 -> maker.make(r, 3, 20_000 + r.nextInt(99), 1);
                    case 1 -> maker.make(r, 2000, 30, 3);
                    default -> maker.make(r, 2, 10_000 + r.nextInt(99), 1 + r.nextInt(20));
                });
    }

    private static Case sum(SplittableRandom random, int outer, int count, int inner) {
        return new Case("sum [" + outer + "," + count + "," + inner + "]").in(Case.numbers(random, outer * count * inner))
                .out(outer * inner)
                .call((k, a) -> k.reduce().sum(outer, count, inner, a[0], a[1]))
                .expect(a -> new double[][] {sums(outer, count, inner, a[0])})
                .within((u, a, e) -> {
                    double[] size = sums(outer, count, inner, each(a[0].length, i -> Math.abs(a[0][i])));
                    return new double[][] {
                        each(outer * inner, i -> (Case.gamma(u, Math.min(count, TERMS)) + Case.gamma(0x1p-53, count)) * size[i])};
                });
    }

    private static double[] sums(int outer, int count, int inner, double[] x) {
        return each(outer * inner, i -> IntStream.range(0, count).mapToDouble(j -> x[(i / inner * count + j) * inner + i % inner]).sum());
    }

    private static Case max(SplittableRandom random, int outer, int count, int inner) {
        double[] x = each(outer * count * inner, i -> random.nextInt(50));
        int[] argmax = IntStream.range(0, outer * inner).map(i -> {
            int best = 0;
            for (int j = 1; j < count; j++) {
                int at = i / inner * count * inner + i % inner;
                best = x[at + j * inner] > x[at + best * inner] ? j : best;
            }
            return best;
        }).toArray();
        return new Case("max [" + outer + "," + count + "," + inner + "]").in(x).out(outer * inner).out(Case.Kind.INT, outer * inner)
                .call((k, a) -> k.reduce().max(outer, count, inner, a[0], a[1], (Span.I32) a[2]))
                .expect(a -> new double[][] {each(outer * inner, i -> x[(i / inner * count + argmax[i]) * inner + i % inner]),
                    each(outer * inner, i -> argmax[i])})
                .exactly();
    }
}
