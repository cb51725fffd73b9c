package dev.steppe.optim.curvature;

/** Is told how far some long work has come, by the thread that does it. What it throws ends the work; nothing has been changed by it. */
@FunctionalInterface
public interface ProgressListener {
    /** Listens to nothing. */
    ProgressListener NONE = (task, done, total) -> {
    };

    /**
     * A part is done.
     *
     * @param task of which work, for example {@code lanczos}
     * @param done how many parts
     * @param total how many there will be at most
     */
    void progress(String task, int done, int total);
}
