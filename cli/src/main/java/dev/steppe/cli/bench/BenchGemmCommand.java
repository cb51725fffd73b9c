package dev.steppe.cli.bench;

import dev.steppe.cli.option.Rules;
import dev.steppe.cli.report.Version;
import dev.steppe.kernels.DType;
import dev.steppe.kernels.GemmShape;
import dev.steppe.kernels.Kernels;
import dev.steppe.kernels.MachinePeak;
import dev.steppe.kernels.Span;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code steppe bench gemm}: products of square F32 matrices. */
@Command(
        name = "gemm",
        sortOptions = false,
        showDefaultValues = true,
        descriptionHeading = "%n",
        description = {
            "Times products of square F32 matrices.", "",
            "The median after a warm-up in milliseconds, and GFLOP/s, 2 n^3 by it, and their share of the multiply-adds that this machine",
            "does from registers, measured just before.", ""})
final class BenchGemmCommand extends Measurement {
    private static final int LARGEST = 16384;

    @Option(
            names = "--size",
            paramLabel = "N",
            split = ",",
            defaultValue = "384,768,1152,2304",
            description = "Rows and columns, separated by commas.")
    private int[] sizes;
    @Option(names = "--runs", paramLabel = "N", defaultValue = "15", description = "How many products are timed.")
    private int runs;

    @Override
    void check() {
        Rules.require(runs >= 1, "--runs", runs, "at least 1");
        for (int n : sizes) {
            Rules.require(n >= 1 && n <= LARGEST, "--size", n, "between 1 and " + LARGEST);
        }
    }

    @Override
    void measure(Kernels kernels) {
        for (int n : sizes) {
            print(time(n, kernels));
        }
    }

    private Map<String, Object> time(int n, Kernels kernels) {
        Span a = numbers("a", (long) n * n);
        Span b = numbers("b", (long) n * n);
        Span c = Span.allocate(DType.F32, n * n);
        GemmShape shape = GemmShape.of(false, false, n, n, n);
        double peak = MachinePeak.multiplyAdds(kernels);
        double ms = 1e3 * Timing.medianSeconds(() -> kernels.gemm().gemm(shape, a, b, c, false), runs);
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("peer", Version.text());
        result.put("kernel", "sgemm");
        result.put("n", n);
        result.put("threads", kernels.workers().threads());
        result.put("ms", ms);
        result.put("gflops", 2.0 * n * n * n / ms * 1e-6);
        result.put("share", 2.0 * n * n * n / ms * 1e-6 / peak);
        return result;
    }
}
