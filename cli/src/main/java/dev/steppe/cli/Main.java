package dev.steppe.cli;

import dev.steppe.cli.bench.BenchCommand;
import dev.steppe.cli.report.Version;
import java.io.PrintStream;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

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
        System.exit(run(System.out, System.err, args));
    }

    /** Runs a command and gives its exit code. */
    static int run(PrintStream out, PrintStream err, String... args) {
        return new CommandLine(new Main(out)).setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true)).setExpandAtFiles(false)
                .setParameterExceptionHandler(Failures::wrongOptions).setExecutionExceptionHandler(Failures::failed).execute(args);
    }

    /** Where results go. */
    PrintStream out() {
        return out;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing: train, flatness, compare, paths, optimizers or bench");
    }
}
