package dev.steppe.cli.run;

import dev.steppe.optim.curvature.ProgressListener;
import java.io.PrintStream;
import java.util.Locale;

/** Says how far the parts of some long work are: on a terminal one line for each that is written again and again, elsewhere one when it is done. */
public final class TaskProgress implements ProgressListener {
    private static final long NANOS = 100_000_000L;

    private final PrintStream out;
    private final boolean terminal;
    private final int width = Terminal.width();
    private String task;
    private String line = "";
    private long begun;
    private long last;

    /** @param terminal whether a line can be written again */
    public TaskProgress(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    @Override
    public void progress(String name, int done, int total) {
        long now = System.nanoTime();
        if (!name.equals(task)) {
            end();
            task = name;
            begun = now;
            last = 0;
        }
        line = String.format(Locale.ROOT, "%s  %d/%d  %s", name, done, total, ConsoleReporter.time((now - begun) * 1e-9));
        if (terminal && now - last > NANOS) {
            last = now;
            out.print(Terminal.line(line, width));
            out.flush();
        }
    }

    /** Ends the line of the part under way. */
    public void end() {
        if (task != null) {
            out.println((terminal ? Terminal.line("", width) + '\r' : "") + line);
            task = null;
        }
    }
}
