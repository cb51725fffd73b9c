package dev.steppe.cli.bench;

import dev.steppe.cli.option.OutOfMemoryException;
import dev.steppe.cli.option.Rules;
import dev.steppe.core.RandomKey;
import dev.steppe.kernels.DType;
import dev.steppe.kernels.Kernels;
import dev.steppe.kernels.Span;
import dev.steppe.kernels.Workers;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What the commands below {@code steppe bench} have in common: threads to measure on, and how results are printed. */
abstract class Measurement implements Callable<Integer> {
    @Spec
    private CommandSpec spec;
    @Mixin
    private BenchOutput output;
    @Option(names = "--threads", paramLabel = "N", description = "Threads that compute. Default: one per processor.")
    private Integer threads;

    @Override
    public final Integer call() throws IOException {
        int count = threads == null ? Runtime.getRuntime().availableProcessors() : threads;
        Rules.requireThreads(count);
        check();
        try (Workers workers = Workers.of(count)) {
            measure(Kernels.on(workers));
            return 0;
        } catch (OutOfMemoryError e) {
            throw new OutOfMemoryException();
        }
    }

    /** Refuses options that cannot be. */
    abstract void check();

    /** Measures, and prints each result. */
    abstract void measure(Kernels kernels) throws IOException;

    final void print(Map<String, Object> row) {
        output.print(spec.commandLine().getOut(), row);
    }

    /** Standard normal numbers, other ones for each name. */
    static Span numbers(String name, long length) {
        RandomKey key = RandomKey.of(0).fold(name);
        Span span = Span.allocate(DType.F32, Math.toIntExact(length));
        for (int i = 0; i < span.length(); i++) {
            span.set(i, key.normal(i));
        }
        return span;
    }
}
