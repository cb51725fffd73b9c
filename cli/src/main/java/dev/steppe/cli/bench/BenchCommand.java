package dev.steppe.cli.bench;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code steppe bench}: measurements. */
@Command(
        name = "bench",
        description = "Measures how fast this machine trains and predicts.",
        descriptionHeading = "%n",
        sortOptions = false,
        subcommands = {
            BenchStepCommand.class, BenchGemmCommand.class, BenchConvCommand.class,
            BenchMemoryCommand.class, BenchWarmupCommand.class, BenchPredictCommand.class, BenchHvpCommand.class})
public final class BenchCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "what to measure is missing: step, gemm, conv, memory, warmup, predict or hvp");
    }
}
