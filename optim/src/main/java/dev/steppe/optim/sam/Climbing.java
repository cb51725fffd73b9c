package dev.steppe.optim.sam;

import dev.steppe.optim.Perturbation;
import dev.steppe.optim.SamStep;
import dev.steppe.optim.SamVariant;

/** A variant that takes its perturbation from another one, its component {@code ascent}, and does something else with the gradients. */
interface Climbing extends SamVariant {
    /** Whose perturbation is taken. */
    SamVariant ascent();

    @Override
    default Perturbation perturbation(SamStep step) {
        return ascent().perturbation(step.nested("ascent"));
    }

    @Override
    default void observe(SamStep step) {
        ascent().observe(step.nested("ascent"));
    }
}
