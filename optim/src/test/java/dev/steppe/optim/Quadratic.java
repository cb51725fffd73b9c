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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** {@code c (0.5 w'Aw - b'w)} in F64, its parameters cut into any number of tensors; notes where it is evaluated. */
final class Quadratic {
    /** A batch that the objective does not look at. */
    static final Batch BATCH = Batch.of(Tensor.of(Shape.of(1, 1), 0.0), Tensor.of(Shape.of(1, 1), 0.0));

    private static final Role[] ROLES = {Role.WEIGHT, Role.BIAS, Role.NORM_SCALE};

    final double[][] a;
    final double[] b;
    final double[] start;
    /** The places of all passes so far. */
    final List<double[]> places = new ArrayList<>();

    Quadratic(double[][] a, double[] b, double[] start) {
        this.a = a;
        this.b = b;
        this.start = start;
    }

    /** A random one: A is symmetric with eigenvalues between about 0.1 and 2. */
    static Quadratic random(SplittableRandom random, int n) {
        double[][] m = new double[n][n];
        for (double[] row : m) {
            Arrays.setAll(row, j -> random.nextDouble(-1, 1));
        }
        double[][] a = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                a[i][j] = i == j ? 0.1 : 0;
                for (int k = 0; k < n; k++) {
                    a[i][j] += m[i][k] * m[j][k] / n;
                }
            }
        }
        return new Quadratic(a, random.doubles(n, -1, 1).toArray(), random.doubles(n, -1, 1).toArray());
    }

    double[] gradient(double[] w) {
        double[] g = new double[w.length];
        for (int i = 0; i < g.length; i++) {
            g[i] = -b[i];
            for (int j = 0; j < g.length; j++) {
                g[i] += a[i][j] * w[j];
            }
        }
        return g;
    }

    /** The role of element i when the parameters are cut into {@code tensors}. */
    Role role(int i, int tensors) {
        int part = 0;
        while (i >= end(part, tensors)) {
            part++;
        }
        return ROLES[part % ROLES.length];
    }

    private int end(int part, int tensors) {
        return start.length * (part + 1) / tensors;
    }

    /** An optimizer of {@code scale} times the function. */
    Optimizer minimise(Recipe recipe, double scale, int tensors, Options options) {
        Map<String, Weight> weights = new LinkedHashMap<>();
        for (int part = 0, from = 0; part < tensors; from = end(part++, tensors)) {
            weights.put("w" + part, new Weight(Shape.of(end(part, tensors) - from), ROLES[part % ROLES.length], Weight.NO_FILTERS));
        }
        Weight[] handles = weights.values().toArray(Weight[]::new);
        Objective objective = Objective.ofLosses((batch, pass) -> losses(handles, pass).times(scale));
        Parameters parameters = new Parameters(ParameterSpace.of(weights), Tensor.of(Shape.of(start.length), start.clone()),
                Buffers.none());
        return recipe.minimise(objective, parameters, options.kernels(Toy.KERNELS));
    }

    /** An optimizer of the function as the loss of each example, whatever the batch, its parameters one tensor of a role. */
    Optimizer perExample(Recipe recipe, Role role) {
        Weight all = new Weight(Shape.of(start.length), role, Weight.NO_FILTERS);
        Objective objective = Objective.ofLosses((batch, pass) -> losses(new Weight[] {all}, pass).broadcastTo(Shape.of(batch.size())));
        Parameters parameters = new Parameters(ParameterSpace.of(Map.of("w", all)), Tensor.of(Shape.of(start.length), start.clone()),
                Buffers.none());
        return recipe.minimise(objective, parameters, Options.defaults().kernels(Toy.KERNELS));
    }

    Optimizer minimise(Recipe recipe) {
        return minimise(recipe, 1, 1, Options.defaults());
    }

    private Tensor losses(Weight[] handles, Pass pass) {
        places.add(pass.parameters().point().toDoubles());
        int n = start.length;
        Tensor w = Tensor.concat(0, Arrays.stream(handles).map(pass::at).toArray(Tensor[]::new)).reshape(n, 1);
        Tensor matrix = pass.tape().constant(Tensor.of(Shape.of(n, n), Arrays.stream(a).flatMapToDouble(Arrays::stream).toArray()));
        Tensor linear = pass.tape().constant(Tensor.of(Shape.of(n, 1), b));
        return w.mul(matrix.matmul(w).times(0.5).sub(linear)).sum().reshape(1);
    }

    /** Where the second pass was, seen from the first. */
    double[] perturbation() {
        double[] e = new double[start.length];
        Arrays.setAll(e, i -> places.get(1)[i] - places.get(0)[i]);
        return e;
    }

    static double norm(double[] x) {
        return Math.sqrt(Arrays.stream(x).map(v -> v * v).sum());
    }
}
