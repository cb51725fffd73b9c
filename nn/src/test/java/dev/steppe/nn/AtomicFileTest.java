package dev.steppe.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
    private static final List<String> STEPS = List.of("list", "open file", "write", "write", "force file", "move [ATOMIC_MOVE]",
            "open folder",
            "force folder");

    @TempDir
    private Path folder;
    private Path file;

    @BeforeEach
    void old() throws IOException {
        file = Files.writeString(folder.resolve("state"), "old");
    }

    @Test
    void dataReachTheDiskBeforeTheNameAndTheNameBeforeTheEnd() throws IOException {
        FaultyFiles files = new FaultyFiles();
        write(files.wrap(file), "new");
        assertEquals(STEPS, files.log());
        assertEquals("new", Files.readString(file));
        assertEquals(List.of("state"), names());
    }

    @Test
    void whereverItFailsTheFileIsWholeAndNothingElseIsLeft() throws IOException {
        for (int step = 0; step < STEPS.size(); step++) {
            Files.writeString(file, "old");
            FaultyFiles files = new FaultyFiles();
            files.failAt(step);
            Path faulty = files.wrap(file);
            FileSystemException e = assertThrows(FileSystemException.class, () -> write(faulty, "new"));
            assertEquals(faulty.toString(), e.getFile());
            assertEquals("injected: " + STEPS.get(step), e.getReason());
            boolean renamed = step > STEPS.indexOf("move [ATOMIC_MOVE]");
            assertEquals(renamed ? "new" : "old", Files.readString(file), "after failing at " + STEPS.get(step));
            assertEquals(List.of("state"), names(), "after failing at " + STEPS.get(step));
        }
    }

    @Test
    void contentThatFailsLeavesTheOldFile() throws IOException {
        for (Throwable failure : List.of(new IOException("disk full"), new EOFException("not of the disk"),
                new IllegalStateException("bug"), new OutOfMemoryError("heap"))) {
            Throwable thrown = assertThrows(failure.getClass(), () -> AtomicFile.write(file, out -> {
                out.write(new byte[1000]);
                switch (failure) {
                    case IOException e -> throw e;
                    case RuntimeException e -> throw e;
                    default -> throw (Error) failure;
                }
            }));
            assertEquals(failure, failure.getClass() == IOException.class ? thrown.getCause() : thrown);
            assertEquals("old", Files.readString(file));
            assertEquals(List.of("state"), names());
        }
    }

    @Test
    void aFolderInTheWayIsAnError() throws IOException {
        Path target = Files.createDirectories(folder.resolve("taken/child")).getParent();
        assertThrows(IOException.class, () -> write(target, "new"));
        assertTrue(Files.isDirectory(target.resolve("child")));
        NotDirectoryException e = assertThrows(NotDirectoryException.class, () -> write(folder.resolve("none/state"), "new"));
        assertEquals(folder.resolve("none").toString(), e.getFile());
    }

    @Test
    void whatAKilledProcessLeftIsRemovedAndWhatALivingOneWritesIsNot() throws IOException {
        String start = ProcessHandle.current().info().startInstant().map(i -> String.valueOf(i.toEpochMilli())).orElse("0");
        long pid = ProcessHandle.current().pid();
        Files.writeString(folder.resolve(".state.999999999-5.a.tmp"), "no such process");
        Files.writeString(folder.resolve(".state." + pid + "-12345.b.tmp"), "an earlier process of this number");
        Files.writeString(folder.resolve(".state." + pid + "-" + start + ".c.tmp"), "this process");
        Files.writeString(folder.resolve(".state.strange.tmp"), "not ours");
        Files.writeString(folder.resolve(".state.tmp"), "not ours");
        Files.writeString(folder.resolve(".other.999999999-5.a.tmp"), "of another file");
        write(file, "new");
        assertEquals(
                List.of(".other.999999999-5.a.tmp", ".state." + pid + "-" + start + ".c.tmp", ".state.strange.tmp", ".state.tmp", "state"),
                names());
    }

    @Test
    void writersOfOneFileDoNotMixTheirContents() throws Exception {
        List<Callable<Void>> writers = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            String content = String.valueOf((char) ('a' + i % 26)).repeat(10_000);
            writers.add(() -> {
                write(file, content);
                return null;
            });
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            for (Future<Void> f : threads.invokeAll(writers)) {
                f.get();
            }
        }
        String content = Files.readString(file);
        assertEquals(10_000, content.length());
        assertEquals(content.substring(0, 1).repeat(10_000), content);
        assertFalse(names().size() > 1, names().toString());
    }

    private static void write(Path file, String content) throws IOException {
        AtomicFile.write(file, out -> out.write(content.getBytes(StandardCharsets.UTF_8)));
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(p -> p.getFileName().toString()).sorted().collect(Collectors.toList());
        }
    }
}
