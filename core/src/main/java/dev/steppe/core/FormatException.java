package dev.steppe.core;

import java.io.IOException;
import java.io.Serial;

/** The content of a file (or of another named source) is not what its format promises: truncated, corrupt, out of range or of another kind. */
public final class FormatException extends IOException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final String source;
    private final long offset;

    /**
     * @param source the file, as the user would name it
     * @param offset the byte where the trouble is, or -1 if it concerns the file as a whole
     * @param problem what was expected and what was found, with both numbers
     */
    public FormatException(String source, long offset, String problem) {
        super(source + (offset < 0 ? ": " : ": at byte " + offset + ": ") + problem);
        this.source = source;
        this.offset = offset;
    }

    /** The same, for trouble that another exception reported. */
    public FormatException(String source, long offset, String problem, Throwable cause) {
        this(source, offset, problem);
        initCause(cause);
    }

    /** The file, as it was named when it was opened. */
    public String source() {
        return source;
    }

    /** The byte where the trouble is, or -1 if it concerns the file as a whole. */
    public long offset() {
        return offset;
    }
}
