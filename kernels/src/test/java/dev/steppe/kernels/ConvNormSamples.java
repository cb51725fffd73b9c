package dev.steppe.kernels;

import static dev.steppe.kernels.Case.gamma;
import static dev.steppe.kernels.Case.numbers;
import static dev.steppe.kernels.ProductSamples.abs;
import static dev.steppe.kernels.PointSamples.each;
import static dev.steppe.kernels.ProductSamples.inputs;
import static dev.steppe.kernels.ProductSamples.outputs;
import static dev.steppe.kernels.ProductSamples.weights;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Cases of {@link ConvNormKernel}, put together from those of its two parts: the errors of one pass through the other. */
final class ConvNormSamples {
    private ConvNormSamples() {
    }

    private interface Maker {
        Case make(SplittableRandom random, ConvShape shape);
    }

    static List<Sample> all() {
        return List.of(sample("forward", ConvNormSamples::forward), sample("normalise", ConvNormSamples::normalise),
                sample("backward", ConvNormSamples::backward));
    }

    private static Sample sample(String method, Maker maker) {
        return new Sample(ConvNormKernel.class, method, r -> maker.make(r, ProductSamples.shape(r).images(1 + r.nextInt(3))),
                r -> maker.make(r, new ConvShape(17, 9 + r.nextInt(3), 8, 16, 16 * (1 + r.nextInt(2)), 3, 3, 1 + r.nextInt(2), 1, 1, 1)));
    }

    private static Case forward(SplittableRandom random, ConvShape s) {
        int k = s.k();
        int rows = outputs(s) / k;
        int terms = s.r() * s.s() * s.c() / s.groups();
        return new Case("convolution and statistics " + s).in(numbers(random, inputs(s))).in(numbers(random, weights(s))).out(outputs(s))
                .out(k).out(k).call((kernels, a) -> kernels.convNorm().forward(s, a[0], a[1], a[2], a[3], a[4])).expect(a -> {
                    double[] x = ProductSamples.forward(s, a[0], a[1]);
                    double[] mean = each(k, j -> mean(x, j, k));
                    return new double[][] {x, mean, each(k, j -> mean(each(x.length, i -> Math.pow(x[i] - mean[i % k], 2)), j, k))};
                }).within((u, a, e) -> {
                    double[] size = ProductSamples.forward(s, abs(a[0]), abs(a[1]));
                    double[] x = each(size.length, i -> gamma(u, terms + 1) * size[i]);
                    double[] off = each(k, j -> mean(x, j, k));
                    double[] squares = each(k, j -> mean(each(x.length, i -> x[i] * x[i]), j, k));
                    double sums = gamma(u, Math.min(rows, NormSamples.TERMS));
                    double[] mean = each(k, j -> off[j] + 2 * u * Math.abs(e[1][j]) + sums * 4 * Math.sqrt(e[2][j] + squares[j]));
                    double[] variance = each(k, j -> {
                        double spread = Math.sqrt(e[2][j]);
                        return 10 * sums * (e[2][j] + squares[j]) + 2 * spread * Math.sqrt(squares[j]) + squares[j]
                                + 4 * u * Math.abs(e[1][j]) * (spread + u * Math.abs(e[1][j]));
                    });
                    return new double[][] {x, mean, variance};
                });
    }

    private static Case normalise(SplittableRandom random, ConvShape s) {
        int k = s.k();
        int terms = s.r() * s.s() * s.c() / s.groups();
        boolean relu = random.nextBoolean();
        boolean residual = random.nextBoolean();
        return new Case("convolution and normalisation " + s + (residual ? " residual" : "") + (relu ? " relu" : ""))
                .in(numbers(random, inputs(s))).in(numbers(random, weights(s))).in(numbers(random, k)).in(Case.positives(random, k))
                .in(numbers(random, k)).in(numbers(random, k)).in(numbers(random, outputs(s))).out(outputs(s)).call((kernels, a) -> {
                    if (!residual) {
                        Check.span("unused", a[6], a[0].dtype(), outputs(s));
                    }
                    kernels.convNorm().normalise(s, a[0], a[1], a[2], a[3], NormSamples.EPSILON, a[4], a[5], residual ? a[6] : null, relu,
                            a[7]);
                }).expect(a -> {
                    double[] x = ProductSamples.forward(s, a[0], a[1]);
                    return new double[][] {each(x.length, i -> {
                        double y = (x[i] - a[2][i % k]) * factor(a, i % k) + a[5][i % k] + (residual ? a[6][i] : 0);
                        return relu ? Math.max(0, y) : y;
                    })};
                }).within((u, a, e) -> {
                    double[] size = ProductSamples.forward(s, abs(a[0]), abs(a[1]));
                    return new double[][] {each(size.length, i -> {
                        double off = gamma(u, terms + 1) * size[i];
                        double x = size[i] + off + Math.abs(a[2][i % k]);
                        double y = x * Math.abs(factor(a, i % k)) + Math.abs(a[5][i % k]) + (residual ? Math.abs(a[6][i]) : 0);
                        return off * Math.abs(factor(a, i % k)) + 6 * u * y;
                    })};
                });
    }

    /** Arguments: input, filter, mean, variance, scale. */
    private static double factor(double[][] a, int column) {
        return a[4][column] / Math.sqrt(a[3][column] + NormSamples.EPSILON);
    }

    /** Of a column. */
    private static double mean(double[] x, int column, int columns) {
        return IntStream.range(0, x.length / columns).mapToDouble(i -> x[i * columns + column]).average().orElse(0);
    }

    private static Case backward(SplittableRandom random, ConvShape s) {
        Case norm = NormSamples.batchNormBackward(random, outputs(s) / s.k(), s.k(), false);
        boolean relu = norm.description.endsWith(" relu");
        Case c = new Case("backward of convolution and normalisation " + s + (relu ? " relu" : "")).in(numbers(random, inputs(s)))
                .in(numbers(random, weights(s)));
        for (int i = 0; i < 6; i++) {
            c.in(norm.values()[i]);
        }
        return c.out(inputs(s)).out(weights(s)).out(s.k()).out(s.k()).call((kernels, a) -> {
            Check.span("unused", a[7], a[2].dtype(), s.k());
            kernels.convNorm().backward(s, a[0], a[1], a[2], a[3], a[4], a[5], NormSamples.EPSILON, a[6], relu ? a[7] : null, relu, a[8],
                    a[9], a[10], a[11]);
        }).expect(a -> {
            double[][] d = norm.expected();
            return new double[][] {ProductSamples.backwardInput(s, d[0], a[1]), ProductSamples.backwardFilter(s, a[0], d[0]), d[1], d[2]};
        }).within((u, a, e) -> {
            double[][] bound = norm.bounds(u);
            double[] dx = norm.expected()[0];
            int inputTerms = s.r() * s.s() * s.k() / s.groups() + 1;
            int filterTerms = s.n() * s.oh() * s.ow() + 1;
            // what is off in dx, and the roundings of the products with it
            double[] input = ProductSamples.backwardInput(s, each(dx.length, i -> bound[0][i] + gamma(u, inputTerms) * size(dx, bound, i)),
                    abs(a[1]));
            double[] filter = ProductSamples.backwardFilter(s, abs(a[0]),
                    each(dx.length, i -> bound[0][i] + gamma(u, filterTerms) * size(dx, bound, i)));
            return new double[][] {input, filter, bound[1], bound[2]};
        });
    }

    private static double size(double[] dx, double[][] bound, int i) {
        return Math.abs(dx[i]) + bound[0][i];
    }
}
