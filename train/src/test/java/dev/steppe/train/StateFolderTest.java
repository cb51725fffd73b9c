package dev.steppe.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.core.FormatException;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.nn.TensorFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A state folder gives the state saved last, the one before it, or an error: never anything else. */
class StateFolderTest {
    private static final String MANIFEST = "manifest.json";

    @TempDir
    Path temp;

    /** A state in which all numbers are the same: a mixture of two would show. */
    private static TensorFile state(int number) {
        float[] weights = new float[100];
        Arrays.fill(weights, number);
        return new TensorFile(Map.of("number", String.valueOf(number)), Map.of("weights", Tensor.of(Shape.of(weights.length), weights)),
                Map.of("count", (long) number));
    }

    /** The number of a state that is whole. */
    private static int number(TensorFile state) {
        int number = Integer.parseInt(state.metadata().get("number"));
        float[] expected = new float[100];
        Arrays.fill(expected, number);
        assertArrayEquals(expected, state.tensors().get("weights").toFloats());
        assertEquals(number, state.counters().get("count"));
        return number;
    }

    private static Map<String, byte[]> files(Path folder) throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        try (Stream<Path> list = Files.list(folder)) {
            for (Path file : list.toList()) {
                files.put(file.getFileName().toString(), Files.readAllBytes(file));
            }
        }
        return files;
    }

    private static void write(Path folder, Map<String, byte[]> files) throws IOException {
        Files.createDirectories(folder);
        try (Stream<Path> list = Files.list(folder)) {
            for (Path old : list.toList()) {
                Files.delete(old);
            }
        }
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            Files.write(folder.resolve(file.getKey()), file.getValue());
        }
    }

    private Map<String, byte[]> saved(int... numbers) throws IOException {
        Path folder = temp.resolve("saved");
        write(folder, Map.of());
        for (int number : numbers) {
            new StateFolder(folder).save(state(number));
        }
        return files(folder);
    }

    @Test
    void givesBackWhatWasSavedLast() throws IOException {
        StateFolder folder = new StateFolder(temp.resolve("state"));
        assertFalse(folder.exists());
        assertThrows(NoSuchFileException.class, folder::load);
        for (int i = 1; i <= 5; i++) {
            folder.save(state(i));
            assertTrue(folder.exists());
            assertEquals(i, number(folder.load()));
            assertEquals(2, files(temp.resolve("state")).size(), "one file of tensors beside the manifest");
        }
    }

    @Test
    void whateverIsThereWhenASaveIsCutShortTheOldStateCounts() throws IOException {
        Map<String, byte[]> old = saved(1);
        Map<String, byte[]> next = saved(1, 2);
        byte[] tensors = next.get("b.safetensors");
        Path folder = temp.resolve("state");
        for (int length = 0; length <= tensors.length; length += 7) {
            Map<String, byte[]> cut = new TreeMap<>(old);
            cut.put("b.safetensors", Arrays.copyOf(tensors, length));
            cut.put(".b.safetensors.1-1.x.tmp", Arrays.copyOf(tensors, length));
            cut.put(".manifest.json.1-1.x.tmp", Arrays.copyOf(next.get(MANIFEST), length % next.get(MANIFEST).length));
            write(folder, cut);
            assertEquals(1, number(new StateFolder(folder).load()));
            new StateFolder(folder).save(state(3));
            assertEquals(3, number(new StateFolder(folder).load()));
        }
        Map<String, byte[]> both = new TreeMap<>(old);
        both.putAll(next);
        write(folder, both);
        assertEquals(2, number(new StateFolder(folder).load()), "the manifest is new, the old tensors are not removed yet");
    }

    @Test
    void everyTruncationIsNoticed() throws IOException {
        Map<String, byte[]> whole = saved(1, 2);
        for (String file : whole.keySet()) {
            for (int length = 0; length < whole.get(file).length; length++) {
                Map<String, byte[]> cut = new TreeMap<>(whole);
                cut.put(file, Arrays.copyOf(whole.get(file), length));
                requireRefused(cut, file + " cut to " + length + " bytes");
            }
        }
    }

    @Test
    void everyFlippedBitIsNoticed() throws IOException {
        Map<String, byte[]> whole = saved(1, 2);
        for (String file : whole.keySet()) {
            for (int bit = 0; bit < 8 * whole.get(file).length; bit++) {
                Map<String, byte[]> flipped = new TreeMap<>(whole);
                byte[] bytes = whole.get(file).clone();
                bytes[bit / 8] ^= (byte) (1 << bit % 8);
                flipped.put(file, bytes);
                requireRefused(flipped, file + " with bit " + bit + " flipped");
            }
        }
    }

    @Test
    void tensorsOfAnotherStateAreNoticed() throws IOException {
        Map<String, byte[]> mixed = saved(1, 2);
        Map<String, byte[]> other = saved(1, 3);
        mixed.put("b.safetensors", other.get("b.safetensors"));
        requireRefused(mixed, "tensors of another state");
        mixed.remove("b.safetensors");
        requireRefused(mixed, "no tensors");
        mixed.put(MANIFEST, "x".repeat(100_000).getBytes());
        requireRefused(mixed, "a huge manifest");
        mixed.put(MANIFEST, "[".repeat(4_000).getBytes());
        requireRefused(mixed, "a deep manifest");
    }

    private void requireRefused(Map<String, byte[]> files, String what) throws IOException {
        Path folder = temp.resolve("state");
        write(folder, files);
        FormatException e = assertThrows(FormatException.class, () -> new StateFolder(folder).load(), what);
        assertTrue(e.getMessage().contains(folder.toString()), e.getMessage());
    }

    @Test
    void aDamagedStateCanBeReplaced() throws IOException {
        Map<String, byte[]> damaged = saved(1);
        damaged.put(MANIFEST, new byte[] {'{'});
        Path folder = temp.resolve("state");
        write(folder, damaged);
        new StateFolder(folder).save(state(4));
        assertEquals(4, number(new StateFolder(folder).load()));
    }

    @Test
    void aFailedSaveKeepsTheOldState() throws IOException {
        Path folder = temp.resolve("state");
        StateFolder states = new StateFolder(folder);
        states.save(state(1));
        // Where the next tensors have to go there is a folder that is not empty: the rename fails, also for root.
        Files.createDirectories(folder.resolve("b.safetensors").resolve("x"));
        assertThrows(IOException.class, () -> states.save(state(2)));
        assertEquals(1, number(states.load()));
    }

    /** Saves states 1, 2, 3 .. until it is killed, and says so after each. */
    static final class Saver {
        public static void main(String[] args) throws IOException {
            StateFolder folder = new StateFolder(Path.of(args[0]));
            for (int i = 1;; i++) {
                folder.save(state(i));
                System.out.println(i);
            }
        }
    }

    @Test
    void aKilledProcessLeavesAWholeState() throws Exception {
        for (int kill = 0; kill < 6; kill++) {
            Path folder = temp.resolve("killed" + kill);
            Path said = temp.resolve("said" + kill);
            Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx64m",
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"), Saver.class.getName(), folder.toString())
                    .redirectOutput(said.toFile()).redirectError(ProcessBuilder.Redirect.INHERIT).start();
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (Files.size(said) == 0 && System.nanoTime() < deadline) {
                Thread.sleep(1);
            }
            Thread.sleep(3 + 7 * kill);
            process.destroyForcibly().waitFor();
            List<String> lines = Files.readAllLines(said);
            int last = Integer.parseInt(lines.getLast());
            int number = number(new StateFolder(folder).load());
            assertTrue(number == last || number == last + 1, "said " + last + ", found " + number);
        }
    }
}
