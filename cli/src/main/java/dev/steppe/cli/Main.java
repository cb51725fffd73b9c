package dev.steppe.cli;

import dev.steppe.cli.bench.BenchCommand;
import dev.steppe.cli.report.Version;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The {@code steppe} command. */
@Command(
        name = "steppe",
        description = "Deep learning in pure Java that finds flat minima.",
        versionProvider = Main.VersionOption.class,
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        subcommands = {
            TrainCommand.class, FlatnessCommand.class, CompareCommand.class, PathsCommand.class, SurveyCommand.class,
            OptimizersCommand.class,
            BenchCommand.class},
        sortOptions = false,
        usageHelpAutoWidth = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:done",
            "1:data or files cannot be read or written, memory is short, or training diverged", "2:wrong options",
            "130:stopped by Ctrl-C"})
public final class Main implements Runnable {
    /** What {@code --version} prints. */
    static final class VersionOption implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {Version.text()};
        }
    }

    private final PrintStream out;
    @Spec
    private CommandSpec spec;

    private Main(PrintStream out) {
        this.out = out;
    }

    /** Runs a command and ends the process with its exit code. */
    public static void main(String[] args) {
        int exit = run(System.out, System.err, args);
        System.exit(exit == 0 && isOutputLost() ? 1 : exit);
    }

    /** Whether what was printed got lost, as on a full disk, which is said. That a reader had enough and closed its pipe is no failure. */
    private static boolean isOutputLost() {
        if (!System.out.checkError()) { return false; }
        String reason = "";
        try (FileOutputStream again = new FileOutputStream(FileDescriptor.out)) {
            again.write('\n');
        } catch (IOException e) {
            reason = ": " + e.getMessage();
        }
        if (reason.toLowerCase(Locale.ROOT).contains("pipe")) { return false; }
        System.err.println("steppe: standard output could not be written" + reason);
        return true;
    }

    /** Runs a command and gives its exit code. */
    static int run(PrintStream out, PrintStream err, String... args) {
        return new CommandLine(new Main(out)).setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true)).setExpandAtFiles(false)
                .registerConverter(Path.class, Main::path)
                .setParameterExceptionHandler(Failures::wrongOptions).setExecutionExceptionHandler(Failures::failed).execute(args);
    }

    private static Path path(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            // Java's words for a character that the file names of this process cannot have.
            boolean locale = e.getReason().contains("unmappable");
            throw new TypeConversionException("'" + text + "' is no path: "
                    + (locale ? "the locale (LC_ALL, LANG) has no such characters; take one in UTF-8" : e.getReason()));
        }
    }

    /** Where results go. */
    PrintStream out() {
        return out;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(),
                "a command is missing; there are " + String.join(", ", spec.subcommands().keySet()));
    }
}
