package dev.steppe.kernels;

import static dev.steppe.kernels.PointSamples.each;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Cases of {@link PoolKernel}. */
final class PoolSamples {
    private PoolSamples() {
    }

    private interface Maker {
        Case make(SplittableRandom random, PoolShape shape);
    }

    static List<Sample> all() {
        return List.of(sample("max", PoolSamples::max), sample("maxBackward", PoolSamples::maxBackward),
                sample("maxGather", PoolSamples::maxGather),
                sample("average", PoolSamples::average), sample("averageBackward", PoolSamples::averageBackward));
    }

    private static Sample sample(String method, Maker maker) {
        return new Sample(PoolKernel.class, method, r -> maker.make(r, shape(r, r.nextInt(4), Case.size(r, 40))),
                r -> maker.make(r, shape(r, 40 + r.nextInt(9), 100 + r.nextInt(9))));
    }

    private static PoolShape shape(SplittableRandom random, int n, int c) {
        while (true) {
            int r = 1 + random.nextInt(3);
            int s = 1 + random.nextInt(3);
            int h = random.nextInt(8);
            int w = random.nextInt(8);
            int padding = random.nextInt(Math.min(r, s) / 2 + 1);
            if (h + 2 * padding >= r && w + 2 * padding >= s && h > 0 && w > 0) {
                return new PoolShape(n, h, w, c, r, s, 1 + random.nextInt(3), padding);
            }
        }
    }

    private static int outputs(PoolShape s) {
        return s.n() * s.oh() * s.ow() * s.c();
    }

    private static int inputs(PoolShape s) {
        return s.n() * s.h() * s.w() * s.c();
    }

    /** Indices into x of the window of output o, in row-major order. */
    private static int[] window(PoolShape s, int o) {
        int c = o % s.c();
        int j = o / s.c() % s.ow();
        int i = o / s.c() / s.ow() % s.oh();
        int image = o / s.c() / s.ow() / s.oh();
        int[] indices = new int[s.r() * s.s()];
        int n = 0;
        for (int r = 0; r < s.r(); r++) {
            for (int q = 0; q < s.s(); q++) {
                int h = i * s.stride() - s.padding() + r;
                int w = j * s.stride() - s.padding() + q;
                if (h >= 0 && h < s.h() && w >= 0 && w < s.w()) {
                    indices[n++] = ((image * s.h() + h) * s.w() + w) * s.c() + c;
                }
            }
        }
        return Arrays.copyOf(indices, n);
    }

    private static int largest(PoolShape s, double[] x, int o) {
        int[] window = window(s, o);
        int best = window[0];
        for (int at : window) {
            best = x[at] > x[best] ? at : best;
        }
        return best;
    }

    private static int[] argmax(PoolShape s, double[] x) {
        int[] argmax = new int[outputs(s)];
        Arrays.setAll(argmax, o -> largest(s, x, o));
        return argmax;
    }

    /** With many ties. */
    private static double[] image(SplittableRandom random, PoolShape s) {
        return each(inputs(s), i -> random.nextInt(7) - 3);
    }

    private static Case max(SplittableRandom random, PoolShape s) {
        return new Case("max " + s).in(image(random, s)).out(outputs(s)).out(Case.Kind.INT, outputs(s))
                .call((k, a) -> k.pool().max(s, a[0], a[1], (Span.I32) a[2]))
                .expect(a -> new double[][] {each(outputs(s), o -> a[0][largest(s, a[0], o)]), each(outputs(s), o -> largest(s, a[0], o))})
                .exactly();
    }

    private static Case maxBackward(SplittableRandom random, PoolShape s) {
        int[] argmax = argmax(s, image(random, s));
        // Whole numbers: the sums are exact.
        return new Case("maxBackward " + s).in(each(outputs(s), o -> random.nextInt(9) - 4)).index(argmax).out(inputs(s))
                .call((k, a) -> k.pool().maxBackward(s, a[0], (Span.I32) a[1], a[2])).expect(a -> {
                    double[] dx = new double[inputs(s)];
                    for (int o = 0; o < outputs(s); o++) {
                        dx[argmax[o]] += a[0][o];
                    }
                    return new double[][] {dx};
                }).exactly();
    }

    private static Case maxGather(SplittableRandom random, PoolShape s) {
        int[] argmax = argmax(s, image(random, s));
        return new Case("maxGather " + s).in(Case.numbers(random, inputs(s))).index(argmax).out(outputs(s))
                .call((k, a) -> k.pool().maxGather(s, a[0], (Span.I32) a[1], a[2]))
                .expect(a -> new double[][] {each(outputs(s), o -> a[0][argmax[o]])})
                .exactly();
    }

    private static double divisor(PoolShape s, boolean countPadding, int o) {
        return countPadding ? s.r() * s.s() : window(s, o).length;
    }

    private static Case average(SplittableRandom random, PoolShape s) {
        boolean countPadding = random.nextBoolean();
        return new Case("average " + s + countPadding).in(Case.numbers(random, inputs(s))).out(outputs(s))
                .call((k, a) -> k.pool().average(s, countPadding, a[0], a[1]))
                .expect(a -> new double[][] {
                    each(outputs(s), o -> Arrays.stream(window(s, o)).mapToDouble(i -> a[0][i]).sum() / divisor(s, countPadding, o))})
                .within((u, a, e) -> new double[][] {each(outputs(s), o -> Case.gamma(u, s.r() * s.s() + 1)
                        * Arrays.stream(window(s, o)).mapToDouble(i -> Math.abs(a[0][i])).sum() / divisor(s, countPadding, o))});
    }

    private static Case averageBackward(SplittableRandom random, PoolShape s) {
        boolean countPadding = random.nextBoolean();
        return new Case("averageBackward " + s + countPadding).in(Case.numbers(random, outputs(s))).out(inputs(s))
                .call((k, a) -> k.pool().averageBackward(s, countPadding, a[0], a[1]))
                .expect(a -> new double[][] {spread(s, countPadding, a[0])})
                .within((u, a, e) -> {
                    double[] size = spread(s, countPadding, each(outputs(s), o -> Math.abs(a[0][o])));
                    return new double[][] {each(inputs(s), i -> Case.gamma(u, s.r() * s.s() + 2) * size[i])};
                });
    }

    private static double[] spread(PoolShape s, boolean countPadding, double[] dy) {
        double[] dx = new double[inputs(s)];
        for (int o = 0; o < outputs(s); o++) {
            for (int i : window(s, o)) {
                dx[i] += dy[o] / divisor(s, countPadding, o);
            }
        }
        return dx;
    }
}
