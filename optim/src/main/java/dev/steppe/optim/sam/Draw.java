package dev.steppe.optim.sam;

import dev.steppe.optim.OneOf;
import dev.steppe.optim.SamStep;

/** How {@link Ausam} draws examples. Open: write your own. */
@OneOf({Draw.Weighted.class})
@FunctionalInterface
public interface Draw {
    /**
     * Different rows of the batch, in increasing order.
     *
     * @param chances for each row of the batch how likely it is in relation to the others, greater than 0
     * @param k how many, at most as many as there are
     */
    int[] rows(SamStep step, double[] chances, int k);

    /**
     * Without replacement, one after the other, each with a probability proportional to its chance among those that are left; counter-based, from
     * {@link SamStep#key}: a function of the seed and the number of the step.
     */
    record Weighted() implements Draw {
        /** The only one. */
        public static Weighted defaults() {
            return new Weighted();
        }

        @Override
        public int[] rows(SamStep step, double[] chances, int k) {
            return Rows.draw(step.key().fold("draw"), chances, k);
        }
    }
}
