package dev.steppe.cli;

import dev.steppe.core.RandomKey;
import dev.steppe.kernels.DType;
import dev.steppe.kernels.GemmShape;
import dev.steppe.kernels.Kernels;
import dev.steppe.kernels.Span;
import dev.steppe.kernels.Workers;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code steppe bench gemm}: products of square F32 matrices. */
@Command(name = "gemm", sortOptions = false, showDefaultValues = true, descriptionHeading = "%n", description = {
    "Times products of square F32 matrices: the median after a warm-up in milliseconds, and GFLOP/s, 2 n^3 by it.", ""})
final class BenchGemmCommand implements Callable<Integer> {
    private static final int LARGEST = 16384;

    @Spec
    private CommandSpec spec;
    @Mixin
    private BenchOutput output;

    @Option(names = "--size", paramLabel = "N", split = ",", defaultValue = "384,768,1152,2304", description = "Rows and columns, separated by commas.")
    private int[] sizes;
    @Option(names = "--threads", paramLabel = "N", description = "Threads that compute. Default: one per processor.")
    private Integer threads;
    @Option(names = "--runs", paramLabel = "N", defaultValue = "15", description = "How many products are timed.")
    private int runs;

    @Override
    public Integer call() {
        int count = threads == null ? Runtime.getRuntime().availableProcessors() : threads;
        TrainCommand.requireThreads(count);
        TrainCommand.require(runs >= 1, "--runs", runs, "at least 1");
        for (int n : sizes) {
            TrainCommand.require(n >= 1 && n <= LARGEST, "--size", n, "between 1 and " + LARGEST);
        }
        PrintStream out = ((Main) spec.root().userObject()).out();
        try (Workers workers = Workers.of(count)) {
            for (int n : sizes) {
                output.print(out, time(n, Kernels.on(workers)));
            }
            return 0;
        } catch (OutOfMemoryError e) {
            throw new OutOfMemoryException();
        }
    }

    private Map<String, Object> time(int n, Kernels kernels) {
        Span a = numbers(n, "a");
        Span b = numbers(n, "b");
        Span c = Span.allocate(DType.F32, n * n);
        GemmShape shape = GemmShape.of(false, false, n, n, n);
        double ms = 1e3 * Timing.medianSeconds(() -> kernels.gemm().gemm(shape, a, b, c, false), runs);
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("peer", Version.text());
        result.put("kernel", "sgemm");
        result.put("n", n);
        result.put("threads", kernels.workers().threads());
        result.put("ms", Timing.round(ms, 3));
        result.put("gflops", Timing.round(2.0 * n * n * n / ms * 1e-6, 3));
        return result;
    }

    private static Span numbers(int n, String name) {
        RandomKey key = RandomKey.of(0).fold(name);
        Span span = Span.allocate(DType.F32, n * n);
        for (int i = 0; i < span.length(); i++) {
            span.set(i, key.normal(i));
        }
        return span;
    }
}
