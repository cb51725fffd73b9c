package dev.steppe.examples;

import dev.steppe.core.Batch;
import dev.steppe.core.Buffers;
import dev.steppe.core.Evaluator;
import dev.steppe.core.Objective;
import dev.steppe.core.ParameterSpace;
import dev.steppe.core.Parameters;
import dev.steppe.core.Role;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.core.Weight;
import dev.steppe.kernels.Kernels;
import dev.steppe.optim.Optimizer;
import dev.steppe.optim.Recipe;
import dev.steppe.optim.base.Sgd;
import dev.steppe.optim.landscape.Axis;
import dev.steppe.optim.landscape.Grid;
import dev.steppe.optim.landscape.Landscape;
import dev.steppe.optim.sam.Sam;
import java.util.List;
import java.util.Map;

/**
 * Why one would want SAM, on a surface that fits a terminal: the loss {@code (a b - 1)^2} of two weights has a valley of minima, sharp ones far out and the
 * flattest at (1, 1). SGD stops where it meets the valley; SAM goes on along it. {@code ./steppe paths} draws the same as a picture, with any optimizer.
 */
public final class ToyPaths {
    private static final Weight WEIGHTS = new Weight(Shape.of(2), Role.WEIGHT, Weight.NO_FILTERS);
    private static final Objective LOSS = Objective.ofLosses((batch, pass) -> {
        Tensor w = pass.at(WEIGHTS);
        return w.slice(0, 0, 1).mul(w.slice(0, 1, 2)).plus(-1).pow(2);
    });
    /** The loss is a function of the weights alone. */
    private static final Batch NO_DATA = Batch.of(Tensor.of(Shape.of(1), 0.0), Tensor.of(Shape.of(1), 0.0));

    private ToyPaths() {
    }

    /** Prints the surface as a map (a to the right, b upwards) and the ways of both optimizers on it. */
    public static void main(String[] args) {
        Sgd sgd = Sgd.of(0.02);
        Grid map = Landscape.of(new Evaluator(Kernels.defaults(), LOSS), List.of(NO_DATA)).plane(at(0, 0), at(1, 0).point(),
                at(0, 1).point(), Axis.around(3, 61), Axis.around(3, 31));
        char[][] letters = new char[31][61];
        for (int row = 0; row < letters.length; row++) {
            for (int column = 0; column < letters[row].length; column++) {
                double loss = map.losses()[row][column];
                letters[row][column] = loss < 0.05 ? ' ' : loss < 0.5 ? '.' : loss < 5 ? ':' : '%';
            }
        }
        walk(sgd, 'o', letters);
        walk(Sam.defaults().rho(0.3).over(sgd), 'S', letters);
        for (char[] row : List.of(letters).reversed()) {
            System.out.println(new String(row));
        }
    }

    private static void walk(Recipe recipe, char letter, char[][] map) {
        Optimizer optimizer = recipe.minimise(LOSS, at(0.8, 2.6));
        for (int step = 0; step < 400; step++) {
            optimizer.step(NO_DATA);
            Tensor w = optimizer.current().point();
            map[(int) Math.round(5 * w.get(1) + 15)][(int) Math.round(10 * w.get(0) + 30)] = letter;
        }
        double a = optimizer.current().point().get(0);
        double b = optimizer.current().point().get(1);
        System.out.printf("%s  ends at (%.2f, %.2f), curvature %.1f%n", letter, a, b, 2 * (a * a + b * b));
    }

    private static Parameters at(double a, double b) {
        return new Parameters(ParameterSpace.of(Map.of("w", WEIGHTS)), Tensor.of(Shape.of(2), a, b), Buffers.none());
    }
}
