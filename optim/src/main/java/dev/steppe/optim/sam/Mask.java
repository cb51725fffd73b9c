package dev.steppe.optim.sam;

import dev.steppe.core.Tensor;
import dev.steppe.optim.OneOf;
import dev.steppe.optim.SamStep;

/** Which numbers {@link SparseSam} perturbs. Open: write your own; what a mask remembers goes through {@link SamStep#memory} and {@link SamStep#remember}. */
@FunctionalInterface
@OneOf({FisherMask.class, DynamicMask.class})
public interface Mask {
    /** A point of zeros and ones, to be read only. Called once in each step. */
    Tensor of(SamStep step);
}
