package dev.steppe.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.cli.option.Method;
import dev.steppe.cli.option.TrainOptions;
import dev.steppe.cli.run.TrainRun;
import dev.steppe.nn.ModelCard;
import dev.steppe.nn.ModelFile;
import dev.steppe.train.EpochReport;
import dev.steppe.train.Json;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code steppe train} from end to end, on images that take no time. */
class TrainCommandTest {
    @TempDir
    static Path data;
    @TempDir
    Path temp;

    @BeforeAll
    static void images() throws IOException {
        Shell.images(data);
    }

    private static Shell.Run train(Path folder, String... more) {
        List<String> args = new ArrayList<>(
                List.of("train", "--data", "folder", "--data-dir", data.toString(), "--batch", "16", "--epochs", "2", "--threads",
                        "1", "--out", folder.toString()));
        args.addAll(Arrays.asList(more));
        return Shell.steppe(args.toArray(String[]::new));
    }

    private static Map<String, Object> configuration(Path folder) throws IOException {
        return Json.read("config.json", Files.readString(folder.resolve("config.json")));
    }

    @Test
    void aRunLeavesAFolderFullOfResults() throws IOException {
        Path folder = temp.resolve("a run");
        Shell.Run run = train(folder, "--seed", "3").ok();
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(
                    Set.of(".lock", "config.json", "metrics.jsonl", "model.safetensors", "state", "curves.png", "confusion.png",
                            "report.html"),
                    new TreeSet<>(files.map(p -> p.getFileName().toString()).toList()));
        }
        List<String> lines = Files.readAllLines(folder.resolve("metrics.jsonl"));
        assertEquals(2, lines.size());
        for (String line : lines) {
            EpochReport epoch = EpochReport.of(Json.read("metrics.jsonl", line), "metrics.jsonl");
            assertTrue(epoch.testAccuracy() >= 0 && epoch.testAccuracy() <= 1, line);
            assertEquals(0.05, epoch.perturbationNorm(), 1e-6);
            assertTrue(epoch.imagesPerSecond() > 0 && epoch.trainLoss() > 0, line);
        }
        ModelCard card = ModelFile.read(folder.resolve("model.safetensors")).card().orElseThrow();
        assertEquals("resnet8", card.model());
        assertEquals(Shell.CLASSES, card.classes());
        assertEquals(3, card.channels());
        requirePicture(folder.resolve("curves.png"), 2400, 860);
        requirePicture(folder.resolve("confusion.png"), 0, 0);
        EpochReport last = EpochReport.of(Json.read("metrics.jsonl", lines.getLast()), "metrics.jsonl");
        String top1 = String.format(java.util.Locale.ROOT, "top-1 %8.2f %%   (%d of %d test images)", 100 * last.testAccuracy(),
                Math.round(last.testAccuracy() * Shell.TEST), Shell.TEST);
        assertTrue(run.out().contains(top1), run.out());
        assertTrue(run.out().contains("top-5   100.00 %"), run.out());
        for (String name : Shell.CLASSES) {
            assertTrue(run.out().lines().anyMatch(l -> l.matches(name + " +6 +\\d +\\d+\\.\\d %")), run.out());
        }
        assertEquals(2, run.out().lines().filter(l -> l.contains("  accuracy ")).count(), run.out());
        assertEquals("", run.err());
    }

    private static void requirePicture(Path file, int width, int height) throws IOException {
        BufferedImage picture = ImageIO.read(file.toFile());
        if (width > 0) {
            assertEquals(List.of(width, height), List.of(picture.getWidth(), picture.getHeight()));
        }
        Set<Integer> colours = new TreeSet<>();
        for (int y = 0; y < picture.getHeight(); y += 3) {
            for (int x = 0; x < picture.getWidth(); x += 3) {
                colours.add(picture.getRGB(x, y));
            }
        }
        assertTrue(colours.size() > 20, file + " has " + colours.size() + " colours");
    }

    @Test
    void theCommandInTheConfigurationRepeatsTheRun() throws IOException {
        Path folder = temp.resolve("first");
        train(folder, "--optimizer", "asam:rho=0.3", "--base", "adamw", "--lr", "0.002", "--schedule", "cosine:warmup=0.1",
                "--label-smoothing", "0.1").ok();
        String command = (String) configuration(folder).get("command");
        assertTrue(command.startsWith("./steppe train --data folder --data-dir "), command);
        List<String> words = new ArrayList<>(List.of(command.split(" ")));
        words.removeFirst();
        words.addAll(List.of("--out", temp.resolve("second").toString()));
        Shell.steppe(words.toArray(String[]::new)).ok();
        assertEquals(Shell.sha256(folder.resolve("model.safetensors")), Shell.sha256(temp.resolve("second/model.safetensors")));
        assertEquals(configuration(folder), configuration(temp.resolve("second")));
    }

    @Test
    void wrongLabelsAreRecordedAndTheSameForTheSameSeed() throws IOException {
        Path folder = temp.resolve("noisy");
        Shell.Run run = train(folder, "--label-noise", "0.5").ok();
        Map<String, Object> configuration = configuration(folder);
        int wrong = ((Number) configuration.get("wrongLabels")).intValue();
        assertTrue(wrong > Shell.TRAINING / 4 && wrong < 3 * Shell.TRAINING / 4, wrong + " wrong labels");
        assertTrue(run.out().contains(wrong + " training labels are wrong (--label-noise 0.5)"), run.out());
        assertEquals("0.5", ((Map<?, ?>) configuration.get("options")).get("label-noise"));
        Shell.steppe("train", "--resume", folder.toString()).ok();

        train(temp.resolve("again"), "--label-noise", "0.5").ok();
        train(temp.resolve("other"), "--label-noise", "0.5", "--seed", "2").ok();
        train(temp.resolve("clean")).ok();
        assertEquals(configuration.get("trainingSha256"), configuration(temp.resolve("again")).get("trainingSha256"));
        assertNotEquals(configuration.get("trainingSha256"), configuration(temp.resolve("other")).get("trainingSha256"));
        assertNotEquals(configuration.get("trainingSha256"), configuration(temp.resolve("clean")).get("trainingSha256"));
        assertEquals(configuration.get("testSha256"), configuration(temp.resolve("clean")).get("testSha256"));
        assertFalse(configuration(temp.resolve("clean")).containsKey("wrongLabels"));
    }

    /** In parts, with perturbations for parts, with clipped gradients: each is said, recorded, repeated by the command, and makes another model. */
    @Test
    void stepsAreTakenAsTold() throws IOException {
        Path whole = temp.resolve("whole");
        Shell.Run usual = train(whole, "--micro-batch", "16", "--shard", "0", "--clip-norm", "Infinity").ok();
        assertTrue(usual.out().lines().anyMatch("at most 16 images at once"::equals), usual.out());
        String model = Shell.sha256(whole.resolve("model.safetensors"));
        Map<String, String> said = Map.of("--micro-batch=5", "at most 5 images at once", "--shard=8", "a perturbation for every 8 images",
                "--clip-norm=0.5", "gradients clipped to norm 0.5");
        for (Map.Entry<String, String> option : said.entrySet()) {
            Path folder = temp.resolve(option.getKey());
            Shell.Run run = train(folder, option.getKey()).ok();
            assertTrue(run.out().lines().anyMatch(option.getValue()::equals), run.out());
            assertNotEquals(model, Shell.sha256(folder.resolve("model.safetensors")), option.getKey());
            String[] words = option.getKey().substring(2).split("=");
            assertEquals(words[1], ((Map<?, ?>) configuration(folder).get("options")).get(words[0]));
            assertTrue(((String) configuration(folder).get("command")).contains("--" + words[0] + " " + words[1]));
            assertEquals(2, Shell.steppe("train", "--resume", folder.toString(), "--" + words[0], "3").exit(),
                    "another step than the run's");
        }
    }

    /** Runs of versions that did not know these options go on. */
    @Test
    void whatAConfigurationDoesNotSayIsPlain() throws IOException {
        Path folder = temp.resolve("old");
        train(folder).ok();
        Path file = folder.resolve("config.json");
        String json = Files.readString(file);
        String old = json.replaceAll("\\s*\"(clip-norm|micro-batch|shard)\" *: *\"[^\"]*\",", "");
        assertEquals(json.lines().count() - 3, old.lines().count(), old);
        Files.writeString(file, old);
        Shell.steppe("train", "--resume", folder.toString()).ok();
    }

    @Test
    void everyKindOfModelTrains() {
        for (String model : List.of("vgg11-bn", "pyramidnet8-8", "wrn10-1", "vit64-1")) {
            assertTrue(train(temp.resolve(model), "--model", model).ok().out().contains("top-1"), model);
        }
    }

    @Test
    void threadsAreNotInTheBits() throws IOException {
        Set<String> hashes = new TreeSet<>();
        for (int threads = 1; threads <= 3; threads++) {
            Path folder = temp.resolve("threads" + threads);
            Shell.steppe("train", "--data", "folder", "--data-dir", data.toString(), "--batch", "16", "--epochs", "2", "--threads",
                    "" + threads, "--out",
                    folder.toString()).ok();
            hashes.add(Shell.sha256(folder.resolve("model.safetensors")));
        }
        assertEquals(1, hashes.size());
    }

    @Test
    void plainSgdIsTheBaseAlone() throws IOException {
        train(temp.resolve("short"), "--optimizer", "sgd").ok();
        train(temp.resolve("long"), "--optimizer", Method.DEFAULT_BASE).ok();
        assertEquals(Shell.sha256(temp.resolve("short/model.safetensors")), Shell.sha256(temp.resolve("long/model.safetensors")));
        Map<?, ?> options = (Map<?, ?>) configuration(temp.resolve("short")).get("options");
        assertEquals("sgd:learningRate=0.1,momentum=0.9,weightDecay=5.0E-4,nesterov=true", options.get("optimizer"));
        assertTrue(!options.containsKey("base"));
    }

    @Test
    void resumingAFinishedRunSaysTheSameAgain() throws IOException {
        Path folder = temp.resolve("run");
        Shell.Run first = train(folder).ok();
        String model = Shell.sha256(folder.resolve("model.safetensors"));
        Files.delete(folder.resolve("curves.png"));
        Shell.Run again = Shell.steppe("train", "--resume", folder.toString(), "--threads", "2", "--epochs", "2").ok();
        assertEquals(table(first), table(again));
        assertEquals(model, Shell.sha256(folder.resolve("model.safetensors")));
        assertTrue(Files.exists(folder.resolve("curves.png")));
    }

    private static String table(Shell.Run run) {
        return run.out().substring(run.out().indexOf("top-1"));
    }

    @Test
    void resumingWithOtherOptionsNamesBothValues() throws IOException {
        Path folder = temp.resolve("run");
        train(folder).ok();
        Map<String, String> wrong = Map.of("--epochs", "3", "--model", "resnet14", "--optimizer", "sgd", "--lr", "0.2", "--batch", "8",
                "--seed", "2");
        wrong.forEach((option, value) -> {
            Shell.Run run = Shell.steppe("train", "--resume", folder.toString(), option, value);
            assertEquals(2, run.exit(), run.err());
            assertTrue(run.err().contains(value) && run.err().contains("but the run in " + folder + " has "), run.err());
        });
    }

    @Test
    void resumingOnOtherDataNamesBothHashes() throws IOException {
        Path other = Shell.images(temp.resolve("data"));
        Path folder = temp.resolve("run");
        Shell.steppe("train", "--data", "folder", "--data-dir", other.toString(), "--batch", "16", "--epochs", "1", "--threads", "1",
                "--out",
                folder.toString()).ok();
        Files.delete(other.resolve("train/top/2.png"));
        Shell.Run run = Shell.steppe("train", "--resume", folder.toString());
        assertEquals(1, run.exit(), run.err());
        assertTrue(run.err().contains("SHA-256 of the training set is") && run.err().contains("there, ") && run.err().contains(" here"),
                run.err());
        assertEquals(1, run.err().lines().count(), run.err());
    }

    @Test
    void aDamagedStateIsOneLineAndExitCode1() throws IOException {
        Path folder = temp.resolve("run");
        train(folder).ok();
        Path manifest = folder.resolve("state/manifest.json");
        Files.writeString(manifest, Files.readString(manifest).substring(1));
        Shell.Run run = Shell.steppe("train", "--resume", folder.toString());
        assertEquals(1, run.exit(), run.err());
        assertTrue(run.err().contains(manifest.toString()), run.err());
        assertEquals(1, run.err().lines().count(), run.err());
    }

    /** A run that found the folder empty when another one began there: as if both had been started at once. */
    private static int late(Path folder, String... options) throws IOException {
        Path same = folder.resolveSibling("late");
        train(same, options).ok();
        return new TrainRun(TrainOptions.in(same), folder, false, TrainRun.Extras.NONE, new PrintStream(OutputStream.nullOutputStream()))
                .run();
    }

    @Test
    void theLoserOfTwoRunsInAFolderLeavesItAsItIs() throws IOException {
        Path folder = temp.resolve("run");
        train(folder, "--seed", "3").ok();
        String configuration = Files.readString(folder.resolve("config.json"));
        assertThrows(FileAlreadyExistsException.class, () -> late(folder, "--seed", "4"));
        assertEquals(configuration, Files.readString(folder.resolve("config.json")));
    }

    @Test
    void aConfigurationWithoutAStateIsNotThatOfAnotherRun() throws IOException {
        Path folder = Files.createDirectories(temp.resolve("run"));
        train(temp.resolve("other"), "--seed", "3").ok();
        Files.copy(temp.resolve("other/config.json"), folder.resolve("config.json"));
        String message = assertThrows(FileAlreadyExistsException.class, () -> late(folder, "--seed", "4")).getMessage();
        assertTrue(message.contains("config.json: is of another run"), message);
        assertEquals("3", ((Map<?, ?>) configuration(folder).get("options")).get("seed"));
        assertFalse(Files.exists(folder.resolve("state")), "nothing was trained");
        assertEquals(0, new TrainRun(TrainOptions.in(folder), folder, false, TrainRun.Extras.NONE,
                new PrintStream(OutputStream.nullOutputStream())).run(), "the same run, killed before it had a state");
    }

    @Test
    void runsOfTheSameSecondGetFoldersOfTheirOwn() throws IOException {
        Path runs = temp.resolve("runs");
        assertEquals(runs.resolve("a"), TrainCommand.claim(runs, "a"));
        assertEquals(runs.resolve("a-2"), TrainCommand.claim(runs, "a"));
        assertEquals(runs.resolve("a-3"), TrainCommand.claim(runs, "a"));
        assertTrue(Files.isDirectory(runs.resolve("a-3")));
    }

    @Test
    void aFolderWithoutANameIsRefused() {
        for (String command : List.of("train", "compare")) {
            Shell.Run run = Shell.steppe(command, "--optimizer", "sgd", "--out", "");
            assertEquals(2, run.exit(), run.err());
            assertTrue(run.err().contains("--out is ''"), run.err());
        }
    }

    /** What a run was begun with need not be said again; runs of versions that did not write it down go on. */
    @Test
    void whatIsKeptBesideIsKeptWhenTheRunGoesOn() throws IOException {
        Path folder = temp.resolve("run");
        train(folder, "--keep-epochs", "--tensorboard").ok();
        assertEquals(List.of(true, true), List.of(configuration(folder).get("keepEpochs"), configuration(folder).get("tensorBoard")));
        for (String results : List.of("state", "epochs", "tensorboard")) {
            delete(folder.resolve(results));
        }
        Files.delete(folder.resolve("metrics.jsonl"));
        Files.delete(folder.resolve("model.safetensors"));
        Shell.steppe("train", "--resume", folder.toString()).ok();
        assertTrue(Files.exists(folder.resolve("epochs/2.safetensors")) && Files.isDirectory(folder.resolve("tensorboard")));

        Path file = folder.resolve("config.json");
        Files.writeString(file, Files.readString(file).replaceAll("\\s*\"(keepEpochs|tensorBoard)\" *: *true,", ""));
        assertFalse(configuration(folder).containsKey("keepEpochs"));
        delete(folder.resolve("tensorboard"));
        Shell.steppe("train", "--resume", folder.toString()).ok();
        assertFalse(Files.exists(folder.resolve("tensorboard")));
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }

    @Test
    void aRunThatLostItsStateDoesNotBeginAgain() throws IOException {
        Path folder = temp.resolve("run");
        train(folder).ok();
        Files.delete(folder.resolve("state/manifest.json"));
        for (String result : List.of("metrics.jsonl", "model.safetensors")) {
            byte[] before = Files.readAllBytes(folder.resolve(result));
            Shell.Run run = Shell.steppe("train", "--resume", folder.toString());
            assertEquals(1, run.exit(), run.out());
            assertTrue(run.err().contains(folder.resolve("state") + ": manifest.json is missing, but " + result + " is there"), run.err());
            assertArrayEquals(before, Files.readAllBytes(folder.resolve(result)));
            Files.delete(folder.resolve(result));
        }
        Shell.steppe("train", "--resume", folder.toString()).ok();
    }

    @Test
    void aModelThatIsGoneIsMadeFromTheState() throws IOException {
        Path folder = temp.resolve("run");
        train(folder, "--optimizer", "sam+swa").ok();
        String model = Shell.sha256(folder.resolve("model.safetensors"));
        Files.delete(folder.resolve("model.safetensors"));
        Shell.steppe("train", "--resume", folder.toString()).ok();
        assertEquals(model, Shell.sha256(folder.resolve("model.safetensors")));
    }

    @Test
    void divergenceIsOneLineAndExitCode1() {
        Shell.Run run = train(temp.resolve("run"), "--lr", "1e30", "--schedule", "constant");
        assertEquals(1, run.exit(), run.out() + run.err());
        assertTrue(run.err().contains("diverged") && run.err().contains("--lr"), run.err());
        assertEquals(1, run.err().lines().count(), run.err());
    }
}
