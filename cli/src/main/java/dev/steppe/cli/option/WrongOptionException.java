package dev.steppe.cli.option;

import java.io.Serial;

/** An option has a value that it must not have, or does not go with another one. The message names them. */
public final class WrongOptionException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** @param message names the option and its value */
    public WrongOptionException(String message) {
        super(message);
    }

    /** What a parser of option values said. */
    WrongOptionException(String option, IllegalArgumentException cause) {
        super(option + ": " + cause.getMessage(), cause);
    }
}
