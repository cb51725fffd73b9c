package dev.steppe.cli.contest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.cli.Main;
import dev.steppe.cli.Shell;
import dev.steppe.cli.report.ReportTest;
import dev.steppe.core.RandomKey;
import dev.steppe.train.Json;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code steppe compare} on images that take no time. */
class CompareTest {
    private static final boolean NIGHTLY = "nightly".equals(System.getProperty("steppe.suite"));
    private static final int KILLS = NIGHTLY ? 10 : 1;

    @TempDir
    Path temp;
    private String images;

    @BeforeEach
    void pictures() throws IOException {
        images = Shell.images(temp.resolve("images")).toString();
    }

    private List<String> command(Path out, String... more) {
        List<String> command = new ArrayList<>(
                List.of("compare", "--data", "folder", "--data-dir", images, "--batch", "16", "--threads", "1",
                        "--out", out.toString()));
        command.addAll(Arrays.asList(more));
        return command;
    }

    private static Shell.Run steppe(List<String> command) {
        return Shell.steppe(command.toArray(String[]::new));
    }

    /** The numbers without those of the clock. */
    private static Map<String, Object> numbers(Path folder) throws IOException {
        Map<String, Object> json = Json.read("compare.json", Files.readString(folder.resolve(ContestReport.NUMBERS)));
        ((List<?>) json.get("optimizers")).forEach(o -> ((Map<?, ?>) o).remove("seconds"));
        return json;
    }

    private static Map<?, ?> optimizer(Map<String, Object> json, int i) {
        return (Map<?, ?>) ((List<?>) json.get("optimizers")).get(i);
    }

    @Test
    void allIsTrainedAndTold() throws IOException, InterruptedException {
        Path out = temp.resolve("out");
        List<String> command = command(out, "--optimizer", "sgd", "--optimizer", "sam:rho=0.2", "--seeds", "2", "--epochs", "1",
                "--no-flatness");
        Shell.Run run = steppe(command).ok();
        assertTrue(run.out().contains("4 of 4: sam:rho=0.2, seed 2, 1 epochs"), run.out());
        assertTrue(run.out().lines().anyMatch("±: the standard deviation of 2 seeds"::equals), run.out());
        Map<String, Object> json = numbers(out);
        assertEquals(List.of("sgd", "sam:rho=0.2"), ((Map<?, ?>) json.get("contest")).get("optimizers"));
        assertEquals(0.0, ((Map<?, ?>) optimizer(json, 0).get("accuracy")).get("difference"), "the first one is what is compared with");
        assertEquals(4.0, ((Map<?, ?>) optimizer(json, 1).get("passes")).get("mean"));
        List<?> losses = (List<?>) ((Map<?, ?>) optimizer(json, 1).get("testLoss")).get("values");
        assertEquals(2, losses.size());
        assertNotEquals(losses.get(0), losses.get(1), "two seeds");
        ReportTest.assertWhole(Files.readString(out.resolve(ContestReport.PAGE)));
        ReportTest.assertLooksRight(out.resolve(ContestReport.PAGE));
        Map<?, ?> gap = (Map<?, ?>) optimizer(json, 1).get("lossGap");
        String tables = Files.readString(out.resolve(ContestReport.TABLES));
        String mean = String.format(Locale.ROOT, " | %.4f ± %.4f | ", gap.get("mean"), gap.get("halfWidth"));
        String difference = String.format(Locale.ROOT, " | %+.4f ± %.4f | ", gap.get("difference"), gap.get("differenceHalfWidth"));
        List<String> rows = tables.lines().filter(line -> line.startsWith("| `sam:rho=0.2`")).toList();
        assertTrue(rows.size() == 2 && rows.get(0).contains(mean) && rows.get(1).replace(" *", "").contains(difference), tables);
        assertTrue(!steppe(command).ok().out().contains("of 4:"), "what is done is not done again");
        Shell.Run other = steppe(command(out, "--optimizer", "sgd", "--seeds", "2", "--no-flatness"));
        assertEquals(2, other.exit());
        assertTrue(other.err().contains("another comparison"), other.err());
    }

    /** What is refused does not stand in the way of the command that is right. */
    @Test
    void aBatchOfMoreThanAllImagesLeavesNothing() throws IOException {
        Path out = temp.resolve("out");
        List<String> command = command(out, "--optimizer", "sgd", "--seeds", "1", "--epochs", "1", "--no-flatness");
        List<String> wrong = new ArrayList<>(command);
        wrong.set(wrong.indexOf("16"), "4096");
        Shell.Run refused = steppe(wrong);
        assertEquals(2, refused.exit(), refused.err());
        assertTrue(refused.err().contains("--batch is 4096, but there are only 48 training images"), refused.err());
        assertFalse(Files.exists(out));
    }

    @Test
    void damagedFilesAreNamed() throws IOException {
        Path out = temp.resolve("out");
        List<String> command = command(out, "--optimizer", "sgd", "--seeds", "1", "--epochs", "1", "--no-flatness");
        steppe(command).ok();
        for (String file : List.of("epochs.json", "sgd-1/result.json")) {
            String before = Files.readString(out.resolve(file));
            for (String json : List.of("{}", "{\"sgd\":\"x\"}", "{\"sgd\":1.5}", "{\"sgd\":0}", "{\"accuracy\":\"x\"}")) {
                Files.writeString(out.resolve(file), json);
                Shell.Run run = steppe(command);
                assertEquals(1, run.exit(), run.out());
                assertTrue(run.err().contains(out.resolve(file) + ": "), run.err());
                assertEquals(1, run.err().lines().count(), run.err());
            }
            Files.writeString(out.resolve(file), before);
        }
        steppe(command).ok();
    }

    @Test
    void flatnessIsMeasured() throws IOException {
        Path out = temp.resolve("out");
        steppe(command(out, "--optimizer", "sam:rho=0.2", "--seeds", "1", "--epochs", "1", "--examples", "8", "--images", "8", "--grid",
                "3",
                "--rho", "0.1")).ok();
        Map<String, Object> json = numbers(out);
        for (String quantity : List.of("lambda", "trace", "samSharpness", "bilateralSharpness")) {
            assertTrue(((Map<?, ?>) optimizer(json, 0).get(quantity)).get("mean") instanceof Double, quantity);
        }
        String html = Files.readString(out.resolve(ContestReport.PAGE));
        ReportTest.assertWhole(html);
        assertEquals(5, ReportTest.all(html, "(<svg)").size(), "three curves, a line and a plane");
    }

    @Test
    void equalPassesAreMoreEpochsForWhatTakesLess() throws IOException {
        Path out = temp.resolve("out");
        steppe(command(out, "--optimizer", "sgd", "--optimizer", "sam", "--optimizer", "triggered:when=window(from=0.5,to=1)", "--seeds",
                "1",
                "--passes", "8", "--no-flatness")).ok();
        Map<String, Object> json = numbers(out);
        assertEquals(4L, optimizer(json, 0).get("epochs"));
        assertEquals(2L, optimizer(json, 1).get("epochs"));
        assertEquals(3L, optimizer(json, 2).get("epochs"), "half of its steps are SAM's");
    }

    @Test
    void equalSecondsAreMeasuredOnce() throws IOException {
        Path out = temp.resolve("out");
        List<String> command = command(out, "--optimizer", "sgd", "--seeds", "1", "--seconds", "0.05", "--no-flatness");
        steppe(command).ok();
        String epochs = Files.readString(out.resolve("epochs.json"));
        steppe(command).ok();
        assertEquals(epochs, Files.readString(out.resolve("epochs.json")));
    }

    /**
     * Killed at a moment of chance and started again, it gives the numbers and pictures of one that was not disturbed. In the nightly suite ten times, curvature and
     * sharpness included.
     */
    @Test
    void killedAndStartedAgainItGivesTheSame() throws IOException, InterruptedException {
        Path whole = temp.resolve("whole");
        long start = System.nanoTime();
        assertEquals(0, working(whole).waitFor());
        int millis = (int) ((System.nanoTime() - start) / 1_000_000);
        RandomKey key = RandomKey.of(start);
        int kills = 0;
        int moments = 0;
        while (kills < KILLS) {
            // a moment may come too late: the next one is another, and begins from nothing
            Path killed = temp.resolve("killed" + moments);
            Process process = working(killed);
            while (kills < KILLS && !process.waitFor(key.below(millis, moments++), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor();
                kills++;
                process = working(killed);
            }
            assertEquals(0, process.waitFor());
            assertEquals(numbers(whole), numbers(killed), "chance of " + start);
            assertEquals(pictures(whole), pictures(killed), "chance of " + start);
        }
    }

    private static List<String> pictures(Path folder) throws IOException {
        return ReportTest.all(Files.readString(folder.resolve(ContestReport.PAGE)), "(?s)(<svg.*?</svg>)");
    }

    /** A comparison in a program of its own, which has begun to work. */
    private Process working(Path folder) throws IOException {
        List<String> line = new ArrayList<>(List.of(ProcessHandle.current().info().command().orElseThrow(), "--add-modules",
                "jdk.incubator.vector", "-Djava.awt.headless=true", "-XX:+UseSerialGC"));
        if (!NIGHTLY) {
            // So small a work ends before it would be compiled well.
            line.addAll(List.of("-Dsteppe.kernels=scalar", "-XX:TieredStopAtLevel=1"));
        }
        line.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        line.addAll(command(folder, "--optimizer", "sgd", "--optimizer", "sam:rho=0.1", "--seeds", "1", "--epochs", "3", "--label-noise",
                "0.2"));
        line.addAll(NIGHTLY ? List.of("--examples", "4", "--images", "4", "--grid", "3") : List.of("--no-flatness"));
        Process process = new ProcessBuilder(line).redirectError(Redirect.DISCARD).start();
        assertTrue(process.getInputStream().read() >= 0, "it says where it works");
        return process;
    }

    @Test
    void whatDivergesIsSaid() throws IOException {
        Path out = temp.resolve("out");
        Shell.Run run = steppe(command(out, "--optimizer", "sgd:learningRate=1e30", "--optimizer", "sgd", "--seeds", "1", "--epochs", "2",
                "--no-flatness")).ok();
        assertTrue(run.out().contains("diverged"), run.out());
        assertEquals(1L, optimizer(numbers(out), 0).get("diverged"));
        assertEquals(0L, optimizer(numbers(out), 1).get("diverged"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"--seeds|0|at least 1", "--epochs|0|at least 1", "--passes|-1|positive", "--label-noise|2|from 0 to 1",
                "--rho|0|positive", "--optimizer|nosam|nosam", "--model|nonet|nonet"})
    void wrongOptionsAreRefused(String option, String value, String message) {
        Shell.Run wrong = steppe(command(temp.resolve("out"), "--optimizer", "sgd", option, value));
        assertEquals(2, wrong.exit());
        assertTrue(wrong.err().contains(message), wrong.err());
        assertTrue(!Files.exists(temp.resolve("out")), "nothing is written");
    }
}
