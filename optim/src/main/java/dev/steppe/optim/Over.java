package dev.steppe.optim;

import dev.steppe.core.Objective;
import dev.steppe.core.Parameters;

/** A variant over a base optimizer. */
record Over(SamVariant variant, BaseOptimizer base) implements Recipe {
    @Override
    public Optimizer minimise(Objective objective, Parameters start, Options options) {
        return new Engine(variant, base, objective, start, options);
    }

    @Override
    public String toString() {
        return SamVariants.format(variant) + " over " + BaseOptimizers.format(base);
    }
}
