package dev.steppe.optim.sam;

import dev.steppe.optim.Perturbation;
import dev.steppe.optim.SamStep;

/** A variant that takes its perturbation from another one and does something else with the gradients. */
interface Climbing extends Containing {
    @Override
    default Perturbation perturbation(SamStep step) {
        return ascent().perturbation(step.nested("ascent"));
    }
}
