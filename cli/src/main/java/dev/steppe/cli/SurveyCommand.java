package dev.steppe.cli;

import dev.steppe.cli.contest.Trials;
import dev.steppe.cli.option.Rules;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code steppe survey}: short runs with one optimizer after the other. */
@Command(
        name = "survey",
        description = {
            "Trains ResNet-8 on the embedded sample for 3 epochs with one optimizer after the other, and writes a line of results for each.",
            ""},
        sortOptions = false,
        showDefaultValues = true,
        descriptionHeading = "%n",
        parameterListHeading = "Parameters:%n",
        optionListHeading = "Options:%n",
        exitCodeList = {"0:done", "1:--seconds are up and not all is done, data or files cannot be read or written, or memory is short",
            "2:wrong options", "130:stopped by Ctrl-C"})
final class SurveyCommand implements Callable<Integer> {
    @ParentCommand
    private Main main;

    @Parameters(paramLabel = "DIR", description = "Where runs and results.jsonl are kept; what is done there is not done again.")
    private Path folder;
    @Option(
            names = "--optimizer",
            paramLabel = "NAME[:k=v,..]",
            description = "As of steppe train; may be given several times. Default: SGD, and each variant with its defaults, where these are made for longer runs with what a run of 234 steps needs.")
    private List<String> optimizers;
    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "0",
            description = "Stops after so many seconds, to be called again; 0: goes on to the end.")
    private int seconds;
    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads that compute; the result does not depend on it. Default: one per processor.")
    private Integer threads;

    @Override
    public Integer call() throws IOException {
        Rules.require(seconds >= 0, "--seconds", seconds, "0 or more");
        int count = threads == null ? Runtime.getRuntime().availableProcessors() : threads;
        Rules.requireThreads(count);
        List<Trials.Trial> trials = optimizers == null
                ? Trials.all()
                : optimizers.stream().map(text -> new Trials.Trial(text.split("[:+]", 2)[0], text, "")).toList();
        return new Trials(folder, trials, Trials.onTheSample(count), main.out()).run(seconds);
    }
}
