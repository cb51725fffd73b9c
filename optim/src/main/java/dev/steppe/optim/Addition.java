package dev.steppe.optim;

import dev.steppe.core.Objective;

/**
 * Something that goes with an optimizer, whatever that is: an average of its weights to evaluate at, a term of the loss. A value without state, best a record
 * that validates itself; what it remembers goes through {@link Landing#memory} and {@link Landing#remember}, and is saved with the optimizer. Open: write your
 * own, and give it to {@link Recipe#with}.
 */
public interface Addition {
    /**
     * Called before the passes of each step.
     *
     * @param step how things stand; its {@link Landing#weights} are those before the step
     * @return what goes with this step: this, or an object of its own that may hold what it sees until the step is over
     */
    default Addition begin(Landing step) {
        return this;
    }

    /**
     * The objective whose gradients this step takes: by default the one that is to be minimised. Evaluation is not concerned.
     *
     * @param inner the objective without this addition
     */
    default Objective objective(Objective inner) {
        return inner;
    }

    /** Called when the new weights are known. Nothing of this happens if the step fails. */
    default void after(Landing step) {
    }

    /** Whether {@link #validated} is to be called. */
    default boolean listens() {
        return false;
    }

    /**
     * Called between steps with the loss at the weights on data held out.
     *
     * @param now how things stand
     */
    default void validated(Landing now, double loss) {
    }

    /** The name of the remembered point at which the model is to be evaluated and saved, as long as there is one; null: where it would be without this. */
    default String evaluatesAt() {
        return null;
    }
}
