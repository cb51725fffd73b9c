package dev.steppe.cli.option;

import java.io.Serial;

/** The heap is too small for what was asked for. */
public final class OutOfMemoryException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** It happened. */
    public OutOfMemoryException() {
        super("out of memory: " + remedy());
    }

    /** It would happen. */
    public OutOfMemoryException(long bytes, int batch) {
        super("a step of " + batch + " images needs about " + (bytes >> 20) + " MiB of arrays: " + remedy());
    }

    private static String remedy() {
        return "the heap is limited to " + (Runtime.getRuntime().maxMemory() >> 20)
                + " MiB; take a smaller --batch or --model, or more memory: STEPPE_OPTS=-Xmx8g";
    }
}
