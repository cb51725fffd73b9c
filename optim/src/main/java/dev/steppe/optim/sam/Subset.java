package dev.steppe.optim.sam;

import dev.steppe.optim.OneOf;
import dev.steppe.optim.SamStep;

/** A choice of examples of a batch: the tail of {@link ImbSam}, the clean ones of {@link CaSam}. Open: write your own. */
@FunctionalInterface
@OneOf({RareClasses.class, TailClasses.class, CleanExamples.class})
public interface Subset {
    /** The chosen rows of the batch, in increasing order; perhaps none. */
    int[] rows(SamStep step);

    /** Called with the losses of all rows of the batch at the perturbed place, for choices that learn from them; by default nothing. */
    default void learn(SamStep step, double[] losses) {
    }
}
