package dev.steppe.data;

import java.io.Serial;

/** A batch could not be made (the cause says why: what a dataset or a transform threw), or the wait for it was interrupted. */
public final class LoaderException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * @param message which batch
     * @param cause what was thrown
     */
    public LoaderException(String message, Throwable cause) {
        super(message, cause);
    }
}
