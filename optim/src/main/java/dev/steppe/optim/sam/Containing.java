package dev.steppe.optim.sam;

import dev.steppe.optim.SamStep;
import dev.steppe.optim.SamVariant;

/** A variant that contains another one, its component {@code ascent}. */
interface Containing extends SamVariant {
    /** What is contained. */
    SamVariant ascent();

    @Override
    default void observe(SamStep step) {
        ascent().observe(step.nested("ascent"));
    }

    @Override
    default boolean recalibrates() {
        return ascent().recalibrates();
    }
}
