package dev.steppe.cli;

import dev.steppe.cli.option.OutOfMemoryException;
import dev.steppe.cli.option.WrongOptionException;
import dev.steppe.core.FormatException;
import dev.steppe.core.NonFiniteException;
import dev.steppe.data.LoaderException;
import dev.steppe.kernels.ShapeException;
import dev.steppe.optim.StateException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** What goes wrong as one line on standard error and an exit code; a stack trace only of what should not happen. */
final class Failures {
    private static final int FAILED = 1;
    private static final int WRONG_OPTIONS = 2;

    private Failures() {
    }

    static int wrongOptions(ParameterException e, String[] args) {
        String hint = "";
        if (e instanceof UnmatchedArgumentException unmatched) {
            List<String> near = unmatched.getSuggestions();
            hint = near.isEmpty() ? "" : "; did you mean " + String.join(" or ", near.subList(0, Math.min(3, near.size()))) + "?";
        }
        return wrongOptions(e.getCommandLine(), e.getMessage() + hint);
    }

    private static int wrongOptions(CommandLine command, String message) {
        String name = command.getCommandSpec().qualifiedName(" ");
        command.getErr().println(oneLine(name + ": " + message + " (see " + name + " --help)"));
        return WRONG_OPTIONS;
    }

    static int failed(Exception e, CommandLine command, ParseResult parsed) {
        if (e instanceof WrongOptionException) {
            return wrongOptions(command, e.getMessage());
        }
        String message = message(e, command.getCommandSpec().optionsMap().containsKey("--lr"));
        if (message == null) {
            e.printStackTrace(command.getErr());
            message = "this should not happen: " + e;
        }
        command.getErr().println(oneLine(command.getCommandSpec().qualifiedName(" ") + ": " + message));
        return FAILED;
    }

    /**
     * What an exception means to the user; null if it was not to be expected.
     *
     * @param rate whether the user may choose the learning rate
     */
    private static String message(Throwable e, boolean rate) {
        return switch (e) {
            case OutOfMemoryException memory -> memory.getMessage();
            case LoaderException loading when loading.getCause() instanceof OutOfMemoryError -> new OutOfMemoryException().getMessage();
            case UncheckedIOException unchecked -> message(unchecked.getCause(), rate);
            case FileSystemException file when file.getReason() == null -> file.getMessage() + reason(file);
            case FormatException format -> format.getMessage();
            case IOException io -> io.getMessage() == null ? io.toString() : io.getMessage();
            case NonFiniteException diverged ->
                rate ? "training diverged: " + diverged.getMessage() + "; a smaller --lr may help" : diverged.getMessage();
            case StateException state -> state.getMessage();
            case ShapeException shape -> shape.getMessage();
            case LoaderException loading -> loading.getMessage();
            default -> null;
        };
    }

    /** Java leaves out what went wrong with a file. */
    private static String reason(FileSystemException e) {
        return switch (e) {
            case NoSuchFileException none -> ": there is no such file or folder";
            case FileAlreadyExistsException there -> ": exists already";
            case AccessDeniedException denied -> ": access denied";
            case NotDirectoryException file -> ": is not a folder";
            default -> ": " + e.getClass().getSimpleName();
        };
    }

    /** Without line breaks and other control characters, which a file name or an argument may have. */
    private static String oneLine(String text) {
        return text.strip().replaceAll("\\s*\\R\\s*", " ").replaceAll("\\p{Cntrl}", "?");
    }
}
