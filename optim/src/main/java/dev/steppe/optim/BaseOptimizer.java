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
    default BaseOptimizer learningRate(double learningRate) {
        return with("learningRate", learningRate);
    }

    /**
     * This optimizer, a record, with one component changed: {@code Adam.of(1e-3).with("beta2", 0.95)}.
     *
     * @param option the name of the component
     * @param value a number, true or false: whatever its type is
     * @throws OptionException if there is no such component, naming the nearest, or if it must not have this value
     */
    default BaseOptimizer with(String option, Object value) {
        return Components.with(this, option, value);
    }

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
