package dev.steppe.kernels;

import static dev.steppe.kernels.PointSamples.each;

import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/** Cases of {@link SoftmaxKernel}. The exponent {@code x - max} is rounded once, which is an absolute error of {@code u} times the range of the row. */
final class SoftmaxSamples {
    private SoftmaxSamples() {
    }

    private interface Maker {
        Case make(SplittableRandom random, int rows, int c);
    }

    static List<Sample> all() {
        return List.of(sample("softmax", SoftmaxSamples::softmax), sample("logSoftmax", SoftmaxSamples::logSoftmax),
                sample("softmaxBackward", SoftmaxSamples::softmaxBackward),
                sample("logSoftmaxBackward", SoftmaxSamples::logSoftmaxBackward),
                sample("crossEntropy", SoftmaxSamples::crossEntropy));
    }

    private static Sample sample(String method, Maker maker) {
        return new Sample(SoftmaxKernel.class, method, r -> maker.make(r, Case.size(r, 65), Case.positive(r, 129)),
                r -> maker.make(r, 3000 + r.nextInt(99), 10 + r.nextInt(20)));
    }

    private static double[] logits(SplittableRandom random, int n) {
        double factor = Math.pow(10, random.nextInt(3) - 1);
        double[] x = Case.numbers(random, n);
        return each(n, i -> (float) (factor * x[i]));
    }

    private static IntStream row(int row, int c) {
        return IntStream.range(row * c, row * c + c);
    }

    private static double[] largest(double[] x, int rows, int c) {
        return each(rows, row -> row(row, c).mapToDouble(i -> x[i]).max().orElseThrow());
    }

    /** Largest minus smallest of each row. */
    private static double[] ranges(double[] x, int rows, int c) {
        double[] largest = largest(x, rows, c);
        return each(rows, row -> largest[row] - row(row, c).mapToDouble(i -> x[i]).min().orElseThrow());
    }

    private static double[] sums(int rows, int c, IntToDoubleFunction term) {
        return each(rows, row -> row(row, c).mapToDouble(term).sum());
    }

    private static double[] logSoftmaxOf(double[] x, int rows, int c) {
        double[] largest = largest(x, rows, c);
        double[] sums = sums(rows, c, i -> Math.exp(x[i] - largest[i / c]));
        return each(rows * c, i -> x[i] - largest[i / c] - Math.log(sums[i / c]));
    }

    private static double[] exp(double[] x) {
        return each(x.length, i -> Math.exp(x[i]));
    }

    private static double ofSum(double u, int c) {
        return Case.gamma(0x1p-53, c) + 8 * u;
    }

    private static Case softmax(SplittableRandom random, int rows, int c) {
        return new Case("softmax [" + rows + "," + c + "]").in(logits(random, rows * c)).out(rows * c).alias(1, 0)
                .call((k, a) -> k.softmax().softmax(rows, c, a[0], a[1])).expect(a -> new double[][] {exp(logSoftmaxOf(a[0], rows, c))})
                .within((u, a, e) -> new double[][] {boundOfProbabilities(u, a[0], rows, c, e[0])});
    }

    private static double[] boundOfProbabilities(double u, double[] x, int rows, int c, double[] y) {
        double[] ranges = ranges(x, rows, c);
        return each(rows * c, i -> (4 * u * ranges[i / c] + ofSum(u, c)) * y[i] + 1e-38);
    }

    private static Case logSoftmax(SplittableRandom random, int rows, int c) {
        return new Case("logSoftmax [" + rows + "," + c + "]").in(logits(random, rows * c)).out(rows * c).alias(1, 0)
                .call((k, a) -> k.softmax().logSoftmax(rows, c, a[0], a[1])).expect(a -> new double[][] {logSoftmaxOf(a[0], rows, c)})
                .within((u, a, e) -> {
                    double[] ranges = ranges(a[0], rows, c);
                    double[] largest = largest(a[0], rows, c);
                    return new double[][] {each(rows * c,
                            i -> u * (4 * ranges[i / c] + 2 * Math.abs(largest[i / c])) + ofSum(u, c) * (1 + Math.abs(e[0][i])))};
                });
    }

    private static Case softmaxBackward(SplittableRandom random, int rows, int c) {
        double[] y = each(rows * c, i -> (float) (random.nextDouble() / c));
        double[] dy = Case.numbers(random, rows * c);
        double[] sums = sums(rows, c, i -> y[i] * dy[i]);
        double[] sizes = sums(rows, c, i -> Math.abs(y[i] * dy[i]));
        return new Case("softmaxBackward [" + rows + "," + c + "]").in(y).in(dy).out(rows * c).alias(2, 1)
                .call((k, a) -> k.softmax().softmaxBackward(rows, c, a[0], a[1], a[2]))
                .expect(a -> new double[][] {each(rows * c, i -> y[i] * (dy[i] - sums[i / c]))})
                .within((u, a, e) -> new double[][] {each(rows * c, i -> ofSum(u, c) * y[i] * (Math.abs(dy[i]) + sizes[i / c]))});
    }

    private static Case logSoftmaxBackward(SplittableRandom random, int rows, int c) {
        double[] y = each(rows * c, i -> (float) (-4 * random.nextDouble()));
        double[] dy = Case.numbers(random, rows * c);
        double[] sums = sums(rows, c, i -> dy[i]);
        double[] sizes = sums(rows, c, i -> Math.abs(dy[i]));
        return new Case("logSoftmaxBackward [" + rows + "," + c + "]").in(y).in(dy).out(rows * c).alias(2, 1)
                .call((k, a) -> k.softmax().logSoftmaxBackward(rows, c, a[0], a[1], a[2]))
                .expect(a -> new double[][] {each(rows * c, i -> dy[i] - Math.exp(y[i]) * sums[i / c])})
                .within((u, a, e) -> new double[][] {each(rows * c, i -> ofSum(u, c) * (Math.abs(dy[i]) + Math.exp(y[i]) * sizes[i / c]))});
    }

    private static Case crossEntropy(SplittableRandom random, int rows, int c) {
        double[] x = logits(random, rows * c);
        double[] target = each(rows * c, i -> random.nextInt(3) == 0 ? (float) random.nextDouble() : 0);
        return new Case("crossEntropy [" + rows + "," + c + "]").in(x).in(target).out(rows).out(rows * c)
                .call((k, a) -> k.softmax().crossEntropy(rows, c, a[0], a[1], a[2], a[3])).expect(a -> {
                    double[] log = logSoftmaxOf(x, rows, c);
                    return new double[][] {sums(rows, c, i -> -target[i] * log[i]), exp(log)};
                }).within((u, a, e) -> {
                    double[] ranges = ranges(x, rows, c);
                    double[] largest = largest(x, rows, c);
                    double[] weights = sums(rows, c, i -> target[i]);
                    double[] loss = each(rows,
                            row -> (4 * u * (ranges[row] + Math.abs(largest[row])) + ofSum(u, c)) * (weights[row] + e[0][row]));
                    return new double[][] {loss, boundOfProbabilities(u, x, rows, c, e[1])};
                });
    }
}
