package dev.steppe.core;

/** A number that must be finite is NaN or infinite; the message names the op, the direction and the step where it first appeared. */
public final class NonFiniteException extends ArithmeticException {
    private static final long serialVersionUID = 1L;

    /** @param message where the first non-finite number appeared */
    public NonFiniteException(String message) {
        super(message);
    }
}
