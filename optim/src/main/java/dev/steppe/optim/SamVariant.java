package dev.steppe.optim;

import dev.steppe.core.Tensor;

/**
 * A sharpness-aware optimizer: where gradients are taken, and what the base optimizer gets. A value without state, best a record that validates itself; what it
 * remembers goes through {@link SamStep#memory} and {@link SamStep#remember}. Open: write your own.
 *
 * <pre>{@code
 * record MySam(double rho) implements SamVariant {
 *     public Perturbation perturbation(SamStep step) {
 *         return step.ball(step.gradient().vector(), rho, 1e-12);
 *     }
 * }
 * }</pre>
 */
public interface SamVariant {
    /** The place near the weights whose gradient matters: the (first) perturbation e. */
    Perturbation perturbation(SamStep step);

    /**
     * The gradient that the base optimizer gets: by default the one at w + e. A point that is read only; it may be one of the step's gradients, or
     * {@linkplain SamStep#combine made of} them.
     */
    default Tensor gradient(SamStep step) {
        return step.gradientAt(perturbation(step)).vector();
    }

    /**
     * What the variant notes of a step in which another one, that contains it, does without it: by default nothing. It may ask for {@link SamStep#gradient}, which
     * is there anyway.
     */
    default void observe(SamStep step) {
    }

    /** Whether running statistics are collected so far from the weights that they should be measured again where the model is evaluated; by default not. */
    default boolean recalibrates() {
        return false;
    }

    /**
     * This variant, a record, with one component changed: {@code Gsam.defaults().with("alpha", 0.2)}.
     *
     * @param option the name of the component
     * @param value a number, a strategy, a variant: whatever its type is
     * @throws OptionException if there is no such component, naming the nearest, or if it must not have this value
     */
    default SamVariant with(String option, Object value) {
        return Components.with(this, option, value);
    }

    /** This variant over a base optimizer. */
    default Recipe over(BaseOptimizer base) {
        return new Over(this, base);
    }
}
