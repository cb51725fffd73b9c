package dev.steppe.optim;

import dev.steppe.core.Objective;
import dev.steppe.core.Parameters;

/** A recipe with something added. */
record Added(Recipe recipe, Addition addition) implements Recipe {
    @Override
    public Optimizer minimise(Objective objective, Parameters start, Options options) {
        return recipe.minimise(objective, start, options.before(addition));
    }

    @Override
    public String toString() {
        return recipe + " + " + Additions.format(addition);
    }
}
