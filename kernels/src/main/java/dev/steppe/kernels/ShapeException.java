package dev.steppe.kernels;

/** Shapes, lengths or attributes do not fit; the message names the operation and all the numbers involved. */
public final class ShapeException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /** @param message the operation, a colon, what was given and what was expected */
    public ShapeException(String message) {
        super(message);
    }
}
