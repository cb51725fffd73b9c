package dev.steppe.cli.option;

import dev.steppe.kernels.Kernels;
import dev.steppe.nn.Models;
import dev.steppe.optim.OptionException;
import dev.steppe.optim.Schedules;
import java.nio.file.Path;

/** What the values of options must be that several commands have. Each throws {@link WrongOptionException}. */
public final class Rules {
    private static final int MOST_THREADS = 1024;

    private Rules() {
    }

    /** @param rule what the value must be: {@code at least 1} */
    public static void require(boolean holds, String option, Object value, String rule) {
        if (!holds) {
            throw new WrongOptionException(option + " is " + value + ", must be " + rule);
        }
    }

    /** What {@code --threads} may be. */
    public static void requireThreads(int n) {
        require(n >= 1 && n <= MOST_THREADS, "--threads", n, "from 1 to " + MOST_THREADS);
    }

    /** What an option may be that names a folder: not empty, which Java takes for the one that the command was called in. */
    public static void requireFolder(String option, Path folder) {
        require(!folder.toString().isEmpty(), option, "''", "the name of a folder");
    }

    /** What {@code --model} may name. */
    public static void requireModel(String name) {
        try {
            Models.named(name, 1, 1);
        } catch (IllegalArgumentException e) {
            throw new WrongOptionException("--model", e);
        }
    }

    /** What {@code --schedule} says, with all of its options. */
    public static String schedule(String text) {
        try {
            return Schedules.format(Schedules.parse(text));
        } catch (OptionException e) {
            throw new WrongOptionException("--schedule", e);
        }
    }

    /** What {@code --plans} says. */
    public static Kernels.Mode plans(String text) {
        require(text.equals("exact") || text.equals("fast"), "--plans", text, "fast or exact");
        return text.equals("exact") ? Kernels.Mode.EXACT : Kernels.Mode.FAST;
    }
}
