package dev.steppe.benchmarks;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.RunResult;

/** Results side by side: a row for each shape, a column for each contender, with milliseconds and GFLOP/s. */
final class Table {
    private Table() {
    }

    static String of(Collection<RunResult> results) {
        Map<String, Map<String, String>> rows = new LinkedHashMap<>();
        Set<String> contenders = new TreeSet<>();
        for (RunResult result : results) {
            BenchmarkParams params = result.getParams();
            contenders.add(params.getParam("kernels"));
            double ms = result.getPrimaryResult().getScore();
            rows.computeIfAbsent(row(params), r -> new LinkedHashMap<>()).put(params.getParam("kernels"),
                    String.format(Locale.ROOT, "%.2f ms %4.0f GF/s", ms, flops(params) / ms / 1e6));
        }
        StringBuilder text = new StringBuilder(line("", contenders.stream().toList()));
        rows.forEach((row, cells) -> text.append(line(row, contenders.stream().map(c -> cells.getOrDefault(c, "")).toList())));
        return text.toString();
    }

    private static String line(String first, Iterable<String> cells) {
        StringBuilder text = new StringBuilder(String.format("%-50s", first));
        cells.forEach(cell -> text.append(String.format("%24s", cell)));
        return text.append('\n').toString().stripTrailing() + "\n";
    }

    private static String row(BenchmarkParams params) {
        String threads = params.getParam("threads").equals("0") ? "" : ", " + params.getParam("threads") + " threads";
        return params.getParam("n") != null
                ? "gemm " + params.getParam("n") + threads
                : params.getParam("layer") + " " + params.getParam("pass") + " x" + params.getParam("batch") + threads;
    }

    private static double flops(BenchmarkParams params) {
        return params.getParam("n") != null
                ? GemmBenchmark.flops(Integer.parseInt(params.getParam("n")))
                : Sizes.flops(Layer.valueOf(params.getParam("layer")).shape(Integer.parseInt(params.getParam("batch"))));
    }
}
