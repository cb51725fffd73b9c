package dev.steppe.optim;

import dev.steppe.core.Objective;
import dev.steppe.core.Parameters;
import java.util.List;

/**
 * A rule that turns weights, a gradient and what it remembers into new weights. A value without state: what it remembers are points, kept by the engine under
 * the names that {@link #memory} lists. Open: write your own, in terms of {@link Update}.
 */
public interface BaseOptimizer extends Recipe {
    /** The learning rate, before schedule and parameter groups; at least 0. */
    double learningRate();

    /** This optimizer with another learning rate. */
    BaseOptimizer learningRate(double learningRate);

    /** Names of the points that the rule keeps between steps. They start at zero. */
    List<String> memory();

    /** The point of {@link #memory} against which the rule moves the weights: its momentum; null if it keeps none. */
    default String velocity() {
        return null;
    }

    /** What the rule adds to a gradient, in units of the weights; 0 if its weight decay is decoupled from the gradient. */
    default double coupledDecay() {
        return 0;
    }

    /**
     * Writes {@link Update#weights} and the points of {@link Update#memory}, in the {@linkplain Update#runs runs} that are not frozen, and nothing else. What it
     * writes are copies: if it throws, the step has not happened.
     */
    void update(Update update);

    @Override
    default Optimizer minimise(Objective objective, Parameters start, Options options) {
        return new Engine(new Plain(), this, objective, start, options);
    }
}
