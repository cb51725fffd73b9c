package dev.steppe.optim;

import java.io.Serial;

/** A saved state does not fit the optimizer that is to go on from it; the message says what is missing, superfluous or of another shape. */
public final class StateException extends IllegalArgumentException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** @param message what does not fit, with both shapes or names */
    public StateException(String message) {
        super(message);
    }
}
