package dev.steppe.cli.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.cli.Shell;
import dev.steppe.cli.option.Method;
import dev.steppe.cli.option.WrongOptionException;
import dev.steppe.cli.report.ReportTest;
import dev.steppe.nn.ModelCard;
import dev.steppe.nn.ModelFile;
import dev.steppe.train.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code steppe flatness} on a run that takes no time. */
class FlatnessTest {
    private static final String[] SMALL = {"--images", "32", "--examples", "16", "--batch", "16", "--grid", "5", "--line", "5", "--threads",
        "1"};

    @TempDir
    static Path temp;
    private static Path run;
    private static Path other;
    private static Shell.Run shell;

    @BeforeAll
    static void trained() throws IOException {
        Path images = Shell.images(temp.resolve("images"));
        run = temp.resolve("run");
        other = temp.resolve("other");
        String[] train = {"train", "--data", "folder", "--data-dir", images.toString(), "--batch", "16", "--threads", "1", "--no-report"};
        Shell.steppe(with(train, "--epochs", "2", "--optimizer", "asam:rho=0.3", "--keep-epochs", "--out", run.toString())).ok();
        Shell.steppe(with(train, "--epochs", "1", "--seed", "2", "--out", other.toString())).ok();
        shell = Shell.steppe(command(run.toString(), "--to", other.toString(), "--trajectory")).ok();
    }

    private static String[] command(String... args) {
        return with(with(new String[] {"flatness"}, args), SMALL);
    }

    private static String[] with(String[] args, String... more) {
        String[] all = Arrays.copyOf(args, args.length + more.length);
        System.arraycopy(more, 0, all, args.length, more.length);
        return all;
    }

    private static Map<String, Object> numbers(Path of) throws IOException {
        Path file = of.resolve("flatness/flatness.json");
        return Json.read(file.toString(), Files.readString(file));
    }

    private static Object at(Object json, Object... path) {
        Object here = json;
        for (Object key : path) {
            here = here instanceof List<?> list ? list.get((Integer) key) : ((Map<?, ?>) here).get(key);
        }
        return here;
    }

    @Test
    void theTableAndTheFilesAreThere() throws IOException {
        for (String part : List.of("lambda 1", "trace", "ascent sharpness", "bilateral sharpness", "report.html")) {
            assertTrue(shell.out().contains(part), part + " in " + shell.out());
        }
        for (String name : List.of("contour", "surface", "line", "eigenvector", "spectrum", "radius", "between", "trajectory")) {
            assertTrue(ImageIO.read(run.resolve("flatness").resolve(name + ".png").toFile()).getWidth() >= 800, name);
        }
    }

    @Test
    void theNumbersAgreeWithEachOther() throws IOException {
        Map<String, Object> json = numbers(run);
        assertEquals(0.3, at(json, "options", "rho"), "the radius of the run");
        assertEquals("EVALUATION", at(json, "curvature", "about", "batchNorm"));
        assertEquals(16L, at(json, "curvature", "about", "examples"));
        double middle = (Double) at(json, "plane", "losses", 2, 2);
        assertEquals(middle, at(json, "line", "losses", 2), "the weights, on the plane and on the line");
        assertEquals(middle, at(json, "eigenvectorLine", "losses", 2));
        List<?> row = (List<?>) at(json, "plane", "losses", 2);
        assertArrayEquals(((List<?>) at(json, "line", "losses")).toArray(), row.toArray(), "the line is the middle row of the plane");
        double largest = (Double) at(json, "curvature", "largest", 0, "value");
        List<?> nodes = (List<?>) at(json, "curvature", "density", "nodes", 0);
        assertEquals(largest, (Double) nodes.getLast(), 0.05 * largest, "by Lanczos for eigenvalues and for the density");
    }

    @Test
    void theWaysToAnotherMinimumAndOfTrainingEndAtTheWeights() throws IOException {
        Map<String, Object> json = numbers(run);
        List<?> mixed = (List<?>) at(json, "between", "losses");
        List<?> measured = (List<?>) at(json, "between", "lossesRecalibrated");
        assertEquals(at(json, "line", "losses", 2), mixed.getFirst(), "this minimum");
        assertEquals(List.of(0.0, 0.25, 0.5, 0.75, 1.0), at(json, "between", "x"));
        assertNotEquals(mixed, measured);
        assertEquals(List.of(0L, 1L, 2L), at(json, "trajectory", "epochs"));
        assertEquals(0.0, at(json, "trajectory", "x", 2));
        assertEquals(0.0, at(json, "trajectory", "y", 2));
        assertEquals(1, (Double) at(json, "trajectory", "explained", 0) + (Double) at(json, "trajectory", "explained", 1), 1e-6,
                "three points lie on a plane");
        double begin = (Double) at(json, "trajectory", "x", 0);
        List<?> axis = (List<?>) at(json, "trajectory", "plane", "x");
        assertTrue((Double) axis.getFirst() < 0 && (Double) axis.getLast() > begin, "the path is on the picture");
    }

    @Test
    void runsOfOtherModelsAndWithoutEpochsAreRefused() throws IOException {
        Shell.Run wrong = Shell.steppe(command(other.toString(), "--trajectory"));
        assertEquals(2, wrong.exit());
        assertTrue(wrong.err().contains("--keep-epochs"), wrong.err());
        TrainedRun a = TrainedRun.open(run);
        ModelCard card = new ModelCard("resnet14", a.card().mean(), a.card().deviation(), a.card().classes());
        TrainedRun b = new TrainedRun(other, a.options(), a.model(), a.parameters(), card);
        String message = assertThrows(WrongOptionException.class, () -> BetweenMinima.requireAlike(a, b)).getMessage();
        assertTrue(message.contains("resnet14") && message.contains("resnet8"), message);
        BetweenMinima.requireAlike(a, TrainedRun.open(other));
    }

    @Test
    void aRadiusAtWhichLossesOverflowLeavesDashes() throws IOException {
        Shell.Run shell = Shell.steppe(command(other.toString(), "--rho", "1e30")).ok();
        String ascent = shell.out().lines().filter(line -> line.startsWith("ascent sharpness ") && line.contains("L(w)")).findFirst()
                .orElseThrow();
        assertTrue(ascent.contains(" – "), ascent);
        Map<String, Object> json = numbers(other);
        assertNull(at(json, "sharpness", 0, "value"));
        assertTrue(at(json, "curvature", "trace", "value") instanceof Double, "what needs no radius is there");
    }

    /** The same seed gives the same file, whatever the number of threads. */
    @Test
    void theSameAgainIsTheSame() throws IOException {
        byte[] before = Files.readAllBytes(run.resolve("flatness/flatness.json"));
        String[] again = command(run.toString(), "--to", other.toString(), "--trajectory");
        again[again.length - 1] = "2";
        Shell.steppe(again).ok();
        assertArrayEquals(before, Files.readAllBytes(run.resolve("flatness/flatness.json")));
    }

    @Test
    void thePageIsWholeAndLooksRight() throws IOException, InterruptedException {
        Path page = run.resolve("flatness/report.html");
        String html = Files.readString(page);
        ReportTest.assertWhole(html);
        assertEquals(8, ReportTest.all(html, "(<svg)").size());
        assertTrue(html.contains(" --to " + other + " --trajectory"), "the command that made it");
        assertTrue(html.length() < 1_500_000, html.length() + " characters");
        ReportTest.assertLooksRight(page);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"--images|0|at least 1", "--examples|1|at least 2", "--grid|2|at least 3", "--reach|-1|positive",
                "--rho|0|positive", "--on|both|train or test", "--bn|none|evaluation or training"})
    void wrongOptionsAreRefused(String option, String value, String message) {
        Shell.Run wrong = Shell.steppe("flatness", run.toString(), option, value);
        assertEquals(2, wrong.exit());
        assertTrue(wrong.err().contains(option) && wrong.err().contains(message), wrong.err());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"sam:rho=0.3|0.3", "gsam:ascent=sam(rho=0.1)|0.1", "looksam|0.1", "bsam:rhoMax=0.07|0.07", "usam+swa|0.05",
                "usam:rho=1e-3+swa|0.001", "triggered:ascent=asam(rho=0.7)+ema|0.7", "agnosticsam:rho1=0.4|0.4", "sgd|0", "sam:rho=0|0",
                "rwp|0"})
    void theRadiusIsThatOfTheMethod(String optimizer, double expected) {
        assertEquals(expected, Method.of(optimizer, null, Method.DEFAULT_BASE, null).radius());
    }

    /** A run of its own, of one epoch. */
    private static Path copy(Path folder) throws IOException {
        Files.createDirectories(folder);
        for (String name : List.of("config.json", "model.safetensors")) {
            Files.copy(other.resolve(name), folder.resolve(name));
        }
        return folder;
    }

    private static void edit(Path file, String pattern, String replacement) throws IOException {
        String text = Files.readString(file);
        String edited = text.replaceAll(pattern, replacement);
        assertNotEquals(text, edited);
        Files.writeString(file, edited);
    }

    @Test
    void aRunWithoutARadiusSaysWhichOneIsTaken() throws IOException {
        Path sgd = copy(temp.resolve("sgd"));
        edit(sgd.resolve("config.json"), "\"sam:[^\"]*\"", "\"rwp\"");
        Shell.Run shell = Shell.steppe(command(sgd.toString())).ok();
        assertTrue(shell.out().contains("has no radius: sharpness is measured at 0.05"), shell.out());
        assertEquals(0.05, at(numbers(sgd), "options", "rho"));
        assertFalse(FlatnessTest.shell.out().contains("has no radius"));
    }

    @Test
    void otherDataThanTheRunsAreRefused() throws IOException {
        for (String key : List.of("trainingSha256", "testSha256")) {
            Path changed = copy(temp.resolve(key));
            edit(changed.resolve("config.json"), "(\"" + key + "\" *: *\")[^\"]*", "$1abc");
            Shell.Run shell = Shell.steppe(command(changed.toString()));
            assertEquals(1, shell.exit(), shell.out());
            String set = key.startsWith("training") ? "training" : "test";
            assertTrue(shell.err().matches("(?s).*" + changed + ": SHA-256 of the " + set + " set is abc there, [0-9a-f]{64} here.*"),
                    shell.err());
        }
    }

    @Test
    void aModelThatCannotBeIsRefused() throws IOException {
        Path wrong = copy(temp.resolve("wrong"));
        Path file = wrong.resolve("model.safetensors");
        ModelFile saved = ModelFile.read(file);
        ModelCard card = saved.card().orElseThrow();
        for (ModelCard no : List.of(new ModelCard("foo", card.mean(), card.deviation(), card.classes()),
                new ModelCard(card.model(), card.mean(), card.deviation(), List.of()))) {
            ModelFile.save(file, TrainedRun.open(other).parameters(), no);
            Shell.Run shell = Shell.steppe(command(wrong.toString()));
            assertEquals(1, shell.exit(), shell.out());
            assertEquals(1, shell.err().lines().count(), shell.err());
            assertTrue(shell.err().contains(file + ": its model card cannot be"), shell.err());
        }
    }

    /** Before anything is measured. */
    @Test
    void aPathThatSpansNoPlaneIsRefused() throws IOException {
        Path straight = copy(temp.resolve("straight"));
        Path epochs = Files.createDirectories(straight.resolve("epochs"));
        for (int epoch = 0; epoch < 3; epoch++) {
            Files.copy(other.resolve("model.safetensors"), epochs.resolve(epoch + ".safetensors"));
        }
        Shell.Run shell = Shell.steppe(command(straight.toString(), "--trajectory"));
        assertEquals(1, shell.exit(), shell.out());
        assertTrue(shell.err().contains(epochs + ": trajectory: the 3 moments lie on one line"), shell.err());
        assertEquals("", shell.out());
    }

    @Test
    void whatIsNoRunIsRefused() {
        Shell.Run wrong = Shell.steppe("flatness", temp.toString());
        assertEquals(2, wrong.exit());
        assertTrue(wrong.err().contains("config.json is missing"), wrong.err());
    }
}
