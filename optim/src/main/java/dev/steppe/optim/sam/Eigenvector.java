package dev.steppe.optim.sam;

import dev.steppe.core.Tensor;
import dev.steppe.optim.OneOf;
import dev.steppe.optim.SamStep;

/** An estimate of the eigenvector of the largest eigenvalue of the Hessian, for {@link EigenSam}. Open: write your own. */
@FunctionalInterface
@OneOf(PowerIteration.class)
public interface Eigenvector {
    /** A point of norm 1, to be read only; null if there is none yet. Called once in each step, after the gradient at the weights. */
    Tensor of(SamStep step);
}
