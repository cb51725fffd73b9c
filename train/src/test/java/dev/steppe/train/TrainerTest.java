package dev.steppe.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.core.Parameters;
import dev.steppe.core.Points;
import dev.steppe.kernels.DType;
import dev.steppe.kernels.Kernels;
import dev.steppe.nn.ModelFile;
import dev.steppe.optim.Recipe;
import dev.steppe.optim.StepReport;
import dev.steppe.train.TrainingResult.End;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainerTest {
    private static final Recipe SAM = Recipe.parse("sam:rho=0.1", "sgd:learningRate=0.1,momentum=0.9");

    @TempDir
    Path temp;

    /** Keeps all that is said. */
    private static final class Log implements TrainingListener {
        final List<Progress> steps = new ArrayList<>();
        final List<EpochReport> epochs = new ArrayList<>();

        @Override
        public void onStep(Progress progress) {
            steps.add(progress);
        }

        @Override
        public void onEpoch(EpochReport report) {
            epochs.add(report);
        }
    }

    @Test
    void learnsAndReports() throws IOException {
        try (Tiny tiny = new Tiny(SAM, 2)) {
            Log log = new Log();
            Points points = new Points(Kernels.defaults());
            TrainingResult result = tiny.trainer(12).listener(log).metric("norm", at -> points.norm(at.point())).run();
            assertEquals(End.FINISHED, result.end());
            assertTrue(result.test().accuracy() > 0.9, result.test().toString());
            assertEquals(result.epochs(), log.epochs);
            assertNull(result.best());
            assertEquals(12 * Tiny.BATCHES, log.steps.size());
            for (EpochReport epoch : result.epochs()) {
                List<StepReport> steps = log.steps.stream().filter(p -> p.epoch() == epoch.epoch()).map(TrainingListener.Progress::report)
                        .toList();
                assertEquals(Tiny.BATCHES, steps.size());
                assertEquals(steps.stream().mapToDouble(StepReport::loss).average().orElseThrow(), epoch.trainLoss(), 1e-12);
                assertEquals(steps.stream().mapToDouble(StepReport::sharpness).average().orElseThrow(), epoch.sharpness(), 1e-12);
                assertEquals(steps.stream().mapToDouble(StepReport::gradientNorm).average().orElseThrow(), epoch.gradientNorm(), 1e-12);
                assertEquals(0.1, epoch.perturbationNorm(), 1e-6);
                assertEquals(steps.getLast().learningRate(), epoch.learningRate());
                assertEquals((long) epoch.epoch() * Tiny.BATCHES, epoch.step());
                assertTrue(epoch.trainSeconds() > 0 && epoch.testSeconds() > 0 && epoch.imagesPerSecond() > 0);
                assertEquals(epoch.testAccuracyPerClass().stream().mapToDouble(x -> x).average().orElseThrow(), epoch.testAccuracy(), 1e-12,
                        "classes of equal size");
            }
            assertEquals(points.norm(result.parameters().point()), result.epochs().getLast().extra().get("norm"));
            TrainingListener.Progress last = log.steps.getLast();
            assertEquals(List.of(12, 12, Tiny.BATCHES, Tiny.BATCHES), List.of(last.epoch(), last.epochs(), last.batch(), last.batches()));
            assertTrue(log.steps.getFirst().secondsLeft() > last.secondsLeft());
        }
    }

    @Test
    void trainsWithoutTestDataAndWithoutFolder() throws IOException {
        try (Tiny tiny = new Tiny(SAM, 1)) {
            TrainingResult result = new Trainer(tiny.optimizer, tiny.training, 1).run();
            assertNull(result.test());
            assertTrue(Double.isNaN(result.epochs().getFirst().testAccuracy()));
            assertEquals(List.of(), result.epochs().getFirst().testAccuracyPerClass());
            assertThrows(IllegalStateException.class, () -> new Trainer(tiny.optimizer, tiny.training, 1).keepBest());
            assertThrows(IllegalStateException.class,
                    () -> new Trainer(tiny.optimizer, tiny.training, 1).stopEarly(new EarlyStopping(1, 0)));
            assertThrows(IllegalArgumentException.class, () -> new Trainer(tiny.optimizer, tiny.training, -1));
        }
    }

    @Test
    void runsOnce() throws IOException {
        try (Tiny tiny = new Tiny(SAM, 1)) {
            Trainer trainer = tiny.trainer(0);
            TrainingResult result = trainer.run();
            assertEquals(End.FINISHED, result.end());
            assertEquals(0, result.epochs().size());
            assertThrows(IllegalStateException.class, trainer::run);
        }
    }

    @Test
    void theWeightsOfEachEpochAreKeptAndStoppingChangesNothingOfIt() throws IOException {
        Path folder = temp.resolve("run");
        for (int stop : new int[] {0, 2, Tiny.BATCHES + 1, Integer.MAX_VALUE}) {
            try (Tiny tiny = new Tiny(SAM, 1)) {
                float[] start = tiny.optimizer.current().point().toFloats();
                Trainer trainer = tiny.trainer(Tiny.EPOCHS).folder(folder, Tiny.CARD).keepEpochs().resume();
                trainer.listener(new TrainingListener() {
                    @Override
                    public void onStep(Progress progress) {
                        if (progress.report().step() + 1 >= stop) {
                            trainer.stop();
                        }
                    }
                });
                trainer.run();
                assertArrayEquals(start, weights(folder.resolve("epochs/0.safetensors"), tiny), "those of the start");
            }
        }
        Path whole = temp.resolve("whole");
        try (Tiny tiny = new Tiny(SAM, 1)) {
            tiny.trainer(Tiny.EPOCHS).folder(whole, Tiny.CARD).keepEpochs().run();
            assertFalse(Arrays.equals(weights(whole.resolve("epochs/1.safetensors"), tiny),
                    weights(whole.resolve("epochs/2.safetensors"), tiny)));
        }
        for (int epoch = 0; epoch <= Tiny.EPOCHS; epoch++) {
            String file = "epochs/" + epoch + ".safetensors";
            assertArrayEquals(Files.readAllBytes(whole.resolve(file)), Files.readAllBytes(folder.resolve(file)), file);
        }
        assertArrayEquals(Files.readAllBytes(whole.resolve("model.safetensors")),
                Files.readAllBytes(whole.resolve("epochs/" + Tiny.EPOCHS + ".safetensors")));
    }

    private static float[] weights(Path file, Tiny like) throws IOException {
        return ModelFile.read(file).onto(like.optimizer.current()).parameters().point().toFloats();
    }

    @Test
    void theFolderHoldsTheModelThatWasEvaluated() throws IOException {
        try (Tiny tiny = new Tiny(SAM, 2)) {
            TrainingResult result = tiny.trainer(Tiny.EPOCHS).keepBest().folder(temp.resolve("deep/run"), Tiny.CARD).run();
            Path folder = temp.resolve("deep/run");
            ModelFile file = ModelFile.read(folder.resolve("model.safetensors"));
            assertEquals(Tiny.CARD, file.card().orElseThrow());
            Parameters start = new Parameters(result.parameters().space(),
                    dev.steppe.core.Tensor.zeros(DType.F32, result.parameters().point().shape()),
                    result.parameters().buffers());
            Parameters loaded = file.onto(start).parameters();
            assertArrayEquals(result.parameters().point().toFloats(), loaded.point().toFloats());
            assertEquals(result.test().loss(), Evaluation.of(tiny.evaluator, loaded, tiny.testing).loss());
            List<String> lines = Files.readAllLines(folder.resolve("metrics.jsonl"));
            for (int i = 0; i < lines.size(); i++) {
                assertEquals(result.epochs().get(i), EpochReport.of(Json.read("metrics.jsonl", lines.get(i)), "metrics.jsonl"));
            }
            assertEquals(Tiny.EPOCHS, lines.size());
        }
    }

    @Test
    void stopsEarlyAndKeepsTheBest() throws IOException {
        // With such a learning rate nothing is learned: no epoch is better than the best by a tenth for long.
        Recipe wild = Recipe.parse("sgd:learningRate=3", null);
        try (Tiny tiny = new Tiny(wild, 1)) {
            TrainingResult result = tiny.trainer(40).keepBest().stopEarly(new EarlyStopping(2, 0.1)).run();
            assertEquals(End.STOPPED_EARLY, result.end());
            assertTrue(result.epochs().size() < 40);
            double best = result.epochs().stream().mapToDouble(EpochReport::testAccuracy).max().orElseThrow();
            assertEquals(best, Evaluation.of(tiny.evaluator, result.best(), tiny.testing).accuracy());
        }
    }

    @Test
    void earlyStoppingCountsEpochsWithoutGain() {
        EarlyStopping rule = new EarlyStopping(2, 0.01);
        assertFalse(rule.isDue(epochs()));
        assertFalse(rule.isDue(epochs(0.5, 0.505)));
        assertTrue(rule.isDue(epochs(0.5, 0.505, 0.509)));
        assertFalse(rule.isDue(epochs(0.5, 0.505, 0.511)));
        assertTrue(rule.isDue(epochs(0.5, 0.6, 0.2, 0.6)));
        assertFalse(new EarlyStopping(1, 0).isDue(epochs(0.0)));
        assertThrows(IllegalArgumentException.class, () -> new EarlyStopping(0, 0));
        assertThrows(IllegalArgumentException.class, () -> new EarlyStopping(1, Double.NaN));
    }

    private static List<EpochReport> epochs(double... accuracies) {
        List<EpochReport> epochs = new ArrayList<>();
        for (double accuracy : accuracies) {
            epochs.add(
                    new EpochReport(epochs.size() + 1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, accuracy, 0, List.of(), 0, 0, 0, java.util.Map.of()));
        }
        return epochs;
    }

    /** An interrupt at any moment (while waiting for a batch, evaluating, writing) is a stop after the step, and nothing is lost. */
    @Test
    void anInterruptOfTheThreadStops() throws Exception {
        Path whole = temp.resolve("whole");
        try (Tiny tiny = new Tiny(SAM, 1)) {
            tiny.trainer(Tiny.EPOCHS).folder(whole, Tiny.CARD).run();
        }
        Path folder = temp.resolve("interrupted");
        End end = End.INTERRUPTED;
        for (int i = 0; end == End.INTERRUPTED && i < 50; i++) {
            try (Tiny tiny = new Tiny(SAM, 1)) {
                Thread trainer = Thread.currentThread();
                Thread interrupter = Thread.ofPlatform().start(() -> {
                    try {
                        Thread.sleep(0, (int) (System.nanoTime() % 1_000_000));
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                    trainer.interrupt();
                });
                end = tiny.trainer(Tiny.EPOCHS).folder(folder, Tiny.CARD).resume().run().end();
                while (interrupter.isAlive()) {
                    Thread.interrupted();
                    Thread.onSpinWait();
                }
                Thread.interrupted();
            }
        }
        try (Tiny tiny = new Tiny(SAM, 1)) {
            tiny.trainer(Tiny.EPOCHS).folder(folder, Tiny.CARD).resume().run();
        }
        assertEquals(Tiny.sha256(whole.resolve("model.safetensors")), Tiny.sha256(folder.resolve("model.safetensors")));
    }

    /** As when the mark of an interrupt was seen just before the interrupt reaches the channel that is written to. */
    @Test
    void aChannelThatIsClosedLateByAnInterruptIsNoFailure() throws Exception {
        AtomicInteger starts = new AtomicInteger();
        try (Tiny tiny = new Tiny(SAM, 1)) {
            TrainingResult result = tiny.trainer(Tiny.EPOCHS).folder(temp.resolve("run"), Tiny.CARD).listener(new TrainingListener() {
                @Override
                public void onStart() throws IOException {
                    if (starts.getAndIncrement() == 0) { throw new ClosedByInterruptException(); }
                }
            }).run();
            assertEquals(End.FINISHED, result.end());
        }
        assertEquals(2, starts.get());
    }

    @Test
    void aFolderServesOneRunAtATime() throws IOException {
        try (Tiny tiny = new Tiny(SAM, 1); Tiny other = new Tiny(SAM, 1)) {
            List<String> refused = new ArrayList<>();
            tiny.trainer(1).folder(temp, Tiny.CARD).listener(new TrainingListener() {
                @Override
                public void onStep(Progress progress) {
                    refused.add(assertThrows(FileSystemException.class, () -> other.trainer(1).folder(temp, Tiny.CARD).run()).getMessage());
                }
            }).run();
            assertEquals(Tiny.BATCHES, refused.size());
            assertTrue(refused.getFirst().contains(temp.toString()), refused.getFirst());
            assertEquals(End.FINISHED, other.trainer(1).folder(temp, Tiny.CARD).resume().run().end());
        }
    }

    @Test
    void whatAListenerThrowsEndsTheRunThatCanGoOn() throws IOException {
        Path whole = temp.resolve("whole");
        Path folder = temp.resolve("failed");
        try (Tiny tiny = new Tiny(SAM, 1)) {
            tiny.trainer(Tiny.EPOCHS).folder(whole, Tiny.CARD).run();
        }
        try (Tiny tiny = new Tiny(SAM, 1)) {
            Trainer trainer = tiny.trainer(Tiny.EPOCHS).folder(folder, Tiny.CARD).listener(new TrainingListener() {
                @Override
                public void onStep(Progress progress) {
                    if (progress.epoch() == 2 && progress.batch() == 3) {
                        throw new ArithmeticException("listener");
                    }
                }
            });
            assertThrows(ArithmeticException.class, trainer::run);
        }
        try (Tiny tiny = new Tiny(SAM, 1)) {
            tiny.trainer(Tiny.EPOCHS).folder(folder, Tiny.CARD).resume().run();
        }
        assertEquals(Tiny.sha256(whole.resolve("model.safetensors")), Tiny.sha256(folder.resolve("model.safetensors")));
    }
}
