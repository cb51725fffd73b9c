package dev.steppe.kernels;

import static dev.steppe.kernels.PointSamples.each;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Cases of {@link ElementwiseKernel}. */
final class ElementwiseSamples {
    private ElementwiseSamples() {
    }

    static List<Sample> all() {
        return List.of(
                new Sample(ElementwiseKernel.class, "unary", r -> unary(r, Case.size(r, 300)), r -> unary(r, 70_000 + r.nextInt(99))),
                new Sample(ElementwiseKernel.class, "binary", r -> binary(r, Case.size(r, 300)), r -> binary(r, 70_000 + r.nextInt(99))),
                new Sample(ElementwiseKernel.class, "broadcast", r -> broadcast(r, 6, 1), r -> broadcast(r, 4, 40)));
    }

    /** The largest error in ulp that {@link VectorMath} promises; all other functions are exactly rounded. */
    static double ulps(Unary f) {
        return switch (f) {
            case EXP -> 1.1;
            case LOG -> 2.1;
            case SIGMOID -> 2.6;
            case TANH, ERF -> 1.5;
            case SOFTPLUS -> 3;
            default -> 0.5;
        };
    }

    private static Case unary(SplittableRandom random, int n) {
        Unary f = Unary.values()[random.nextInt(Unary.values().length)];
        double p = f == Unary.POW ? random.nextInt(5) * 0.5 : (float) (random.nextDouble() - 0.5);
        double q = (float) random.nextDouble();
        double[] x = f == Unary.LOG || f == Unary.SQRT || f == Unary.POW ? Case.positives(random, n) : Case.numbers(random, n);
        if (random.nextBoolean()) {
            double factor = Math.scalb(1.0, random.nextInt(10) - 5);
            Arrays.setAll(x, i -> factor * x[i]);
        }
        // 1 ulp is at most 2u of the result; 0 and the smallest results are bounded by the smallest normal number.
        return new Case("unary " + f + " " + p + " " + q + " " + n).in(x).out(n).alias(1, 0)
                .call((k, a) -> k.elementwise().unary(f, p, q, a[0], a[1]))
                .expect(a -> new double[][] {each(n, i -> reference(f, p, q, a[0][i]))})
                .within((u, a, e) -> new double[][] {
                    each(n, i -> 2 * u * (u == 0x1p-53 && ulps(f) > 0.5 ? 4 : ulps(f)) * Math.abs(e[0][i]) + 1e-38)});
    }

    /** The definitions, some in another form than in the scalar kernels; erf has a test of its own. */
    static double reference(Unary f, double p, double q, double x) {
        return switch (f) {
            case NEGATE -> 0 - x;
            case SCALE -> p * x;
            case SHIFT -> x + p;
            case EXP -> Math.exp(x);
            case LOG -> Math.log(x);
            case SQRT -> Math.sqrt(x);
            case POW -> Math.pow(x, p);
            case ABS -> x < 0 ? -x : x;
            case SIGN -> Double.compare(x, 0);
            case RELU -> x > 0 ? x : 0;
            case LEAKY_RELU -> x > 0 ? x : p * x;
            case STEP -> x > 0 ? 1 : p;
            case SIGMOID -> 0.5 + 0.5 * Math.tanh(x / 2) > 0.25 ? 0.5 + 0.5 * Math.tanh(x / 2) : Math.exp(x) / (1 + Math.exp(x));
            case TANH -> Math.tanh(x);
            case SOFTPLUS -> x > 30 ? x : Math.log1p(Math.exp(x));
            case ERF -> ScalarElementwise.erf(x);
            case CLAMP -> x < p ? Math.min(p, q) : x > q ? q : x;
            case WITHIN -> p <= x && x <= q ? 1 : 0;
        };
    }

    private static double reference(Binary f, double a, double b) {
        return switch (f) {
            case ADD -> a + b;
            case SUBTRACT -> a - b;
            case MULTIPLY -> a * b;
            case DIVIDE -> a / b;
            case MAXIMUM -> a > b ? a : b;
            case GREATER -> 0.5 + 0.5 * Math.signum(a - b);
            case WHERE_POSITIVE -> b > 0 ? a : 0;
        };
    }

    private static double[] withTies(SplittableRandom random, double[] a, double[] b) {
        for (int i = 0; i < Math.min(a.length, b.length); i++) {
            if (random.nextInt(5) == 0) {
                b[i] = a[i];
            }
            if (b[i] == 0) {
                b[i] = 1;
            }
        }
        return b;
    }

    private static Case binary(SplittableRandom random, int n) {
        Binary f = Binary.values()[random.nextInt(Binary.values().length)];
        double[] x = Case.numbers(random, n);
        double[] y = withTies(random, x, Case.numbers(random, n));
        return new Case("binary " + f + " " + n).in(x).in(y).out(n).alias(2, 0).alias(2, 1)
                .call((k, a) -> k.elementwise().binary(f, a[0], a[1], a[2]))
                .expect(a -> new double[][] {each(n, i -> reference(f, a[0][i], a[1][i]))})
                .within((u, a, e) -> new double[][] {each(n, i -> u * Math.abs(e[0][i]))});
    }

    /** Random dims; each operand repeats some axes, or is stored with gaps or transposed. */
    private static Case broadcast(SplittableRandom random, int most, int factor) {
        Binary f = Binary.values()[random.nextInt(Binary.values().length)];
        int rank = random.nextInt(5);
        int[] dims = new int[rank];
        for (int d = 0; d < rank; d++) {
            dims[d] = factor > 1 ? factor + random.nextInt(20) : random.nextInt(4) == 0 ? 1 : random.nextInt(most + 1);
        }
        if (rank > 0 && factor == 1 && random.nextBoolean()) {
            dims[random.nextInt(rank)] = 1 + random.nextInt(60);
        }
        if (factor > 1 && rank > 3) {
            dims[0] = 2;
        }
        if (rank > 0 && random.nextInt(6) == 0) {
            dims[rank - 1] = Math.max(1, 1100 / Math.max(1, Arrays.stream(dims).limit(rank - 1).reduce(1, (a, b) -> a * b)));
        }
        int[] aStrides = strides(random, dims);
        int[] bStrides = strides(random, dims);
        int total = Arrays.stream(dims).reduce(1, (a, b) -> a * b);
        double[] x = Case.numbers(random, reach(dims, aStrides));
        double[] y = withTies(random, x, Case.numbers(random, reach(dims, bStrides)));
        return new Case(
                "broadcast " + f + " " + Arrays.toString(dims) + " by " + Arrays.toString(aStrides) + " and " + Arrays.toString(bStrides))
                .in(x)
                .in(y).out(total).call((k, a) -> k.elementwise().broadcast(f, dims, a[0], aStrides, a[1], bStrides, a[2]))
                .expect(a -> new double[][] {
                    each(total, i -> reference(f, a[0][position(i, dims, aStrides)], a[1][position(i, dims, bStrides)]))})
                .within((u, a, e) -> new double[][] {each(total, i -> u * Math.abs(e[0][i]))});
    }

    /** Row-major strides of some order of the axes, with some axes repeated and perhaps a gap. */
    private static int[] strides(SplittableRandom random, int[] dims) {
        int[] strides = new int[dims.length];
        boolean reversed = random.nextInt(4) == 0;
        int step = random.nextInt(5) == 0 ? 2 : 1;
        for (int i = 0; i < dims.length; i++) {
            int d = reversed ? i : dims.length - 1 - i;
            if (random.nextInt(3) > 0) {
                strides[d] = step;
                step *= Math.max(1, dims[d]);
            }
        }
        return strides;
    }

    static int reach(int[] dims, int[] strides) {
        int reach = 1;
        for (int d = 0; d < dims.length; d++) {
            if (dims[d] == 0) {
                return 0;
            }
            reach += (dims[d] - 1) * strides[d];
        }
        return reach;
    }

    /** Where element i of row-major dims lies. */
    static int position(int i, int[] dims, int[] strides) {
        int position = 0;
        for (int d = dims.length - 1; d >= 0; d--) {
            position += i % dims[d] * strides[d];
            i /= dims[d];
        }
        return position;
    }
}
