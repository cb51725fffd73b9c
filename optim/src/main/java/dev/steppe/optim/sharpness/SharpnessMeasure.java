package dev.steppe.optim.sharpness;

import dev.steppe.optim.curvature.LossSurface;

/** A definition of sharpness. Open: write your own. */
public interface SharpnessMeasure {
    /** A few words, for a table. */
    String name();

    /** The value as a formula; L is the mean loss of the examples, w the weights. */
    String meaning();

    /** The radius of the neighbourhood, in the measure's own units; 0 if it has none. */
    double radius();

    /**
     * Measures at the weights of a surface, in its mode, with its random key; its listener is told of each pass.
     *
     * @throws dev.steppe.core.NonFiniteException if a loss or a gradient is not finite
     * @throws java.util.concurrent.CancellationException if the thread was interrupted; nothing has been changed
     */
    Sharpness of(LossSurface surface);
}
