package dev.steppe.optim;

import dev.steppe.core.Tensor;

/** No perturbation: the base optimizer gets the gradient at the weights. */
record Plain() implements SamVariant {
    @Override
    public Perturbation perturbation(SamStep step) {
        return Perturbation.NONE;
    }

    @Override
    public Tensor gradient(SamStep step) {
        return step.gradient().vector();
    }
}
