package dev.steppe.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.cli.contest.Trials;
import dev.steppe.cli.option.Method;
import dev.steppe.train.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is said about options: help, and one line for a wrong one. */
class OptionsTest {
    @TempDir
    Path temp;

    @ParameterizedTest
    @ValueSource(
            strings = {"--help", "train --help", "flatness --help", "compare --help", "paths --help", "survey --help", "optimizers --help",
                "bench --help", "bench step --help", "bench gemm --help", "bench conv --help", "bench memory --help", "bench warmup --help",
                "bench predict --help", "bench hvp --help"})
    void helpIsWholeAndOnStandardOutput(String line) {
        PrintStream before = System.err;
        ByteArrayOutputStream warnings = new ByteArrayOutputStream();
        System.setErr(new PrintStream(warnings, true, StandardCharsets.UTF_8));
        Shell.Run run;
        try {
            run = Shell.steppe(line.split(" ")).ok();
        } finally {
            System.setErr(before);
        }
        assertEquals("", run.err());
        assertEquals("", warnings.toString(StandardCharsets.UTF_8), "the parser's, of a text that is no format");
        assertTrue(run.out().startsWith("Usage: steppe"), run.out());
        assertTrue(run.out().contains("130"), "exit codes");
        assertTrue(run.out().lines().allMatch(l -> l.length() <= 80), run.out());
    }

    @Test
    void helpShowsEveryOptionWithItsDefault() {
        String help = Shell.steppe("train", "--help").out().replaceAll("\\s+", " ");
        for (String option : List.of("--data", "--data-dir", "--model", "--optimizer", "--base", "--epochs", "--batch", "--micro-batch",
                "--shard", "--clip-norm", "--lr",
                "--schedule",
                "--label-smoothing", "--label-noise", "--seed", "--plans", "--threads", "--out", "--resume")) {
            int at = help.indexOf(" " + option + "=", help.indexOf("Options:"));
            assertTrue(at > 0, option);
            int end = help.indexOf(" --", at + 4);
            assertTrue(help.substring(at, end).contains("Default: ") || List.of("--data-dir", "--resume").contains(option),
                    help.substring(at, end));
        }
        assertTrue(help.contains("Default: resnet8 "), help);
        assertTrue(help.contains("Default: sam:rho=0.05 "), help);
    }

    @Test
    void versionIsThatOfTheBuild() {
        assertTrue(Shell.steppe("--version").ok().out().matches("steppe \\d+\\.\\d+\\.\\d+\\S*\\R"));
    }

    static Stream<Arguments> wrong() {
        return Stream.of(wrong("a command is missing"), wrong("'fly'", "fly"), wrong("did you mean --model", "train", "--modle", "resnet8"),
                wrong("'extra'", "train", "extra"), wrong("--epochs", "train", "--epochs"), wrong("'ten'", "train", "--epochs", "ten"),
                wrong("--epochs is 0", "train", "--epochs", "0"), wrong("'99999999999'", "train", "--epochs", "99999999999"),
                wrong("--batch is -1", "train", "--batch", "-1"), wrong("'1.5'", "train", "--batch", "1.5"),
                wrong("only 10000 training images", "train", "--batch", "10001"), wrong("--threads is 0", "train", "--threads", "0"),
                wrong("--threads is 1025, must be from 1 to 1024", "train", "--threads", "1025"),
                wrong("--micro-batch is -1, must be at least 0", "train", "--micro-batch", "-1"),
                wrong("--shard is -8, must be at least 0", "train", "--shard", "-8"),
                wrong("--clip-norm is 0.0, must be greater than 0", "train", "--clip-norm", "0"),
                wrong("--clip-norm is NaN", "train", "--clip-norm", "NaN"), wrong("--lr is -0.1", "train", "--lr", "-0.1"),
                wrong("--lr is NaN", "train", "--lr", "NaN"), wrong("--lr is Infinity", "train", "--lr", "1e999"),
                wrong("--label-smoothing is 1.0", "train", "--label-smoothing", "1"),
                wrong("--label-noise is 1.5, must be from 0 to 1", "train", "--label-noise", "1.5"),
                wrong("--label-noise is NaN", "train", "--label-noise", "NaN"), wrong("'resnet20'", "train", "--model", "resnet21"),
                wrong("'pyramidnet110-48'", "train", "--model", "pyramidnet110"),
                wrong("resnet110", "train", "--model", ""), wrong("'mnist'", "train", "--data", "mnist"),
                wrong("needs --data-dir", "train", "--data", "cifar10"), wrong("is embedded", "train", "--data-dir", "somewhere"),
                wrong("'sam'", "train", "--optimizer", "smm"), wrong("'rho'", "train", "--optimizer", "sam:roh=0.05"),
                wrong("rho = -1.0", "train", "--optimizer", "sam:rho=-1"), wrong("rho = 'x'", "train", "--optimizer", "sam:rho=x"),
                wrong("given twice", "train", "--optimizer", "sam:rho=1,rho=2"), wrong("option=value", "train", "--optimizer", "sam:rho"),
                wrong("'momentum'", "train", "--base", "sgd:momentun=0.9"), wrong("momentum = 1.0", "train", "--base", "sgd:momentum=1"),
                wrong("has no base", "train", "--optimizer", "adamw", "--base", "sgd"),
                wrong("base optimizer 'sam'", "train", "--base", "sam"),
                wrong("'cosine'", "train", "--schedule", "cosin"), wrong("warmup = 2.0", "train", "--schedule", "cosine:warmup=2"),
                wrong("--plans is quick, must be fast or exact", "train", "--plans", "quick"),
                wrong("only once", "train", "--seed", "1", "--seed", "2"),
                wrong("'9223372036854775808'", "train", "--seed", "9223372036854775808"),
                wrong("config.json is missing", "train", "--resume", "no such folder"),
                wrong("exclude each other", "train", "--resume", "x", "--out", "y"),
                wrong("two lines", "train", "--model", "two\nlines"), wrong("@file", "train", "@file"),
                wrong("what to measure", "bench"), wrong("--mode is fly", "bench", "step", "--mode", "fly"),
                wrong("--plans is quick", "bench", "step", "--plans", "quick"), wrong("--steps is 0", "bench", "step", "--steps", "0"),
                wrong("did you mean", "bench", "step", "--model", "resnet"));
    }

    private static Arguments wrong(String expected, String... args) {
        return Arguments.of(expected, args);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wrong")
    void aWrongOptionIsOneLineAndExitCode2(String expected, String[] args) {
        requireOneLine(2, expected, Shell.steppe(args));
        assertFalse(Files.exists(Path.of("runs")), "a folder was made");
    }

    private static void requireOneLine(int exit, String expected, Shell.Run run) {
        assertEquals(exit, run.exit(), run.err());
        assertEquals(1, run.err().lines().count(), run.err());
        assertTrue(run.err().startsWith("steppe"), run.err());
        assertTrue(run.err().contains(expected), run.err());
        assertEquals("", run.out());
    }

    @Test
    void aFolderThatIsNotEmptyIsLeftAlone() throws IOException {
        Path file = Files.writeString(temp.resolve("thesis.tex"), "years of work");
        requireOneLine(2, "is not empty", Shell.steppe("train", "--out", temp.toString()));
        requireOneLine(2, "is not a folder", Shell.steppe("train", "--out", file.toString()));
        assertEquals("years of work", Files.readString(file));
        assertEquals(List.of(file), list(temp));
    }

    private static List<Path> list(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return new ArrayList<>(files.toList());
        }
    }

    @Test
    void dataThatCannotBeReadAreOneLineAndExitCode1() throws IOException {
        Path none = temp.resolve("none");
        requireOneLine(1, none.toString(), Shell.steppe("train", "--data", "fashion-mnist", "--data-dir", none.toString()));
        requireOneLine(1, "data_batch_1.bin", Shell.steppe("train", "--data", "cifar10", "--data-dir", temp.toString()));
        requireOneLine(1, none.toString(), Shell.steppe("train", "--data", "folder", "--data-dir", none.toString()));
        Path images = Shell.images(temp.resolve("images"));
        Path broken = images.resolve("train/left/0.png");
        byte[] png = Files.readAllBytes(broken);
        Files.write(broken, java.util.Arrays.copyOf(png, png.length / 2));
        requireOneLine(1, broken.toString(), Shell.steppe("train", "--data", "folder", "--data-dir", images.toString()));
        Files.writeString(broken, "no image");
        requireOneLine(1, broken.toString(), Shell.steppe("train", "--data", "folder", "--data-dir", images.toString()));
        assertFalse(Files.exists(Path.of("runs")), "a folder was made");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "{}", "[]", "{\"options\":1}", "{\"options\":{}}", "{\"options\":{\"data\":\"x\"}}",
                "{\"options\":{\"data\":\"folder\",\"model\":\"resnet8\",\"optimizer\":\"sam\",\"epochs\":\"many\"}}"})
    void aDamagedConfigurationIsOneLineAndExitCode1(String json) throws IOException {
        Files.writeString(temp.resolve("config.json"), json);
        requireOneLine(1, temp.resolve("config.json").toString(), Shell.steppe("train", "--resume", temp.toString()));
    }

    /** What the command line would refuse is refused in the file, which is named. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"schedule|foo|foo", "label-smoothing|7|--label-smoothing is 7.0", "label-noise|-1|--label-noise is -1.0",
                "model|foo|foo", "optimizer|foo|foo", "base|foo|foo", "epochs|0|--epochs is 0", "batch|0|--batch is 0",
                "threads|0|--threads is 0", "data|folder|--data-dir"})
    void wrongOptionsInAConfigurationAreOneLineAndExitCode1(String key, String value, String expected) throws IOException {
        Map<String, Object> options = new LinkedHashMap<>(Trials.onTheSample(1)
                .method(Method.of("sam", null, Method.DEFAULT_BASE, null)).toConfiguration());
        options.put(key, value);
        Path file = Files.writeString(temp.resolve("config.json"), Json.write(Map.of("options", options)));
        for (List<String> command : List.of(List.of("train", "--resume"), List.of("flatness"))) {
            Shell.Run run = Shell.steppe(Stream.concat(command.stream(), Stream.of(temp.toString())).toArray(String[]::new));
            requireOneLine(1, file.toString(), run);
            assertTrue(run.err().contains(expected), run.err());
        }
    }

    @Test
    void aFileThatIsNoTextIsNamed() throws IOException {
        Path file = Files.write(temp.resolve("config.json"), new byte[] {'{', (byte) 0xe9, '}'});
        requireOneLine(1, file + ": is no text in UTF-8", Shell.steppe("train", "--resume", temp.toString()));
        requireOneLine(1, file + ": is no text in UTF-8", Shell.steppe("optimizers", "--markdown", "--results", file.toString()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"command\":5}", "{\"name\":\"sam\",\"optimizer\":\"sam\",\"command\":\"x\"}"})
    void damagedResultsAreOneLineAndExitCode1(String line) throws IOException {
        Path file = Files.writeString(temp.resolve("results.jsonl"), line + "\n");
        requireOneLine(1, file + ", line 1: '", Shell.steppe("optimizers", "--markdown", "--results", file.toString()));
        requireOneLine(1, file + ", line 1: '", Shell.steppe("survey", temp.toString()));
    }

    @Test
    void oneClassHasNoWrongLabels() throws IOException {
        Path images = Shell.images(temp.resolve("images"));
        for (String other : List.of("train/middle", "train/top", "test/middle", "test/top")) {
            Files.move(images.resolve(other), temp.resolve(other.replace('/', '-')));
        }
        requireOneLine(2, "--label-noise is 0.2, but there is no other class than 'left'",
                Shell.steppe("train", "--data", "folder", "--data-dir", images.toString(), "--label-noise", "0.2"));
    }

    /** A learning rate is advised only where there is one to choose. */
    @Test
    void remediesAreOnesOfTheCommand() throws IOException {
        Path images = Shell.images(temp.resolve("images"));
        Shell.Run run = Shell.steppe("compare", "--data", "folder", "--data-dir", images.toString(), "--batch", "16", "--threads", "1",
                "--optimizer", "sgd:learningRate=1e30", "--passes", "4", "--out", temp.resolve("out").toString());
        assertEquals(1, run.exit(), run.out());
        assertFalse(run.err().contains("--lr"), run.err());
        assertEquals(1, run.err().lines().count(), run.err());
        Shell.Run missing = Shell.steppe();
        assertTrue(missing.err().contains("train, flatness, compare, paths, survey, optimizers, bench"), missing.err());
    }

    @Test
    void defaultsAreSaidOnce() {
        for (String line : List.of("paths --help", "bench step --help")) {
            String help = Shell.steppe(line.split(" ")).ok().out();
            assertFalse(help.contains("Default: []") || help.contains("Default: [sgd"), help);
        }
        assertTrue(Shell.steppe("survey", "--help").ok().out().contains("--seconds are up"));
    }
}
