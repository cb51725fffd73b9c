package dev.steppe.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.core.FormatException;
import dev.steppe.train.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BenchTest {
    /** What the PyTorch program prints, in its order. */
    private static final List<String> KEYS = List.of("peer", "model", "batch", "threads", "optimizer", "mode", "tuned", "bf16", "layout",
            "ms",
            "imagesPerSecond", "peakRssMiB");

    @ParameterizedTest
    @CsvSource({"sgd, train", "sam, train", "sgd, predict"})
    void printsOneLineWithTheKeysOfThePeer(String optimizer, String mode) throws FormatException {
        Shell.Run run = Shell
                .steppe("bench", "step", "--model", "resnet8", "--batch", "2", "--threads", "2", "--steps", "3", "--optimizer", optimizer,
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
        assertEquals(2 / ms * 1e3, (Double) result.get("imagesPerSecond"), 0.05 + 0.06 * 2 / ms * 1e3);
    }

    @Test
    void productsGiveALineForEachSize() throws FormatException {
        Shell.Run run = Shell.steppe("bench", "gemm", "--size", "7,32", "--threads", "1", "--runs", "3").ok();
        List<String> lines = run.out().lines().toList();
        assertEquals(2, lines.size());
        for (int i = 0; i < 2; i++) {
            Map<String, Object> result = Json.read("output", lines.get(i));
            long n = i == 0 ? 7 : 32;
            assertEquals(List.of("sgemm", n, 1L), List.of(result.get("kernel"), result.get("n"), result.get("threads")));
            double ms = (Double) result.get("ms");
            double gflops = 2.0 * n * n * n / ms * 1e-6;
            assertEquals(gflops, (Double) result.get("gflops"), 1e-3 + gflops * 1e-3 / ms, run.out());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "7,-1", "20000", "x"})
    void aSizeThatCannotBeIsRefused(String size) {
        Shell.Run run = Shell.steppe("bench", "gemm", "--size", size);
        assertEquals(2, run.exit());
        assertTrue(run.err().contains("--size"), run.err());
    }
}
