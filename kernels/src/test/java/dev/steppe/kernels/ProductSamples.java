package dev.steppe.kernels;

import static dev.steppe.kernels.Case.gamma;
import static dev.steppe.kernels.Case.numbers;
import static dev.steppe.kernels.PointSamples.each;

import java.util.List;
import java.util.SplittableRandom;

/** Cases of {@link GemmKernel} and {@link ConvKernel}, by their definitions. All of them are linear in each operand: the bound is the product of absolute values. */
final class ProductSamples {
    private ProductSamples() {
    }

    private interface ConvMaker {
        Case make(SplittableRandom random, ConvShape shape);
    }

    static List<Sample> all() {
        return List.of(
                new Sample(GemmKernel.class, "gemm", r -> gemm(r, Case.size(r, 65), Case.size(r, 65), Case.size(r, 65), r.nextInt(3)),
                        r -> gemm(r, 100 + r.nextInt(99), 100 + r.nextInt(99), 300, 1 + r.nextInt(2))),
                conv("forward", ProductSamples::forward),
                conv("backwardInput", ProductSamples::backwardInput), conv("backwardFilter", ProductSamples::backwardFilter));
    }

    private static Sample conv(String method, ConvMaker maker) {
        return new Sample(ConvKernel.class, method, r -> maker.make(r, shape(r)),
                r -> maker.make(r, new ConvShape(3, 13 + r.nextInt(3), 12, 32, 16
                        * (1 + r.nextInt(2)), 3, 3, 1 + r.nextInt(2), 1, 1, r.nextInt(4) == 0 ? 16 : 1)));
    }

    private static Case gemm(SplittableRandom random, int m, int n, int k, int batch) {
        boolean ta = random.nextBoolean();
        boolean tb = random.nextBoolean();
        boolean accumulate = random.nextInt(3) == 0;
        int strideA = random.nextInt(3) == 0 ? 0 : m * k;
        int strideB = random.nextInt(3) == 0 ? 0 : k * n + random.nextInt(2);
        GemmShape shape = new GemmShape(ta, tb, m, n, k, batch, strideA, strideB);
        int products = Math.max(0, batch - 1);
        Case c = new Case(shape + (accumulate ? " accumulate" : "")).in(numbers(random, batch == 0 ? 0 : products * strideA + m * k))
                .in(numbers(random, batch == 0 ? 0 : products * strideB + k * n));
        return (accumulate ? c.inout(numbers(random, batch * m * n)) : c.out(batch * m * n))
                .call((kernels, a) -> kernels.gemm().gemm(shape, a[0], a[1], a[2], accumulate))
                .expect(a -> new double[][] {product(shape, a[0], a[1], accumulate ? a[2] : null)}).within((u, a, e) -> {
                    double[] size = product(shape, abs(a[0]), abs(a[1]), accumulate ? abs(a[2]) : null);
                    return new double[][] {each(size.length, i -> gamma(u, k + 1) * size[i])};
                });
    }

    static double[] abs(double[] x) {
        return each(x.length, i -> Math.abs(x[i]));
    }

    private static double[] product(GemmShape s, double[] a, double[] b, double[] c) {
        return each(s.batch() * s.m() * s.n(), at -> {
            int p = at / s.n() / s.m();
            int i = at / s.n() % s.m();
            int j = at % s.n();
            double sum = c == null ? 0 : c[at];
            for (int k = 0; k < s.k(); k++) {
                double x = a[p * s.strideA() + (s.transposeA() ? k * s.m() + i : i * s.k() + k)];
                double y = b[p * s.strideB() + (s.transposeB() ? j * s.k() + k : k * s.n() + j)];
                sum += x * y;
            }
            return sum;
        });
    }

    static ConvShape shape(SplittableRandom random) {
        while (true) {
            int groups = random.nextInt(3) == 0 ? 1 + random.nextInt(4) : 1;
            int c = groups * Case.positive(random, 18);
            int k = groups * Case.positive(random, 18);
            if (random.nextInt(6) == 0) {
                groups = c;
                k = c * (1 + random.nextInt(2));
            }
            int r = 1 + random.nextInt(3);
            int s = 1 + random.nextInt(3);
            int dilation = 1 + random.nextInt(2);
            int padding = random.nextInt(3);
            int h = 1 + random.nextInt(7);
            int w = 1 + random.nextInt(7);
            if (h + 2 * padding > dilation * (r - 1) && w + 2 * padding > dilation * (s - 1)) {
                return new ConvShape(random.nextInt(3), h, w, c, k, r, s, 1 + random.nextInt(3), padding, dilation, groups);
            }
        }
    }

    static int inputs(ConvShape s) {
        return s.n() * s.h() * s.w() * s.c();
    }

    static int outputs(ConvShape s) {
        return s.n() * s.oh() * s.ow() * s.k();
    }

    static int weights(ConvShape s) {
        return s.r() * s.s() * s.c() / s.groups() * s.k();
    }

    /** What happens for each term of the convolution: indices into x, filter and y. */
    private interface Term {
        void at(int x, int filter, int y);
    }

    /** The seven loops of the definition: image, row, column, output channel, filter row, filter column, input channel. */
    private static void terms(ConvShape s, Term term) {
        int in = s.c() / s.groups();
        int out = s.k() / s.groups();
        for (int n = 0; n < s.n(); n++) {
            for (int i = 0; i < s.oh(); i++) {
                for (int j = 0; j < s.ow(); j++) {
                    for (int k = 0; k < s.k(); k++) {
                        for (int r = 0; r < s.r(); r++) {
                            for (int q = 0; q < s.s(); q++) {
                                for (int c = 0; c < in; c++) {
                                    int h = i * s.stride() - s.padding() + r * s.dilation();
                                    int w = j * s.stride() - s.padding() + q * s.dilation();
                                    if (h >= 0 && h < s.h() && w >= 0 && w < s.w()) {
                                        term.at(((n * s.h() + h) * s.w() + w) * s.c() + k / out * in + c,
                                                ((r * s.s() + q) * in + c) * s.k() + k,
                                                ((n * s.oh() + i) * s.ow() + j) * s.k() + k);
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    static double[] forward(ConvShape s, double[] x, double[] filter) {
        double[] y = new double[outputs(s)];
        terms(s, (xi, fi, yi) -> y[yi] += x[xi] * filter[fi]);
        return y;
    }

    static double[] backwardInput(ConvShape s, double[] dy, double[] filter) {
        double[] dx = new double[inputs(s)];
        terms(s, (xi, fi, yi) -> dx[xi] += dy[yi] * filter[fi]);
        return dx;
    }

    static double[] backwardFilter(ConvShape s, double[] x, double[] dy) {
        double[] df = new double[weights(s)];
        terms(s, (xi, fi, yi) -> df[fi] += x[xi] * dy[yi]);
        return df;
    }

    private static Case forward(SplittableRandom random, ConvShape s) {
        int terms = s.r() * s.s() * s.c() / s.groups();
        return new Case("forward " + s).in(numbers(random, inputs(s))).in(numbers(random, weights(s))).out(outputs(s))
                .call((k, a) -> k.conv().forward(s, a[0], a[1], a[2])).expect(a -> new double[][] {forward(s, a[0], a[1])})
                .within((u, a, e) -> {
                    double[] size = forward(s, abs(a[0]), abs(a[1]));
                    return new double[][] {each(size.length, i -> gamma(u, terms + 1) * size[i])};
                });
    }

    private static Case backwardInput(SplittableRandom random, ConvShape s) {
        int terms = s.r() * s.s() * s.k() / s.groups();
        return new Case("backwardInput " + s).in(numbers(random, outputs(s))).in(numbers(random, weights(s))).out(inputs(s))
                .call((k, a) -> k.conv().backwardInput(s, a[0], a[1], a[2])).expect(a -> new double[][] {backwardInput(s, a[0], a[1])})
                .within((u, a, e) -> {
                    double[] size = backwardInput(s, abs(a[0]), abs(a[1]));
                    return new double[][] {each(size.length, i -> gamma(u, terms + 1) * size[i])};
                });
    }

    private static Case backwardFilter(SplittableRandom random, ConvShape s) {
        int terms = s.n() * s.oh() * s.ow();
        return new Case("backwardFilter " + s).in(numbers(random, inputs(s))).in(numbers(random, outputs(s))).out(weights(s))
                .call((k, a) -> k.conv().backwardFilter(s, a[0], a[1], a[2])).expect(a -> new double[][] {backwardFilter(s, a[0], a[1])})
                .within((u, a, e) -> {
                    double[] size = backwardFilter(s, abs(a[0]), abs(a[1]));
                    return new double[][] {each(size.length, i -> gamma(u, terms + 1) * size[i])};
                });
    }
}
