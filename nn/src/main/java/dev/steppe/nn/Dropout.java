package dev.steppe.nn;

import dev.steppe.core.Pass;
import dev.steppe.core.Tensor;

/**
 * In training sets each number to zero with a probability and divides the others by what remains: Srivastava et al.: Dropout, JMLR 2014, in the inverted form.
 * The mask is a function of the key of the step and of this layer's {@link #path}, so all passes of one step see the same one.
 */
public final class Dropout extends Layer {
    private final double probability;

    /** @param probability of being dropped, in [0, 1) */
    public Dropout(double probability) {
        Checks.that(probability >= 0 && probability < 1, "dropout: probability must be in [0, 1), got " + probability);
        this.probability = probability;
    }

    @Override
    protected Tensor compute(Tensor x, Pass pass) {
        return pass.isTraining() && probability > 0 ? x.dropout(pass.key().fold(path()), probability) : x;
    }
}
