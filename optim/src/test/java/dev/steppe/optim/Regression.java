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
import dev.steppe.kernels.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * A random problem in F64 with rows, batches and parameters of all roles, and its gradient written out in plain arrays: losses {@code log(1 + (x'w - y)^2)}. The 14
 * weights are a filter {@code [2, 2, 2]} whose last axis counts filters, a scale [2], a shift [2] and a bias [2].
 */
final class Regression {
    static final int SIZE = 14;
    static final int ROWS = 5;
    private static final int BATCHES = 3;

    final double[][][] x = new double[BATCHES][ROWS][];
    final double[][] y = new double[BATCHES][];
    final double[] start;
    final List<Batch> batches = new ArrayList<>();
    /** The learning rate of the run, for formulas that contain it. */
    double rate;

    Regression(SplittableRandom random) {
        start = random.doubles(SIZE, -1, 1).toArray();
        for (int b = 0; b < BATCHES; b++) {
            y[b] = random.doubles(ROWS, -2, 2).toArray();
            int[] ids = new int[ROWS];
            for (int i = 0; i < ROWS; i++) {
                x[b][i] = random.doubles(SIZE, -1, 1).toArray();
                ids[i] = b * ROWS + i;
            }
            double[] numbers = Arrays.stream(x[b]).flatMapToDouble(Arrays::stream).toArray();
            batches.add(new Batch(Tensor.of(Shape.of(ROWS, SIZE), numbers), Tensor.of(Shape.of(ROWS), y[b]), ids, null));
        }
    }

    static Role role(int i) {
        return i < 8 ? Role.WEIGHT : i < 10 ? Role.NORM_SCALE : i < 12 ? Role.NORM_SHIFT : Role.BIAS;
    }

    /** The batch of a step. */
    Batch batch(int t) {
        return batches.get(t % BATCHES);
    }

    /** Gradient of the mean loss over some rows of the batch of step t; of all if none is named. */
    double[] gradient(double[] w, int t, int... rows) {
        int[] chosen = rows.length == 0 ? new int[] {0, 1, 2, 3, 4} : rows;
        double[] g = new double[SIZE];
        for (int i : chosen) {
            double[] row = x[t % BATCHES][i];
            double miss = miss(w, t, i);
            for (int j = 0; j < SIZE; j++) {
                g[j] += 2 * miss / (1 + miss * miss) * row[j] / chosen.length;
            }
        }
        return g;
    }

    /** The loss of one row of the batch of step t. */
    double loss(double[] w, int t, int i) {
        return Math.log(1 + miss(w, t, i) * miss(w, t, i));
    }

    /** {@code H v}, H the Hessian of the mean loss of the batch of step t. */
    double[] hessian(double[] w, int t, double[] v) {
        double[] product = new double[SIZE];
        for (int i = 0; i < ROWS; i++) {
            double[] row = x[t % BATCHES][i];
            double miss = miss(w, t, i);
            double slope = 2 * (1 - miss * miss) / (1 + miss * miss) / (1 + miss * miss);
            for (int j = 0; j < SIZE; j++) {
                product[j] += slope * Vec.dot(row, v) * row[j] / ROWS;
            }
        }
        return product;
    }

    private double miss(double[] w, int t, int i) {
        return Vec.dot(x[t % BATCHES][i], w) - y[t % BATCHES][i];
    }

    /** An optimizer of it. */
    Optimizer minimise(Recipe recipe, DType dtype, Options options) {
        Map<String, Weight> weights = new LinkedHashMap<>();
        weights.put("filter", new Weight(Shape.of(2, 2, 2), Role.WEIGHT, 2));
        weights.put("scale", new Weight(Shape.of(2), Role.NORM_SCALE, Weight.NO_FILTERS));
        weights.put("shift", new Weight(Shape.of(2), Role.NORM_SHIFT, Weight.NO_FILTERS));
        weights.put("bias", new Weight(Shape.of(2), Role.BIAS, Weight.NO_FILTERS));
        Parameters at = new Parameters(ParameterSpace.of(weights), Tensor.of(Shape.of(SIZE), start.clone()).to(dtype), Buffers.none());
        Weight[] handles = weights.values().toArray(Weight[]::new);
        return recipe.minimise(Objective.ofLosses((batch, pass) -> losses(handles, batch, pass)), at, options.kernels(Toy.KERNELS));
    }

    private static Tensor losses(Weight[] handles, Batch batch, Pass pass) {
        Tensor[] parts = Arrays.stream(handles).map(h -> pass.at(h).reshape(h.shape().size(), 1)).toArray(Tensor[]::new);
        Tensor w = Tensor.concat(0, parts);
        Tensor inputs = pass.tape().constant(batch.inputs().to(w.dtype()));
        Tensor miss = inputs.matmul(w).reshape(-1).sub(pass.tape().constant(batch.targets().to(w.dtype())));
        return miss.mul(miss).plus(1).log();
    }

    /** Weights after so many steps. */
    double[] after(Recipe recipe, Options options, int steps) {
        Optimizer optimizer = minimise(recipe, DType.F64, options);
        for (int t = 0; t < steps; t++) {
            optimizer.step(batch(t));
        }
        return optimizer.current().point().toDoubles();
    }
}
