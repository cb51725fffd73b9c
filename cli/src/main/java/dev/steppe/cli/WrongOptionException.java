package dev.steppe.cli;

import java.io.Serial;

/** An option has a value that it must not have, or does not go with another one. The message names them. */
final class WrongOptionException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    WrongOptionException(String message) {
        super(message);
    }

    /** What a parser of option values said. */
    WrongOptionException(String option, IllegalArgumentException cause) {
        super(option + ": " + cause.getMessage(), cause);
    }
}
