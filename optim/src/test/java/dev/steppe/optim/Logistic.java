package dev.steppe.optim;

import dev.steppe.core.Batch;
import dev.steppe.core.Buffers;
import dev.steppe.core.Objective;
import dev.steppe.core.ParameterSpace;
import dev.steppe.core.Parameters;
import dev.steppe.core.Pass;
import dev.steppe.core.Role;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.core.Weight;
import dev.steppe.optim.base.Sgd;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Losses {@code ln(1 + exp(-y x'w)) + 0.1 (x'w)^2}, in tensors and in plain arrays: a problem on which the formulas of papers are written out a second time. The 11
 * weights are a matrix [3, 2] whose columns are the filters, a scale [3] and a bias [2].
 */
final class Logistic {
    static final int N = 11;
    /** The filters: of the matrix, its columns; of tensors of one dimension, the whole. */
    static final int[][] FILTERS = {{0, 2, 4}, {1, 3, 5}, {6, 7, 8}, {9, 10}};

    /** The same method once more: the gradient for the base optimizer. */
    @FunctionalInterface
    interface Formula {
        double[] gradient(int t, double[] w);
    }

    private static final Weight MATRIX = new Weight(Shape.of(3, 2), Role.WEIGHT, 1);
    private static final Weight SCALE = new Weight(Shape.of(3), Role.NORM_SCALE, Weight.NO_FILTERS);
    private static final Weight BIAS = new Weight(Shape.of(2), Role.BIAS, Weight.NO_FILTERS);

    final double[][][] x;
    final double[][] y;
    final double[] w0;

    Logistic(long seed, int batches, int rows) {
        SplittableRandom random = new SplittableRandom(seed);
        x = new double[batches][rows][];
        y = new double[batches][];
        for (int b = 0; b < batches; b++) {
            Arrays.setAll(x[b], i -> random.doubles(N, -1.5, 1.5).toArray());
            y[b] = IntStream.range(0, rows).mapToDouble(i -> random.nextBoolean() ? 1 : -1).toArray();
        }
        w0 = random.doubles(N, -0.6, 0.6).toArray();
    }

    int batches() {
        return x.length;
    }

    double[] losses(double[] w, int b) {
        return IntStream.range(0, y[b].length).mapToDouble(i -> {
            double u = dot(x[b][i], w);
            return Math.log1p(Math.exp(-y[b][i] * u)) + 0.1 * u * u;
        }).toArray();
    }

    double loss(double[] w, int b) {
        return Arrays.stream(losses(w, b)).average().orElseThrow();
    }

    /** Of the mean loss of some rows of a batch; of all if none are named. */
    double[] gradient(double[] w, int b, int... rows) {
        int[] chosen = rows.length == 0 ? IntStream.range(0, y[b].length).toArray() : rows;
        double[] g = new double[N];
        for (int i : chosen) {
            double u = dot(x[b][i], w);
            double slope = -y[b][i] / (1 + Math.exp(y[b][i] * u)) + 0.2 * u;
            for (int j = 0; j < N; j++) {
                g[j] += slope * x[b][i][j] / chosen.length;
            }
        }
        return g;
    }

    Batch batch(int b) {
        int rows = y[b].length;
        Batch batch = Batch.of(Tensor.of(Shape.of(rows, N), Arrays.stream(x[b]).flatMapToDouble(Arrays::stream).toArray()),
                Tensor.of(Shape.of(rows), y[b].clone()));
        return new Batch(batch.inputs(), batch.targets(), IntStream.range(b * rows, b * rows + rows).toArray(), null);
    }

    Optimizer minimise(Recipe recipe, Options options) {
        Map<String, Weight> weights = new LinkedHashMap<>();
        weights.put("matrix", MATRIX);
        weights.put("scale", SCALE);
        weights.put("bias", BIAS);
        return recipe.minimise(Objective.ofLosses(Logistic::losses),
                new Parameters(ParameterSpace.of(weights), Tensor.of(Shape.of(N), w0.clone()), Buffers.none()),
                options.kernels(Toy.KERNELS));
    }

    private static Tensor losses(Batch batch, Pass pass) {
        Tensor w = Tensor.concat(0, pass.at(MATRIX).reshape(6, 1), pass.at(SCALE).reshape(3, 1), pass.at(BIAS).reshape(2, 1));
        Tensor u = pass.tape().constant(batch.inputs()).matmul(w).reshape(-1);
        return u.mul(pass.tape().constant(batch.targets())).neg().softplus().add(u.mul(u).times(0.1));
    }

    /** The largest relative distance over some steps between a variant over SGD of rate 0.3, momentum 0.8, decay 0.02 and its formula. */
    double distance(SamVariant variant, Options options, int steps, Formula formula) {
        Sgd sgd = Sgd.of(0.3).momentum(0.8).weightDecay(0.02);
        Optimizer optimizer = minimise(variant.over(sgd), options);
        double[] w = w0.clone();
        double[] v = new double[N];
        double worst = 0;
        for (int t = 0; t < steps; t++) {
            optimizer.step(batch(t % batches()));
            v = sum(0.8, v, 1, sum(1, formula.gradient(t, w), 0.02, w));
            w = sum(1, w, -0.3, v);
            worst = Math.max(worst, Toy.distance(optimizer.current().point().toDoubles(), w));
        }
        return worst;
    }

    static double dot(double[] a, double[] b) {
        return IntStream.range(0, a.length).mapToDouble(i -> a[i] * b[i]).sum();
    }

    static double norm(double[] a) {
        return Math.sqrt(dot(a, a));
    }

    /** {@code p a + q b}. */
    static double[] sum(double p, double[] a, double q, double[] b) {
        return IntStream.range(0, a.length).mapToDouble(i -> p * a[i] + q * b[i]).toArray();
    }

    /** {@code w + rho d / |d|}. */
    static double[] toward(double[] w, double rho, double[] d) {
        return sum(1, w, rho / norm(d), d);
    }
}
