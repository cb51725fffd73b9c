package dev.steppe.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.optim.Recipe;
import dev.steppe.optim.StateException;
import dev.steppe.train.TrainingResult.End;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A run that is stopped and goes on has the bits of one that was never stopped, and so has one on other numbers of threads. */
class ResumeTest {
    private static final String SGD = "sgd:learningRate=0.1,momentum=0.9,weightDecay=5e-4,nesterov=true";
    private static final String ADAMW = "adamw:learningRate=0.01";
    private static final int STEPS = Tiny.EPOCHS * Tiny.BATCHES;

    @TempDir
    Path temp;

    /** What is left of a run: the files without the times in them. */
    private record Outcome(String model, String best, List<Map<String, Object>> metrics) {
    }

    private static Outcome outcome(Path folder) throws IOException {
        List<Map<String, Object>> metrics = new ArrayList<>();
        for (String line : Files.readAllLines(folder.resolve("metrics.jsonl"))) {
            Map<String, Object> epoch = Json.read("metrics.jsonl", line);
            epoch.keySet().removeAll(List.of("trainSeconds", "testSeconds", "imagesPerSecond"));
            metrics.add(epoch);
        }
        return new Outcome(Tiny.sha256(folder.resolve("model.safetensors")), Tiny.sha256(folder.resolve("best.safetensors")), metrics);
    }

    /** Trains in a folder, each time with new objects as a new process would, and stops after each number of steps that is given. */
    private Outcome train(Path folder, Recipe recipe, int threads, int... stops) throws IOException {
        for (int stop : stops) {
            assertEquals(End.INTERRUPTED, part(folder, recipe, threads, stop).end(), "stop at " + stop);
        }
        assertEquals(End.FINISHED, part(folder, recipe, threads, Integer.MAX_VALUE).end());
        return outcome(folder);
    }

    private static TrainingResult part(Path folder, Recipe recipe, int threads, int stop) throws IOException {
        try (Tiny tiny = new Tiny(recipe, threads)) {
            Trainer trainer = tiny.trainer(Tiny.EPOCHS).keepBest().folder(folder, Tiny.CARD).resume();
            trainer.listener(new TrainingListener() {
                @Override
                public void onStep(Progress progress) {
                    if (progress.report().step() + 1 >= stop) {
                        trainer.stop();
                    }
                }
            });
            if (stop == 0) {
                trainer.stop();
            }
            return trainer.run();
        }
    }

    static Stream<Arguments> methods() {
        return Stream.of(Arguments.of("sgd", null, SGD), Arguments.of("adamw", null, ADAMW),
                Arguments.of("sam over sgd", "sam:rho=0.1", SGD),
                Arguments.of("sam over adamw", "sam:rho=0.1", ADAMW), Arguments.of("asam over sgd", "asam:rho=0.5", SGD),
                Arguments.of("averages", "sam:rho=0.1+swa:start=0.3+ema:decay=0.9", SGD),
                Arguments.of("swad", "sam:rho=0.1+swad:converge=1,tolerance=1", ADAMW),
                Arguments.of("terms of the loss", "sam:rho=0.1+saf:delay=1,start=0+mesa:start=0", SGD),
                Arguments.of("slow weights", "sala:k=2,rho=0.1", SGD), Arguments.of("lookbehind", "lookbehind:k=2", ADAMW));
    }

    private static Recipe recipe(String variant, String base) {
        return variant == null ? Recipe.parse(base, null) : Recipe.parse(variant, base);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("methods")
    void stoppingChangesNothing(String name, String variant, String base) throws IOException {
        Recipe recipe = recipe(variant, base);
        Outcome whole = train(temp.resolve("whole"), recipe, 2);
        assertEquals(Tiny.EPOCHS, whole.metrics().size());
        for (int stop : new int[] {0, 1, 3, Tiny.BATCHES - 1, Tiny.BATCHES, 2 * Tiny.BATCHES + 2, STEPS - 1}) {
            assertEquals(whole, train(temp.resolve("stop" + stop), recipe, 1 + stop % 3, stop), "stopped after step " + stop);
        }
        assertEquals(whole, train(temp.resolve("often"), recipe, 3, 0, 1, 2, 3, 4, 5, 7, 10, 13), "stopped again and again");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 4})
    void threadsChangeNothing(int threads) throws IOException {
        Recipe recipe = recipe("sam:rho=0.1", SGD);
        assertEquals(train(temp.resolve("two"), recipe, 2), train(temp.resolve("other"), recipe, threads));
    }

    @Test
    void goingOnFromAFinishedRunChangesNothing() throws IOException {
        Recipe recipe = recipe("sam", SGD);
        Outcome whole = train(temp.resolve("run"), recipe, 2);
        try (Tiny tiny = new Tiny(recipe, 1)) {
            TrainingResult again = tiny.trainer(Tiny.EPOCHS).keepBest().folder(temp.resolve("run"), Tiny.CARD).resume().run();
            assertEquals(whole, outcome(temp.resolve("run")));
            assertEquals(again.epochs().getLast().testAccuracy(), again.test().accuracy());
            assertEquals(again.epochs().getLast().testLoss(), again.test().loss());
            double best = again.epochs().stream().mapToDouble(EpochReport::testAccuracy).max().orElseThrow();
            assertEquals(best, Evaluation.of(tiny.evaluator, again.best(), tiny.testing).accuracy());
        }
    }

    @Test
    void epochsThatWereLostAreNoLongerInTheMetrics() throws IOException {
        Recipe recipe = recipe("sam", SGD);
        Path folder = temp.resolve("run");
        part(folder, recipe, 1, Tiny.BATCHES + 2);
        Path saved = temp.resolve("saved");
        copy(folder.resolve("state"), saved);
        part(folder, recipe, 1, Integer.MAX_VALUE);
        Outcome whole = outcome(folder);
        // As if the process had been killed, and the state were an older one than the metrics.
        copy(saved, folder.resolve("state"));
        part(folder, recipe, 1, Tiny.BATCHES + 3);
        assertEquals(whole.metrics().subList(0, 1), outcome(folder).metrics());
        part(folder, recipe, 1, Integer.MAX_VALUE);
        assertEquals(whole, outcome(folder));
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> old = Files.list(to)) {
            for (Path file : old.toList()) {
                Files.delete(file);
            }
        }
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }

    @Test
    void aStateOfAnotherRunIsRefusedAndNamesBothValues() throws IOException {
        Recipe recipe = recipe("sam", SGD);
        Path folder = temp.resolve("run");
        part(folder, recipe, 1, 2);
        try (Tiny other = new Tiny(recipe, 1, 7)) {
            Trainer trainer = other.trainer(Tiny.EPOCHS).folder(folder, Tiny.CARD).resume();
            String message = assertThrows(StateException.class, trainer::run).getMessage();
            assertTrue(message.contains("seed of the data is 1 there, 7 here"), message);
        }
        String message = assertThrows(StateException.class, () -> part(folder, recipe("sam", ADAMW), 1, 3)).getMessage();
        assertTrue(message.contains("base/"), message);
        assertEquals(End.FINISHED, part(folder, recipe, 1, Integer.MAX_VALUE).end(), "nothing was lost");
    }

    @Test
    void aNewRunDoesNotOverwriteAnOldOne() throws IOException {
        Recipe recipe = recipe(null, SGD);
        Path folder = temp.resolve("run");
        part(folder, recipe, 1, 2);
        String state = Tiny.sha256(folder.resolve("state/manifest.json"));
        try (Tiny tiny = new Tiny(recipe, 1)) {
            Trainer trainer = tiny.trainer(Tiny.EPOCHS).folder(folder, Tiny.CARD);
            assertThrows(FileAlreadyExistsException.class, trainer::run);
        }
        assertEquals(state, Tiny.sha256(folder.resolve("state/manifest.json")));
    }

    @Test
    void anotherSeedGivesOtherBits() throws IOException {
        Recipe recipe = recipe(null, SGD);
        Outcome one = train(temp.resolve("one"), recipe, 1);
        try (Tiny tiny = new Tiny(recipe, 1, 2)) {
            tiny.trainer(Tiny.EPOCHS).keepBest().folder(temp.resolve("two"), Tiny.CARD).run();
        }
        assertNotEquals(one.model(), outcome(temp.resolve("two")).model());
    }
}
