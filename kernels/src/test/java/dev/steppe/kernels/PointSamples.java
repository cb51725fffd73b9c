package dev.steppe.kernels;

import static dev.steppe.kernels.Case.numbers;
import static dev.steppe.kernels.Case.positives;

import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/** Cases of {@link PointKernel}. */
final class PointSamples {
    private static final double DOUBLE_U = 0x1p-53;

    private PointSamples() {
    }

    private interface Maker {
        Case make(SplittableRandom random, int n);
    }

    static List<Sample> all() {
        return List.of(sample("dot", PointSamples::dot), sample("sumOfSquares", PointSamples::sumOfSquares),
                sample("sum", PointSamples::sum),
                sample("scaledSumOfSquares", PointSamples::scaledSumOfSquares), sample("allFinite", PointSamples::allFinite),
                sample("scale", PointSamples::scale), sample("axpy", PointSamples::axpy), sample("combine", PointSamples::combine),
                sample("lerp", PointSamples::lerp), sample("multiply", PointSamples::multiply), sample("sgd", PointSamples::sgd),
                sample("adamW", PointSamples::adamW), sample("adam", PointSamples::adam), sample("lamb", PointSamples::lamb),
                sample("rmsProp", PointSamples::rmsProp), sample("lion", PointSamples::lion));
    }

    private static Sample sample(String method, Maker maker) {
        return new Sample(PointKernel.class, method, r -> maker.make(r, Case.size(r, 300)), r -> maker.make(r, 100_000 + r.nextInt(100)));
    }

    static double[] each(int n, IntToDoubleFunction f) {
        return IntStream.range(0, n).mapToDouble(f).toArray();
    }

    /** A sum in double: n roundings of double, whatever the type of the terms. */
    private static Case total(Case c, int n, IntToDoubleFunction term) {
        return c.out(Case.Kind.DOUBLE, 1).expect(a -> new double[][] {{IntStream.range(0, n).mapToDouble(term).sum()}})
                .within((u, a, e) -> new double[][] {
                    {Case.gamma(DOUBLE_U, n + 4) * IntStream.range(0, n).mapToDouble(term).map(Math::abs).sum()}});
    }

    private static Case dot(SplittableRandom random, int n) {
        double[] x = numbers(random, n);
        double[] y = numbers(random, n);
        return total(new Case("dot " + n).in(x).in(y).call((k, a) -> a[2].set(0, k.points().dot(a[0], a[1]))), n, i -> x[i] * y[i]);
    }

    private static Case sumOfSquares(SplittableRandom random, int n) {
        double[] x = numbers(random, n);
        return total(new Case("sumOfSquares " + n).anyLength(true).in(x).call((k, a) -> a[1].set(0, k.points().sumOfSquares(a[0]))), n,
                i -> x[i] * x[i]);
    }

    private static Case sum(SplittableRandom random, int n) {
        double[] x = numbers(random, n);
        return total(new Case("sum " + n).anyLength(true).in(x).call((k, a) -> a[1].set(0, k.points().sum(a[0]))), n, i -> x[i]);
    }

    private static Case scaledSumOfSquares(SplittableRandom random, int n) {
        double[] d = numbers(random, n);
        double[] x = numbers(random, n);
        return total(new Case("scaledSumOfSquares " + n).in(d).in(x).call((k, a) -> a[2].set(0, k.points().scaledSumOfSquares(a[0], a[1]))),
                n,
                i -> d[i] * x[i] * d[i] * x[i]);
    }

    private static Case allFinite(SplittableRandom random, int n) {
        double[] x = numbers(random, n);
        for (int i = 0; i < n; i++) {
            x[i] = x[i] > 1.9 ? Float.MAX_VALUE : x[i];
        }
        boolean spoilt = n > 0 && random.nextBoolean();
        if (spoilt) {
            double[] bad = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY};
            x[random.nextInt(n)] = bad[random.nextInt(3)];
        }
        return new Case("allFinite " + n + (spoilt ? " not" : "")).anyLength(true).in(x).out(Case.Kind.DOUBLE, 1)
                .call((k, a) -> a[1].set(0, k.points().allFinite(a[0]) ? 1 : 0))
                .expect(a -> new double[][] {{spoilt ? 0 : 1}}).exactly();
    }

    private static Case scale(SplittableRandom random, int n) {
        double s = random.nextDouble();
        return new Case("scale " + n).in(numbers(random, n)).out(n).alias(1, 0).call((k, a) -> k.points().scale(s, a[0], a[1]))
                .expect(a -> new double[][] {each(n, i -> s * a[0][i])})
                .within((u, a, e) -> new double[][] {each(n, i -> 2.1 * u * Math.abs(e[0][i]))});
    }

    private static Case axpy(SplittableRandom random, int n) {
        double s = random.nextDouble();
        return new Case("axpy " + n).in(numbers(random, n)).inout(numbers(random, n)).call((k, a) -> k.points().axpy(s, a[0], a[1]))
                .expect(a -> new double[][] {each(n, i -> a[1][i] + s * a[0][i])})
                .within((u, a, e) -> new double[][] {each(n, i -> 3 * u * (Math.abs(a[1][i]) + Math.abs(s * a[0][i])))});
    }

    private static Case combine(SplittableRandom random, int n) {
        double s = random.nextDouble();
        double t = random.nextDouble();
        return new Case("combine " + n).in(numbers(random, n)).in(numbers(random, n)).out(n).alias(2, 0).alias(2, 1)
                .call((k, a) -> k.points().combine(s, a[0], t, a[1], a[2]))
                .expect(a -> new double[][] {each(n, i -> s * a[0][i] + t * a[1][i])})
                .within((u, a, e) -> new double[][] {each(n, i -> 4 * u * (Math.abs(s * a[0][i]) + Math.abs(t * a[1][i])))});
    }

    private static Case lerp(SplittableRandom random, int n) {
        double t = random.nextDouble();
        return new Case("lerp " + n).in(numbers(random, n)).in(numbers(random, n)).out(n).alias(2, 0).alias(2, 1)
                .call((k, a) -> k.points().lerp(a[0], a[1], t, a[2]))
                .expect(a -> new double[][] {each(n, i -> a[0][i] + t * (a[1][i] - a[0][i]))})
                .within((u, a, e) -> new double[][] {each(n, i -> 4 * u * (Math.abs(a[0][i]) + t * Math.abs(a[1][i] - a[0][i])))});
    }

    private static Case multiply(SplittableRandom random, int n) {
        double s = random.nextDouble();
        return new Case("multiply " + n).in(numbers(random, n)).in(numbers(random, n)).out(n).alias(2, 0).alias(2, 1)
                .call((k, a) -> k.points().multiply(s, a[0], a[1], a[2])).expect(a -> new double[][] {each(n, i -> s * a[0][i] * a[1][i])})
                .within((u, a, e) -> new double[][] {each(n, i -> 3.1 * u * Math.abs(e[0][i]))});
    }

    private static Case sgd(SplittableRandom random, int n) {
        double rate = random.nextDouble();
        double momentum = random.nextInt(4) == 0 ? 0 : random.nextDouble();
        double decay = random.nextInt(4) == 0 ? 0 : random.nextDouble() * 0.01;
        boolean nesterov = random.nextBoolean();
        boolean first = random.nextInt(3) == 0;
        // Before the first step the momentum is not defined: it must not be read.
        double[] velocity = first ? each(n, i -> Double.NaN) : numbers(random, n);
        Case c = new Case("sgd " + n + " rate " + rate + " momentum " + momentum + " decay " + decay + (nesterov ? " nesterov" : "")
                + (first ? " first" : ""))
                .inout(numbers(random, n)).in(numbers(random, n));
        if (momentum == 0) {
            return c.call((k, a) -> k.points().sgd(a[0], a[1], null, rate, 0, decay, nesterov, first))
                    .expect(a -> new double[][] {each(n, i -> a[0][i] - rate * (a[1][i] + decay * a[0][i]))})
                    .within((u, a, e) -> new double[][] {each(n, i -> 6 * u * (Math.abs(a[0][i]) + rate * Math.abs(a[1][i])))});
        }
        return c.inout(velocity).call((k, a) -> k.points().sgd(a[0], a[1], a[2], rate, momentum, decay, nesterov, first)).expect(a -> {
            double[] g = each(n, i -> a[1][i] + decay * a[0][i]);
            double[] m = each(n, i -> first ? g[i] : momentum * a[2][i] + g[i]);
            return new double[][] {each(n, i -> a[0][i] - rate * (nesterov ? g[i] + momentum * m[i] : m[i])), m};
        }).within((u, a, e) -> {
            double[] size = each(n, i -> Math.abs(a[0][i]) * decay + Math.abs(a[1][i]) + (first ? 0 : Math.abs(a[2][i])));
            return new double[][] {each(n, i -> 12 * u * (Math.abs(a[0][i]) + rate * size[i])), each(n, i -> 6 * u * size[i])};
        });
    }

    /** Which of Adam's family. */
    private enum Adam {
        COUPLED, DECOUPLED, DIRECTION
    }

    private static Case adamW(SplittableRandom random, int n) {
        return adam(random, n, Adam.DECOUPLED);
    }

    private static Case adam(SplittableRandom random, int n) {
        return adam(random, n, Adam.COUPLED);
    }

    private static Case lamb(SplittableRandom random, int n) {
        return adam(random, n, Adam.DIRECTION);
    }

    private static Case adam(SplittableRandom random, int n, Adam form) {
        double rate = random.nextDouble() * 0.1;
        double b1 = 0.9;
        double b2 = 0.999;
        double epsilon = 1e-8;
        double decay = random.nextDouble() * 0.1;
        int t = 1 + random.nextInt(20);
        double c1 = 1 - Math.pow(b1, t);
        double c2 = 1 - Math.pow(b2, t);
        double shrink = form == Adam.COUPLED ? decay : 0;
        double keep = form == Adam.DECOUPLED ? 1 - rate * decay : form == Adam.COUPLED ? 1 : decay;
        double length = form == Adam.DIRECTION ? -1 : rate;
        Case c = new Case(form + " adam " + n + " step " + t);
        c = form == Adam.DIRECTION ? c.out(n) : c.inout(numbers(random, n));
        c = c.in(numbers(random, n)).inout(numbers(random, n)).inout(positives(random, n));
        double[] read = form == Adam.DIRECTION ? numbers(random, n) : null;
        c = switch (form) {
            case COUPLED -> c.call((k, a) -> k.points().adam(a[0], a[1], a[2], a[3], rate, b1, b2, epsilon, decay, c1, c2));
            case DECOUPLED -> c.call((k, a) -> k.points().adamW(a[0], a[1], a[2], a[3], rate, b1, b2, epsilon, decay, c1, c2));
            case DIRECTION -> c.in(read)
                    .call((k, a) -> k.points().lamb(a[4], a[1], a[2], a[3], a[0], b1, b2, epsilon, decay, c1, c2));
        };
        int weights = form == Adam.DIRECTION ? 4 : 0;
        return c.expect(a -> {
            double[] w = a[weights];
            double[] g = each(n, i -> a[1][i] + shrink * w[i]);
            double[] m = each(n, i -> b1 * a[2][i] + (1 - b1) * g[i]);
            double[] v = each(n, i -> b2 * a[3][i] + (1 - b2) * g[i] * g[i]);
            return new double[][] {
                each(n, i -> w[i] * keep - length * (m[i] / c1) / (Math.sqrt(v[i]) / Math.sqrt(c2) + epsilon)), m, v};
        }).within((u, a, e) -> {
            double[] w = a[weights];
            double[] m = each(n, i -> b1 * Math.abs(a[2][i]) + (1 - b1) * (Math.abs(a[1][i]) + shrink * Math.abs(w[i])));
            double[] v = each(n, i -> e[2][i] + (1 - b2) * shrink * Math.abs(w[i]) * Math.abs(a[1][i]));
            double[] out = each(n, i -> 16 * u * (Math.abs(keep * w[i]) + Math.abs(length) * (m[i] / c1)
                    / (Math.sqrt(e[2][i]) / Math.sqrt(c2) + epsilon)));
            return new double[][] {out, each(n, i -> 6 * u * m[i]), each(n, i -> 8 * u * v[i])};
        });
    }

    private static Case rmsProp(SplittableRandom random, int n) {
        double rate = random.nextDouble() * 0.1;
        double alpha = 0.9;
        double epsilon = 1e-8;
        double decay = random.nextInt(3) == 0 ? 0 : random.nextDouble() * 0.1;
        double momentum = random.nextInt(3) == 0 ? 0 : random.nextDouble();
        Case c = new Case("rmsProp " + n + " momentum " + momentum + " decay " + decay).inout(numbers(random, n)).in(numbers(random, n))
                .inout(positives(random, n));
        c = momentum == 0
                ? c.call((k, a) -> k.points().rmsProp(a[0], a[1], a[2], null, rate, alpha, epsilon, decay, 0))
                : c.inout(numbers(random, n))
                        .call((k, a) -> k.points().rmsProp(a[0], a[1], a[2], a[3], rate, alpha, epsilon, decay, momentum));
        return c.expect(a -> {
            double[] g = each(n, i -> a[1][i] + decay * a[0][i]);
            double[] v = each(n, i -> alpha * a[2][i] + (1 - alpha) * g[i] * g[i]);
            double[] m = each(n, i -> (momentum == 0 ? 0 : momentum * a[3][i]) + g[i] / (Math.sqrt(v[i]) + epsilon));
            double[] w = each(n, i -> a[0][i] - rate * m[i]);
            return momentum == 0 ? new double[][] {w, v} : new double[][] {w, v, m};
        }).within((u, a, e) -> {
            double[] g = each(n, i -> Math.abs(a[1][i]) + decay * Math.abs(a[0][i]));
            double[] v = each(n, i -> 8 * u * (alpha * a[2][i] + (1 - alpha) * g[i] * g[i]));
            // The relative error of v is at most that of its parts, because the first of them is never small here.
            double[] m = each(n, i -> 16 * u * ((momentum == 0 ? 0 : momentum * Math.abs(a[3][i]))
                    + g[i] / Math.sqrt(e[1][i]) * (1 + v[i] / u / e[1][i])));
            double[] w = each(n, i -> 4 * u * Math.abs(a[0][i]) + rate * m[i]);
            return momentum == 0 ? new double[][] {w, v} : new double[][] {w, v, m};
        });
    }

    /** The sign of a sum near 0 may be either one in F32: such sums are not among the numbers. */
    private static Case lion(SplittableRandom random, int n) {
        double rate = random.nextDouble() * 0.1;
        double b1 = 0.9;
        double b2 = 0.99;
        double decay = random.nextDouble() * 0.1;
        double[] g = numbers(random, n);
        double[] mean = each(n, i -> {
            double m = random.nextDouble(-1, 1);
            return random.nextInt(8) == 0 ? g[i] = 0 : Math.abs(b1 * m + (1 - b1) * g[i]) < 1e-3 ? m + 0.1 : m;
        });
        return new Case("lion " + n).inout(numbers(random, n)).in(g).inout(mean)
                .call((k, a) -> k.points().lion(a[0], a[1], a[2], rate, b1, b2, decay)).expect(a -> new double[][] {
                    each(n, i -> a[0][i] * (1 - rate * decay) - rate * Math.signum(b1 * a[2][i] + (1 - b1) * a[1][i])),
                    each(n, i -> b2 * a[2][i] + (1 - b2) * a[1][i])})
                .within((u, a, e) -> new double[][] {each(n, i -> 4 * u * (Math.abs(a[0][i]) + rate)),
                    each(n, i -> 4 * u * (b2 * Math.abs(a[2][i]) + (1 - b2) * Math.abs(a[1][i])))});
    }
}
