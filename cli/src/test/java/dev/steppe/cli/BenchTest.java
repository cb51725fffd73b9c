package dev.steppe.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.core.FormatException;
import dev.steppe.train.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
        assertEquals(2 / ms * 1e3, (Double) result.get("imagesPerSecond"), 0.06 * 2 / ms * 1e3);
    }
}
