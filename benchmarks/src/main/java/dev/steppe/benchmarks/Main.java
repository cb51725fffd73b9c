package dev.steppe.benchmarks;

import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/** JMH with all its options; everyone in the build takes part unless {@code -p kernels=} says otherwise, and a table at the end has them side by side. */
final class Main {
    /** Options that only tell something. */
    private static final List<String> ASKING = List.of("-h", "-l", "-lp", "-lprof", "-lrf");

    private Main() {
    }

    /** @param args the options of JMH */
    public static void main(String[] args) throws Exception {
        if (List.of(args).stream().anyMatch(ASKING::contains)) {
            org.openjdk.jmh.Main.main(args);
            return;
        }
        try {
            Collection<RunResult> results = new Runner(options(args).build()).run();
            System.out.println();
            System.out.print(Table.of(results));
        } catch (CommandLineOptionException | RunnerException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }

    private static ChainedOptionsBuilder options(String[] args) throws CommandLineOptionException {
        CommandLineOptions given = new CommandLineOptions(args);
        ChainedOptionsBuilder options = new OptionsBuilder().parent(given);
        List<String> all = Contenders.all().stream().map(Contender::name).toList();
        for (String asked : given.getParameter("kernels").orElse(all)) {
            if (!all.contains(asked)) { throw new CommandLineOptionException("-p kernels=" + asked + ": this build has " + all); }
        }
        if (!given.getParameter("kernels").hasValue()) { options.param("kernels", all.toArray(String[]::new)); }
        return options;
    }
}
