package dev.steppe.cli;

import java.io.Serial;

/** The heap is too small for what was asked for. */
final class OutOfMemoryException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    OutOfMemoryException() {
        super("out of memory: the heap is limited to " + (Runtime.getRuntime().maxMemory() >> 20)
                + " MiB; take a smaller --batch or --model, or more memory: STEPPE_OPTS=-Xmx8g");
    }
}
