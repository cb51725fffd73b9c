package dev.steppe.core;

/** A tape, or a tensor of a tape, was used in a way that it does not allow: after closing, across tapes, or outside what was recorded. */
public final class TapeException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    /** @param message what was done, and what to do instead */
    public TapeException(String message) {
        super(message);
    }
}
