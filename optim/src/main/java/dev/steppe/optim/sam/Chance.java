package dev.steppe.optim.sam;

import dev.steppe.optim.OneOf;
import dev.steppe.optim.SamStep;

/** How {@link VSam} draws steps. Open: write your own. */
@OneOf({Chance.Uniform.class})
@FunctionalInterface
public interface Chance {
    /**
     * Whether this step is drawn. Asked at most once in a step.
     *
     * @param p how probable that shall be, in [0, 1]
     */
    boolean happens(SamStep step, double p);

    /** Independent of all other steps; counter-based, from {@link SamStep#key}: a function of the seed and the number of the step. */
    record Uniform() implements Chance {
        /** The only one. */
        public static Uniform defaults() {
            return new Uniform();
        }

        @Override
        public boolean happens(SamStep step, double p) {
            return step.key().fold("chance").uniform(0) < p;
        }
    }
}
