package dev.steppe.optim;

/**
 * A variant that goes on when the base optimizer has moved the weights: with slow weights, or several updates in one step. It stands alone: no other variant can
 * contain it, for who contains it decides what becomes of its gradient.
 */
public interface LandingVariant extends SamVariant {
    /** Called when the base optimizer has moved the weights with {@link #gradient}. */
    void land(Landing landing);

    /** The name of the remembered point at which the model is to be evaluated and saved, as long as there is one; null: at the weights. */
    default String evaluatesAt() {
        return null;
    }
}
