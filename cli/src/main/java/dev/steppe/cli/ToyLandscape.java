package dev.steppe.cli;

import dev.steppe.core.Batch;
import dev.steppe.core.Buffers;
import dev.steppe.core.Evaluator;
import dev.steppe.core.HessianVector;
import dev.steppe.core.Losses;
import dev.steppe.core.NonFiniteException;
import dev.steppe.core.Objective;
import dev.steppe.core.ParameterSpace;
import dev.steppe.core.Parameters;
import dev.steppe.core.Pass;
import dev.steppe.core.RandomKey;
import dev.steppe.core.Role;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.core.Weight;
import dev.steppe.kernels.DType;
import dev.steppe.kernels.Kernels;
import dev.steppe.kernels.Workers;
import dev.steppe.optim.ConstantSchedule;
import dev.steppe.optim.Optimizer;
import dev.steppe.optim.Options;
import dev.steppe.optim.Recipe;
import dev.steppe.optim.algebra.Symmetric;
import dev.steppe.optim.landscape.Axis;
import dev.steppe.optim.landscape.Grid;
import dev.steppe.optim.landscape.Landscape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The smallest network with minima of every sharpness: a linear one of two weights in a row, whose loss is {@code (a b - 1)^2}. All points of the hyperbola
 * {@code a b = 1} are minima; the curvature there is {@code 2 (a^2 + b^2)}, least at (1, 1) and (-1, -1). Noise of the targets is the noise of the gradient.
 */
final class ToyLandscape {
    private static final int EXAMPLES = 8;

    private final Weight a = new Weight(Shape.of(1, 1), Role.WEIGHT, 1);
    private final Weight b = new Weight(Shape.of(1, 1), Role.WEIGHT, 1);
    private final ParameterSpace space;
    private final Objective objective;
    private final Kernels kernels = Kernels.on(Workers.of(1));

    ToyLandscape() {
        Map<String, Weight> weights = new LinkedHashMap<>();
        weights.put("a.weight", a);
        weights.put("b.weight", b);
        space = ParameterSpace.of(weights);
        objective = Objective.of((x, pass) -> x.matmul(pass.at(a)).matmul(pass.at(b)), Losses::squaredError);
    }

    /**
     * What came of an optimizer.
     *
     * @param x weight a before each step, and at the end
     * @param y weight b
     * @param loss at the end, without noise
     * @param curvature at the end: the largest eigenvalue of the Hessian
     * @param diverged whether a loss or gradient was not finite, which ends the path
     */
    record Path(double[] x, double[] y, double loss, double curvature, boolean diverged) {
    }

    /** Some steps of an optimizer; everybody sees the same noise. */
    Path path(Recipe recipe, double[] start, int steps, double noise, long seed) {
        Batch more = batch(noise, RandomKey.of(seed).fold("second"));
        Optimizer optimizer = recipe.minimise(objective, at(start[0], start[1]),
                Options.defaults().schedule(new ConstantSchedule(), steps).kernels(kernels).seed(seed).auxiliary(step -> more));
        List<double[]> places = new ArrayList<>(List.of(start));
        boolean diverged = false;
        for (int i = 0; i < steps && !diverged; i++) {
            try {
                optimizer.step(batch(noise, RandomKey.of(seed).fold(i)));
                places.add(optimizer.evaluationPoint().point().toDoubles());
            } catch (NonFiniteException e) {
                diverged = true;
            }
        }
        Parameters end = optimizer.evaluationPoint();
        return new Path(places.stream().mapToDouble(p -> p[0]).toArray(), places.stream().mapToDouble(p -> p[1]).toArray(),
                Landscape.of(evaluator(), List.of(batch(0, RandomKey.of(0)))).loss(end), curvature(end), diverged);
    }

    /** The loss without noise on a part of the plane. */
    Grid plane(Axis x, Axis y) {
        return Landscape.of(evaluator(), List.of(batch(0, RandomKey.of(0)).slice(0, 1))).plane(at(0, 0), direction(1, 0), direction(0, 1),
                x, y);
    }

    private double curvature(Parameters at) {
        double[][] hessian = new double[2][];
        for (int i = 0; i < 2; i++) {
            Tensor row = direction(0, 0);
            HessianVector.product(evaluator(), batch(0, RandomKey.of(0)), at, Pass.Mode.EVALUATION, RandomKey.of(0),
                    direction(1 - i, i), row);
            hessian[i] = row.toDoubles();
        }
        return Symmetric.of(hessian).values()[0];
    }

    private Evaluator evaluator() {
        return new Evaluator(kernels, objective);
    }

    private Parameters at(double a, double b) {
        return new Parameters(space, direction(a, b), Buffers.none());
    }

    private static Tensor direction(double a, double b) {
        return Tensor.of(Shape.of(2), a, b);
    }

    private static Batch batch(double noise, RandomKey key) {
        Tensor targets = Tensor.zeros(DType.F64, Shape.of(EXAMPLES, 1));
        for (int i = 0; i < EXAMPLES; i++) {
            targets.span().set(i, 1 + (noise == 0 ? 0 : noise * key.normal(i)));
        }
        return Batch.of(Tensor.full(DType.F64, Shape.of(EXAMPLES, 1), 1), targets);
    }
}
