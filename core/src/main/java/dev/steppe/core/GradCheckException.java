package dev.steppe.core;

/** A backward does not agree with its forward: see {@link GradCheck}. The message names the entry and both numbers. */
public final class GradCheckException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    /** @param message which entry, what was computed, what was expected */
    public GradCheckException(String message) {
        super(message);
    }
}
