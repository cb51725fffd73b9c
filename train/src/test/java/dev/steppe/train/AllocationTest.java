package dev.steppe.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.core.Losses;
import dev.steppe.core.Objective;
import dev.steppe.core.RandomKey;
import dev.steppe.core.Shape;
import dev.steppe.data.ArrayDataset;
import dev.steppe.data.HorizontalFlip;
import dev.steppe.data.Loader;
import dev.steppe.data.RandomCrop;
import dev.steppe.kernels.Kernels;
import dev.steppe.kernels.Workers;
import dev.steppe.nn.Layer;
import dev.steppe.nn.Models;
import dev.steppe.optim.Optimizer;
import dev.steppe.optim.Options;
import dev.steppe.optim.Recipe;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * After warm-up a training step allocates no array over 4 KiB, and the pool none at all. Measured in a JVM whose threads get their memory in pieces of 4 KiB:
 * there every allocation that is larger shows up as an event of its own.
 */
class AllocationTest {
    private static final int LARGEST = 4096;
    private static final int WARM_UP = 4;
    private static final int STEPS = 3;
    private static final int BATCH = 8;

    @TempDir
    Path temp;

    /** Trains a ResNet-8 and prints what is allocated after the warm-up. */
    static final class Training {
        public static void main(String[] args) throws IOException {
            RandomKey key = RandomKey.of(1);
            int examples = BATCH * (WARM_UP + STEPS + 2);
            float[][] images = new float[examples][28 * 28];
            for (int i = 0; i < examples; i++) {
                for (int p = 0; p < images[i].length; p++) {
                    images[i][p] = (float) key.fold(i).uniform(p);
                }
            }
            ArrayDataset data = ArrayDataset.of("noise", Shape.of(28, 28, 1), images,
                    IntStream.range(0, examples).map(i -> i % 10).toArray(),
                    List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9"));
            try (Workers workers = Workers.of(2);
                    Loader batches = Loader.training(data, BATCH, 1, new RandomCrop(2), new HorizontalFlip())) {
                Kernels kernels = Kernels.on(workers);
                Layer model = Models.named("resnet8", 1, 10);
                Objective objective = Objective.of(model::forward, Losses.crossEntropy(Losses.Smoothing.of(0.1)));
                Optimizer optimizer = Recipe.parse(args[0], args[0].contains("sam") ? "sgd:momentum=0.9" : null).minimise(objective,
                        model.initialPoint(1), Options.defaults().kernels(kernels));
                new Trainer(optimizer, batches, 1).listener(new Watch(kernels, Path.of(args[1]))).run();
            }
        }
    }

    private static final class Watch implements TrainingListener {
        private final Kernels kernels;
        private final Path file;
        private final Recording recording = new Recording();
        private long allocations;

        Watch(Kernels kernels, Path file) {
            this.kernels = kernels;
            this.file = file;
        }

        @Override
        public void onStep(Progress progress) {
            if (progress.batch() == WARM_UP) {
                recording.enable("jdk.ObjectAllocationOutsideTLAB").withStackTrace();
                recording.start();
                allocations = kernels.spans().allocations();
            } else if (progress.batch() == WARM_UP + STEPS) {
                System.out.println("pool: " + (kernels.spans().allocations() - allocations));
                recording.stop();
                try {
                    recording.dump(file);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"sam:rho=0.05", "adamw"})
    void aStepAllocatesNoLargeArray(String optimizer) throws Exception {
        Path recording = temp.resolve("recording.jfr");
        Path said = temp.resolve("said");
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx1g",
                "-XX:+UseParallelGC",
                "-XX:TLABSize=" + LARGEST, "-XX:MinTLABSize=2048", "-XX:-ResizeTLAB", "--add-modules=jdk.incubator.vector", "-cp",
                System.getProperty("java.class.path"), Training.class.getName(), optimizer, recording.toString()).redirectErrorStream(true)
                .redirectOutput(said.toFile()).start();
        assertEquals(0, process.waitFor(), () -> read(said));
        assertTrue(read(said).contains("pool: 0\n"), read(said));
        List<RecordedEvent> events = RecordingFile.readAllEvents(recording);
        assertTrue(events.stream().anyMatch(e -> e.getLong("allocationSize") < LARGEST), "the JVM reports nothing at all");
        List<RecordedEvent> large = events.stream()
                .filter(e -> e.getLong("allocationSize") > LARGEST && e.getClass("objectClass").getName().startsWith("[") && !isJava(e))
                .toList();
        assertEquals(List.of(), large);
    }

    /** Whether Java itself allocates, while it loads a class, links a lambda or starts the recording. */
    private static boolean isJava(RecordedEvent e) {
        return e.getStackTrace() == null || e.getStackTrace().getFrames().stream().map(AllocationTest::type)
                .anyMatch(type -> type.startsWith("java.lang.invoke.") || type.equals("java.lang.ClassLoader")
                        || type.startsWith("jdk.jfr."));
    }

    private static String type(RecordedFrame frame) {
        return frame.getMethod().getType().getName();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
