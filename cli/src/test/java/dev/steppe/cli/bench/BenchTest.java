package dev.steppe.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.cli.Shell;
import dev.steppe.core.FormatException;
import dev.steppe.train.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class BenchTest {
    /** What the PyTorch program prints, in its order. */
    private static final List<String> KEYS = List.of("peer", "model", "batch", "threads", "optimizer", "mode", "tuned", "bf16", "layout",
            "ms",
            "imagesPerSecond", "peakRssMiB");

    /** How far a quotient or product of two numbers may be off that are printed with four digits. */
    private static final double ROUNDED = 2e-3;

    @ParameterizedTest
    @CsvSource({"sgd, train", "sam, train", "sgd, predict", "aesam, train", "agnosticsam, train"})
    void printsOneLineWithTheKeysOfThePeer(String optimizer, String mode) throws FormatException {
        Shell.Run run = Shell
                .steppe("bench", "step", "--json", "--model", "resnet8", "--batch", "2", "--threads", "2", "--steps", "3", "--optimizer",
                        optimizer,
                        "--mode", mode)
                .ok();
        assertEquals(1, run.out().lines().count());
        Map<String, Object> result = Json.read("output", run.out());
        assertEquals(KEYS, new ArrayList<>(result.keySet()).subList(0, KEYS.size()));
        assertTrue(((String) result.get("peer")).startsWith("steppe "), run.out());
        assertEquals(List.of("resnet8", 2L, 2L, optimizer, mode),
                List.of(result.get("model"), result.get("batch"), result.get("threads"), result.get("optimizer"), result.get("mode")));
        double ms = (Double) result.get("ms");
        assertTrue(ms > 0, run.out());
        assertEquals(2 / ms * 1e3, (Double) result.get("imagesPerSecond"), ROUNDED * 2 / ms * 1e3);
    }

    /** The list of commands shows the first line of each. */
    @Test
    void whatACommandDoesIsOneSentence() {
        new CommandLine(new BenchCommand()).getSubcommands().forEach((name, command) -> {
            String first = command.getCommandSpec().usageMessage().description()[0];
            assertTrue(first.endsWith(".") && first.indexOf(':') < 0, name + ": " + first);
        });
    }

    @Test
    void optimizersAreTimedInTurn() throws FormatException {
        Shell.Run run = Shell
                .steppe("bench", "step", "--json", "--model", "resnet8", "--batch", "2", "--threads", "1", "--steps", "2", "--turns", "3",
                        "--beside", "sam", "--beside", "looksam:k=2")
                .ok();
        List<String> lines = run.out().lines().toList();
        assertEquals(3, lines.size());
        for (int i = 0; i < 3; i++) {
            Map<String, Object> row = Json.read("output", lines.get(i));
            assertEquals(List.of("sgd", "sam", "looksam:k=2").get(i), row.get("optimizer"));
            double ratio = ((Number) row.get("ratio")).doubleValue();
            assertTrue(ratio >= ((Number) row.get("least")).doubleValue() && ratio <= ((Number) row.get("most")).doubleValue(), run.out());
            assertTrue(i > 0 || ratio == 1, run.out());
        }
        assertEquals(2, Shell.steppe("bench", "step", "--mode", "predict", "--beside", "sam").exit());
        assertEquals(2, Shell.steppe("bench", "step", "--beside", "samm").exit());
    }

    @Test
    void productsGiveALineForEachSize() throws FormatException {
        Shell.Run run = Shell.steppe("bench", "gemm", "--json", "--size", "7,32", "--threads", "1", "--runs", "3").ok();
        List<String> lines = run.out().lines().toList();
        assertEquals(2, lines.size());
        for (int i = 0; i < 2; i++) {
            Map<String, Object> result = Json.read("output", lines.get(i));
            long n = i == 0 ? 7 : 32;
            assertEquals(List.of("sgemm", n, 1L), List.of(result.get("kernel"), result.get("n"), result.get("threads")));
            double ms = (Double) result.get("ms");
            double gflops = 2.0 * n * n * n / ms * 1e-6;
            assertEquals(gflops, (Double) result.get("gflops"), ROUNDED * gflops, run.out());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"training", "evaluation"})
    void productsOfTheHessianHaveTheKeysOfThePeer(String mode) throws FormatException {
        Shell.Run run = Shell
                .steppe("bench", "hvp", "--json", "--model", "resnet8", "--batch", "2", "--threads", "1", "--runs", "2", "--bn",
                        mode)
                .ok();
        Map<String, Object> row = Json.read("output", run.out());
        assertEquals(List.of("hvp", "resnet8", 2L, 1L, mode),
                List.of(row.get("kernel"), row.get("model"), row.get("batch"), row.get("threads"), row.get("mode")));
        for (String key : List.of("gradientMs", "hvpMs", "keptMs")) {
            assertTrue((Double) row.get(key) > 0, run.out());
        }
        assertEquals(2, Shell.steppe("bench", "hvp", "--bn", "both").exit());
        assertEquals(2, Shell.steppe("bench", "hvp", "--batch", "0").exit());
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "7,-1", "20000", "x"})
    void aSizeThatCannotBeIsRefused(String size) {
        Shell.Run run = Shell.steppe("bench", "gemm", "--size", size);
        assertEquals(2, run.exit());
        assertTrue(run.err().contains("--size"), run.err());
    }

    @Test
    void convolutionsGiveALineForEachPassAndAPicture(@TempDir Path folder) throws IOException {
        Path picture = folder.resolve("roofline.png");
        Shell.Run run = Shell.steppe("bench", "conv", "--json", "--model", "resnet8", "--batch", "1", "--threads", "1", "--runs", "1",
                "--picture", picture.toString()).ok();
        assertTrue(ImageIO.read(picture.toFile()).getWidth() > 1000);
        List<Map<String, Object>> rows = new ArrayList<>();
        for (String line : run.out().lines().toList()) {
            rows.add(Json.read("output", line));
        }
        assertEquals(List.of("forward", "backwardInput", "backwardFilter"), rows.stream().limit(3).map(r -> r.get("pass")).toList());
        assertEquals(3 * 6, rows.size(), "stem, and of each stage what is new: " + run.out());
        assertEquals(Set.of("direct", "winograd"), rows.stream().map(r -> r.get("plan")).collect(Collectors.toSet()));
        for (Map<String, Object> row : rows) {
            for (String plans : List.of("exact", "fast")) {
                double speed = (Double) row.get(plans + "Gflops");
                assertEquals(gflop(row), speed * (Double) row.get(plans + "Ms") * 1e-3, ROUNDED * gflop(row), run.out());
                double peak = (Double) row.get("exactGflops") / (Double) row.get("exactShare");
                assertEquals(peak, speed / (Double) row.get(plans + "Share"), ROUNDED * peak, run.out());
            }
        }
    }

    private static double gflop(Map<String, Object> row) {
        long side = (Long) row.get("size") / (Long) row.get("stride");
        long filter = (Long) row.get("filter");
        return 2e-9 * side * side * (Long) row.get("outChannels") * filter * filter * (Long) row.get("inChannels");
    }

    @Test
    void laterStepsTakeTheirArraysFromThePool() throws FormatException {
        Shell.Run run = Shell
                .steppe("bench", "memory", "--json", "--model", "resnet8", "--batch", "2", "--threads", "1", "--steps", "12").ok();
        Map<String, Object> row = Json.read("output", run.out());
        assertEquals(0.0, row.get("newArraysPerStep"), run.out());
        assertTrue((Double) row.get("poolMiB") > 0 && (Long) row.get("bytesPerStep") > 0, run.out());
    }

    @ParameterizedTest
    @ValueSource(strings = {"--cold", "--threads=1"})
    void warmUpHasAnEnd(String option) throws FormatException {
        Shell.Run run = Shell.steppe("bench", "warmup", "--json", "--model", "resnet8", "--batch", "2", "--seconds", "2", option).ok();
        Map<String, Object> row = Json.read("output", run.out());
        assertTrue((Double) row.get("steadySinceSeconds") >= (Double) row.get("firstStepEndsAtSeconds"), run.out());
        assertTrue((Double) row.get("steadyMs") > 0 && (Long) row.get("steps") >= 3, run.out());
    }

    @Test
    void predictionsHaveALatencyAndAThroughput() throws FormatException {
        Shell.Run run = Shell
                .steppe("bench", "predict", "--json", "--model", "resnet8", "--threads", "1", "--plans", "exact", "--calls", "20",
                        "--batches", "2,3", "--runs", "2")
                .ok();
        Map<String, Object> row = Json.read("output", run.out());
        assertEquals(List.of("resnet8", 1L, "exact"), List.of(row.get("model"), row.get("threads"), row.get("plans")));
        double median = (Double) row.get("medianMs");
        assertTrue(median > 0 && median <= (Double) row.get("p95Ms") && (Double) row.get("p95Ms") <= (Double) row.get("p99Ms"), run.out());
        assertTrue(List.of(2L, 3L).contains(row.get("bestBatch")) && (Double) row.get("imagesPerSecond") > 0, run.out());
    }

    @Test
    void percentilesAreNearestRanks() {
        double[] seconds = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20};
        assertEquals(10, Timing.percentile(seconds, 50));
        assertEquals(19, Timing.percentile(seconds, 95));
        assertEquals(20, Timing.percentile(seconds, 99));
        assertEquals(7, Timing.percentile(new double[] {7}, 50));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "8,-1", "20000", "x"})
    void aBatchThatCannotBeIsRefused(String batches) {
        Shell.Run run = Shell.steppe("bench", "predict", "--batches", batches);
        assertEquals(2, run.exit());
        assertTrue(run.err().contains("--batches"), run.err());
    }

    @Test
    void withoutJsonATableIsPrinted() {
        List<String> lines = Shell.steppe("bench", "gemm", "--size", "8,9", "--threads", "1", "--runs", "1").ok().out().lines().toList();
        assertEquals(3, lines.size());
        assertTrue(lines.get(0).matches("\\s*peer +kernel +n +threads +ms +gflops +share"), lines.get(0));
        assertTrue(lines.get(2).contains(" 9 "), lines.get(2));
    }
}
