package dev.steppe.cli.run;

import dev.steppe.train.EpochReport;
import dev.steppe.train.TrainingListener;
import java.io.PrintStream;
import java.util.Locale;
import java.util.function.LongSupplier;

/** Says how training goes: a line for each epoch, and in between one line that is written again and again, or now and then one if this is no terminal. */
public final class ConsoleReporter implements TrainingListener {
    private static final int BAR = 14;
    private static final long TERMINAL_NANOS = 100_000_000L;
    private static final long PLAIN_NANOS = 30_000_000_000L;

    private final PrintStream out;
    private final boolean terminal;
    private final int width;
    private final int epochs;
    private final LongSupplier nanoTime;
    private long last;

    ConsoleReporter(PrintStream out, boolean terminal, int epochs) {
        this(out, terminal, Terminal.width(), epochs, System::nanoTime);
    }

    /**
     * @param width how long a line may be that is written again
     * @param nanoTime the clock, as {@link System#nanoTime}
     */
    ConsoleReporter(PrintStream out, boolean terminal, int width, int epochs, LongSupplier nanoTime) {
        this.out = out;
        this.terminal = terminal;
        this.width = width;
        this.epochs = epochs;
        this.nanoTime = nanoTime;
        this.last = nanoTime.getAsLong();
    }

    @Override
    public void onStep(Progress p) {
        long now = nanoTime.getAsLong();
        if (now - last < (terminal ? TERMINAL_NANOS : PLAIN_NANOS)) {
            return;
        }
        last = now;
        String numbers = String.format(Locale.ROOT, "%d/%d  loss %.4f  %,.0f images/s  %s left", p.batch(), p.batches(), p.report().loss(),
                p.imagesPerSecond(), time(p.secondsLeft()));
        if (terminal) {
            int done = (int) ((long) BAR * p.batch() / p.batches());
            String bar = "[" + "=".repeat(done) + " ".repeat(BAR - done) + "] ";
            String head = head(p.epoch());
            rewrite(head.length() + bar.length() + numbers.length() > width ? head + numbers : head + bar + numbers);
            out.flush();
        } else {
            out.println(head(p.epoch()) + numbers);
        }
    }

    @Override
    public void onEpoch(EpochReport e) {
        String line = head(e.epoch()) + String.format(Locale.ROOT, "loss %.4f", e.trainLoss());
        if (Double.isFinite(e.testAccuracy())) {
            line += String.format(Locale.ROOT, "  test loss %.4f  accuracy %.2f %%", e.testLoss(), 100 * e.testAccuracy());
        }
        line += String.format(Locale.ROOT, "  %,.0f images/s  %s", e.imagesPerSecond(),
                time(e.trainSeconds() + (Double.isFinite(e.testSeconds()) ? e.testSeconds() : 0)));
        if (terminal) {
            rewrite("");
            out.println('\r' + line);
        } else {
            out.println(line);
        }
        last = nanoTime.getAsLong();
    }

    /** Ends a line that is still being written. */
    void endLine() {
        if (terminal) {
            rewrite("");
            out.print('\r');
            out.flush();
        }
    }

    private void rewrite(String line) {
        out.print(Terminal.line(line, width));
    }

    private String head(int epoch) {
        String total = String.valueOf(epochs);
        return "epoch " + " ".repeat(total.length() - String.valueOf(epoch).length()) + epoch + "/" + total + "  ";
    }

    /** For example {@code 4.2 s}, {@code 1:05}, {@code 2:03:00}. */
    public static String time(double seconds) {
        long whole = Math.round(seconds);
        if (seconds < 59.95) {
            return String.format(Locale.ROOT, "%.1f s", seconds);
        }
        return whole < 3600
                ? String.format("%d:%02d", whole / 60, whole % 60)
                : String.format("%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60);
    }
}
