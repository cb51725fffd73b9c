package dev.steppe.kernels;

import static dev.steppe.kernels.Case.gamma;
import static dev.steppe.kernels.PointSamples.each;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntBinaryOperator;
import java.util.stream.IntStream;

/** Cases of {@link NormKernel}. Bounds follow from sums in float of at most {@value #TERMS} terms and a handful of roundings besides. */
final class NormSamples {
    /** 64 rows of a tile, at most 512 rows side by side, and some more. */
    static final int TERMS = 64 + 512 + 16;

    static final double EPSILON = 1e-5;

    private NormSamples() {
    }

    private interface Maker {
        Case make(SplittableRandom random, int rows, int c);
    }

    static List<Sample> all() {
        return List.of(sample("batchStatistics", NormSamples::batchStatistics), sample("batchNormalise", NormSamples::batchNormalise),
                sample("batchNormBackward", (random, rows, c) -> batchNormBackward(random, rows, c, random.nextBoolean())),
                sample("batchNormDoubleBackward", NormSamples::batchNormDoubleBackward),
                sample("layerNormalise", NormSamples::layerNormalise),
                sample("layerNormBackward", NormSamples::layerNormBackward));
    }

    private static Sample sample(String method, Maker maker) {
        return new Sample(NormKernel.class, method,
                r -> r.nextInt(8) == 0
                        ? maker.make(r, Case.positive(r, 9), 250 + r.nextInt(50))
                        : maker.make(r, Case.positive(r, 80), Case.positive(r, 65)),
                r -> r.nextBoolean()
                        ? maker.make(r, 6000 + r.nextInt(99), 1 + r.nextInt(20))
                        : maker.make(r, 500 + r.nextInt(99), 256 + r.nextInt(99)));
    }

    /** {@code x: [rows, c]}: each column with a mean of up to some hundreds and a deviation of its own. */
    private static double[] matrix(SplittableRandom random, int rows, int c) {
        double[] mean = each(c, j -> (random.nextDouble() - 0.5) * Math.pow(10, random.nextInt(4)));
        double[] deviation = each(c, j -> random.nextDouble() + 0.1);
        return each(rows * c, i -> (float) (mean[i % c] + deviation[i % c] * (random.nextDouble() * 4 - 2)));
    }

    private static double sum(int n, java.util.function.IntToDoubleFunction term) {
        return IntStream.range(0, n).mapToDouble(term).sum();
    }

    private static Case batchStatistics(SplittableRandom random, int rows, int c) {
        return new Case("batchStatistics [" + rows + "," + c + "]").in(matrix(random, rows, c)).out(c).out(c)
                .call((k, a) -> k.norm().batchStatistics(rows, c, a[0], a[1], a[2])).expect(a -> {
                    double[] mean = each(c, j -> sum(rows, i -> a[0][i * c + j]) / rows);
                    return new double[][] {mean, each(c, j -> sum(rows, i -> Math.pow(a[0][i * c + j] - mean[j], 2)) / rows)};
                }).within((u, a, e) -> {
                    // The centre of a tile is off its mean by at most sqrt(8) deviations, see VectorNorm.
                    double[] mean = each(c, j -> 2 * u * Math.abs(e[0][j]) + gamma(u, TERMS) * 4 * Math.sqrt(e[1][j]));
                    double[] variance = each(c, j -> 10 * gamma(u, TERMS) * e[1][j] + 4 * u * Math.abs(e[0][j]) * Math.sqrt(e[1][j])
                            + 4 * u * u * e[0][j] * e[0][j]);
                    return new double[][] {mean, variance};
                });
    }

    private static double istd(double variance, double epsilon) {
        return 1 / Math.sqrt(variance + epsilon);
    }

    private static Case batchNormalise(SplittableRandom random, int rows, int c) {
        boolean relu = random.nextBoolean();
        boolean residual = random.nextBoolean();
        double epsilon = EPSILON;
        return new Case("batchNormalise [" + rows + "," + c + "]" + (residual ? " residual" : "") + (relu ? " relu" : ""))
                .in(matrix(random, rows, c)).in(Case.numbers(random, c)).in(Case.positives(random, c)).in(Case.numbers(random, c))
                .in(Case.numbers(random, c)).in(Case.numbers(random, rows * c)).out(rows * c).alias(6, 0).call((k, a) -> {
                    if (!residual) {
                        Check.span("unused", a[5], a[0].dtype(), (long) rows * c);
                    }
                    if (relu || residual) {
                        k.norm().batchNormalise(rows, c, a[0], a[1], a[2], epsilon, a[3], a[4], residual ? a[5] : null, relu, a[6]);
                    } else {
                        k.norm().batchNormalise(rows, c, a[0], a[1], a[2], epsilon, a[3], a[4], a[6]);
                    }
                }).expect(a -> new double[][] {each(rows * c, i -> {
                    double y = normalised(a, epsilon, i, c) + (residual ? a[5][i] : 0);
                    return relu ? Math.max(0, y) : y;
                })}).within((u, a, e) -> new double[][] {
                    each(rows * c, i -> 6 * u * (magnitude(a, epsilon, i, c) + (residual ? Math.abs(a[5][i]) : 0)))});
    }

    /** Arguments: x, mean, variance, scale, shift. */
    private static double normalised(double[][] a, double epsilon, int i, int c) {
        return (a[0][i] - a[1][i % c]) * istd(a[2][i % c], epsilon) * a[3][i % c] + a[4][i % c];
    }

    private static double magnitude(double[][] a, double epsilon, int i, int c) {
        return Math.abs((a[0][i] - a[1][i % c]) * istd(a[2][i % c], epsilon) * a[3][i % c]) + Math.abs(a[4][i % c]);
    }

    static Case batchNormBackward(SplittableRandom random, int rows, int c, boolean given) {
        boolean relu = random.nextBoolean();
        double epsilon = EPSILON;
        double count = given ? Double.POSITIVE_INFINITY : rows;
        double[][] forward = awayFromKink(random, rows, c, relu, epsilon);
        double[] x = forward[0];
        double[] mean = forward[1];
        double[] variance = forward[2];
        double[] scale = forward[3];
        double[] shift = forward[4];
        double[] dy = Case.numbers(random, rows * c);
        double[] g = each(rows * c, i -> relu && normalised(forward, epsilon, i, c) <= 0 ? 0 : dy[i]);
        return new Case("batchNormBackward [" + rows + "," + c + "]" + (relu ? " relu" : "") + (given ? " given" : "")).in(x).in(dy)
                .in(mean).in(variance).in(scale)
                .in(shift)
                .out(rows * c).out(c).out(c).alias(6, 1).call((k, a) -> {
                    if (relu) {
                        k.norm().batchNormBackward(rows, c, a[0], a[1], a[2], a[3], epsilon, a[4], a[5], true, given, a[6], a[7], a[8]);
                    } else if (given) {
                        Check.span("unused", a[5], a[0].dtype(), c);
                        k.norm().batchNormBackward(rows, c, a[0], a[1], a[2], a[3], epsilon, a[4], null, false, true, a[6], a[7], a[8]);
                    } else {
                        Check.span("unused", a[5], a[0].dtype(), c);
                        k.norm().batchNormBackward(rows, c, a[0], a[1], a[2], a[3], epsilon, a[4], a[6], a[7], a[8]);
                    }
                }).expect(a -> {
                    double[] dshift = each(c, j -> sum(rows, i -> g[i * c + j]));
                    double[] dscale = each(c, j -> sum(rows, i -> g[i * c + j] * (x[i * c + j] - mean[j]) * istd(variance[j], epsilon)));
                    double[] dx = each(rows * c, i -> {
                        int j = i % c;
                        double xhat = (x[i] - mean[j]) * istd(variance[j], epsilon);
                        return scale[j] * istd(variance[j], epsilon) * (g[i] - dshift[j] / count - xhat * dscale[j] / count);
                    });
                    return new double[][] {dx, dscale, dshift};
                }).within((u, a, e) -> {
                    IntBinaryOperator at = (i, j) -> i * c + j;
                    double[] dshift = each(c, j -> gamma(u, TERMS) * sum(rows, i -> Math.abs(g[at.applyAsInt(i, j)])));
                    double[] dscale = each(c,
                            j -> gamma(u, TERMS)
                                    * sum(rows, i -> Math.abs(g[i * c + j] * (x[i * c + j] - mean[j])) * istd(variance[j], epsilon)));
                    double[] dx = each(rows * c, i -> {
                        int j = i % c;
                        double a0 = Math.abs(scale[j]) * istd(variance[j], epsilon);
                        double xhat = Math.abs(x[i] - mean[j]) * istd(variance[j], epsilon);
                        double size = Math.abs(g[i]) + Math.abs(e[2][j]) / count + xhat * Math.abs(e[1][j]) / count;
                        return a0 * (16 * u * size + dshift[j] / count + xhat * dscale[j] / count);
                    });
                    return new double[][] {dx, dscale, dshift};
                });
    }

    /** x, mean, variance, scale, shift such that what is normalised has a sign that is no matter of rounding. */
    private static double[][] awayFromKink(SplittableRandom random, int rows, int c, boolean relu, double epsilon) {
        double[] x = Case.numbers(random, rows * c);
        double[] mean = Case.numbers(random, c);
        double[] variance = Case.positives(random, c);
        double[] scale = Case.numbers(random, c);
        double[] shift = Case.numbers(random, c);
        double[][] forward = {x, mean, variance, scale, shift};
        for (int i = 0; relu && i < rows * c; i++) {
            // So near to 0 the sign of what is normalised is a matter of rounding.
            if (Math.abs(normalised(forward, epsilon, i, c)) < 1e-4) {
                x[i] = (float) (x[i] + 0.01 / (Math.abs(scale[i % c]) + 0.01));
            }
            if (Math.abs(normalised(forward, epsilon, i, c)) < 1e-5) {
                shift[i % c] += 0.125;
                i = -1;
            }
        }
        return forward;
    }

    private static Case batchNormDoubleBackward(SplittableRandom random, int rows, int c) {
        boolean relu = random.nextBoolean();
        boolean given = random.nextBoolean();
        double epsilon = EPSILON;
        double[][] f = awayFromKink(random, rows, c, relu, epsilon);
        double[] dy = Case.numbers(random, rows * c);
        boolean[] off = new boolean[rows * c];
        for (int i = 0; i < off.length; i++) {
            off[i] = relu && normalised(f, epsilon, i, c) <= 0;
        }
        return new Case("batchNormDoubleBackward [" + rows + "," + c + "]" + (relu ? " relu" : "") + (given ? " given" : "")).in(f[0])
                .in(dy).in(f[1]).in(f[2])
                .in(f[3])
                .in(f[4]).in(Case.numbers(random, c)).in(Case.numbers(random, c)).in(Case.numbers(random, rows * c))
                .in(Case.numbers(random, c)).in(Case.numbers(random, c)).out(rows * c).out(rows * c).out(c)
                .call((k, a) -> {
                    if (!relu) {
                        Check.span("unused", a[5], a[0].dtype(), c);
                    }
                    k.norm().batchNormDoubleBackward(rows, c, a[0], a[1], a[2], a[3], epsilon, a[4], a[5], relu, given, a[6], a[7], a[8],
                            a[9],
                            a[10], a[11], a[12], a[13]);
                })
                .expect(a -> doubleBackward(a, off, rows, c, given, epsilon, false)).within((u, a, e) -> {
                    double[][] size = doubleBackward(a, off, rows, c, given, epsilon, true);
                    for (double[] bounds : size) {
                        Arrays.setAll(bounds, i -> 2 * gamma(u, TERMS) * bounds[i]);
                    }
                    return size;
                });
    }

    /** The definition in its three steps, h and xhat as they are written; with {@code sizes} all terms as absolute values that are added up. */
    private static double[][] doubleBackward(double[][] a, boolean[] off, int rows, int c, boolean given, double epsilon, boolean sizes) {
        double count = given ? Double.POSITIVE_INFINITY : rows;
        DoubleUnaryOperator v = sizes ? Math::abs : DoubleUnaryOperator.identity();
        double minus = sizes ? 1 : -1;
        double[] istd = each(c, j -> istd(a[3][j], epsilon));
        double[] xhat = each(rows * c, i -> v.applyAsDouble((a[0][i] - a[2][i % c]) * istd[i % c]));
        double[] g = each(rows * c, i -> off[i] ? 0 : v.applyAsDouble(a[1][i]));
        double[] scale = each(c, j -> v.applyAsDouble(a[4][j]));
        double[] dscale = each(c, j -> v.applyAsDouble(a[6][j]));
        double[] dshift = each(c, j -> v.applyAsDouble(a[7][j]));
        double[] up = each(rows * c, i -> v.applyAsDouble(a[8][i]));
        double[] sum = each(c, j -> sum(rows, i -> up[i * c + j]) / count);
        double[] moment = each(c, j -> sum(rows, i -> up[i * c + j] * xhat[i * c + j]) / count);
        double[] t = each(c,
                j -> sum(rows, i -> up[i * c + j] * g[i * c + j]) + minus * dshift[j] * sum[j] + minus * dscale[j] * moment[j]);
        double[] gdy = each(rows * c, i -> {
            int j = i % c;
            return off[i]
                    ? 0
                    : scale[j] * istd[j] * (up[i] + minus * sum[j] + minus * xhat[i] * moment[j]) + v.applyAsDouble(a[9][j]) * xhat[i]
                            + v.applyAsDouble(a[10][j]);
        });
        double[] h = each(rows * c, i -> {
            int j = i % c;
            return (v.applyAsDouble(a[9][j]) + minus * scale[j] * istd[j] * moment[j]) * g[i]
                    + minus * scale[j] * istd[j] * dscale[j] / count * up[i];
        });
        // As the kernel does it, dshift and dscale stand for the sums of g and g xhat.
        double[] toG = each(c, j -> v.applyAsDouble(a[9][j]) + minus * scale[j] * istd[j] * moment[j]);
        double[] toA = each(c, j -> minus * scale[j] * istd[j] * dscale[j] / count);
        double[] gx = each(rows * c, i -> {
            int j = i % c;
            double mean = toG[j] * dshift[j] / count + toA[j] * sum[j];
            double slope = toG[j] * dscale[j] / count + toA[j] * moment[j];
            return istd[j] * (h[i] + minus * mean + minus * xhat[i] * slope)
                    + minus * scale[j] * istd[j] * istd[j] * t[j] / count * xhat[i];
        });
        return new double[][] {gx, gdy, each(c, j -> istd[j] * t[j])};
    }

    private static Case layerNormalise(SplittableRandom random, int rows, int c) {
        double epsilon = EPSILON;
        return new Case("layerNormalise [" + rows + "," + c + "]").in(matrix(random, c, rows)).in(Case.numbers(random, c))
                .in(Case.numbers(random, c))
                .out(rows * c).out(rows).out(rows)
                .call((k, a) -> k.norm().layerNormalise(rows, c, a[0], epsilon, a[1], a[2], a[3], a[4], a[5]))
                .expect(a -> {
                    double[] mean = each(rows, i -> sum(c, j -> a[0][i * c + j]) / c);
                    double[] variance = each(rows, i -> sum(c, j -> Math.pow(a[0][i * c + j] - mean[i], 2)) / c);
                    return new double[][] {
                        each(rows * c, i -> (a[0][i] - mean[i / c]) * istd(variance[i / c], epsilon) * a[1][i % c] + a[2][i % c]), mean,
                        variance};
                }).within((u, a, e) -> {
                    double[] size = each(rows, i -> sum(c, j -> Math.abs(a[0][i * c + j])) / c);
                    double[] y = each(rows * c, i -> {
                        double factor = istd(e[2][i / c], epsilon) * Math.abs(a[1][i % c]);
                        double terms = Math.abs(a[0][i] - e[1][i / c]) * factor + Math.abs(a[2][i % c]);
                        return (8 * u + gamma(0x1p-53, 4 * c)) * terms + 2 * u * (Math.abs(e[1][i / c]) + size[i / c]) * factor;
                    });
                    double[] mean = each(rows,
                            i -> 2 * u * sum(c, j -> Math.abs(a[0][i * c + j])) / c + gamma(0x1p-53, c) * Math.abs(e[1][i]));
                    double[] variance = each(rows, i -> (4 * u + gamma(0x1p-53, 2 * c)) * e[2][i]
                            + (u == 0x1p-53 ? gamma(u, c) * Math.pow(e[1][i], 2) : 0));
                    return new double[][] {y, mean, variance};
                });
    }

    private static Case layerNormBackward(SplittableRandom random, int rows, int c) {
        double epsilon = EPSILON;
        return new Case("layerNormBackward [" + rows + "," + c + "]").in(Case.numbers(random, rows * c)).in(Case.numbers(random, rows * c))
                .in(Case.numbers(random, rows)).in(Case.positives(random, rows)).in(Case.numbers(random, c)).out(rows * c).out(c).out(c)
                .call((k, a) -> k.norm().layerNormBackward(rows, c, a[0], a[1], a[2], a[3], epsilon, a[4], a[5], a[6], a[7])).expect(a -> {
                    double[] xhat = each(rows * c, i -> (a[0][i] - a[2][i / c]) * istd(a[3][i / c], epsilon));
                    double[] d = each(rows * c, i -> a[1][i] * a[4][i % c]);
                    double[] sum = each(rows, i -> sum(c, j -> d[i * c + j]) / c);
                    double[] product = each(rows, i -> sum(c, j -> d[i * c + j] * xhat[i * c + j]) / c);
                    return new double[][] {
                        each(rows * c, i -> istd(a[3][i / c], epsilon) * (d[i] - sum[i / c] - xhat[i] * product[i / c])),
                        each(c, j -> sum(rows, i -> a[1][i * c + j] * xhat[i * c + j])), each(c, j -> sum(rows, i -> a[1][i * c + j]))};
                }).within((u, a, e) -> {
                    double[] xhat = each(rows * c, i -> Math.abs(a[0][i] - a[2][i / c]) * istd(a[3][i / c], epsilon));
                    double[] d = each(rows * c, i -> Math.abs(a[1][i] * a[4][i % c]));
                    double[] sum = each(rows, i -> sum(c, j -> d[i * c + j]) / c);
                    double[] product = each(rows, i -> sum(c, j -> d[i * c + j] * xhat[i * c + j]) / c);
                    double all = 16 * u + gamma(0x1p-53, 4 * c);
                    return new double[][] {
                        each(rows * c, i -> all * istd(a[3][i / c], epsilon) * (d[i] + sum[i / c] + xhat[i] * product[i / c])),
                        each(c, j -> gamma(u, TERMS) * sum(rows, i -> Math.abs(a[1][i * c + j]) * xhat[i * c + j])),
                        each(c, j -> gamma(u, TERMS) * sum(rows, i -> Math.abs(a[1][i * c + j])))};
                });
    }
}
