package dev.steppe.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Ctrl-C in a process of its own: exit code 130, and a run that goes on as if nothing had been. */
@EnabledOnOs(OS.LINUX)
class StopTest {
    private static final int EPOCHS = 40;

    @TempDir
    Path temp;

    private String[] options(Path out) {
        return new String[] {"train", "--data", "folder", "--data-dir", temp.resolve("data").toString(), "--batch", "16", "--epochs",
            "" + EPOCHS, "--threads",
            "2", "--out", out.toString()};
    }

    /** A process in which SIGINT has its effect even if the build runs in the background, where shells switch it off. */
    private Process start(Path log, String... args) throws IOException {
        List<String> command = new ArrayList<>(
                List.of("env", "--default-signal=INT", Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-modules=jdk.incubator.vector", "-Xmx512m", "-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path"),
                        Main.class.getName()));
        command.addAll(List.of(args));
        return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    }

    @Test
    void ctrlCSavesAndTheRunGoesOn() throws Exception {
        Shell.images(temp.resolve("data"));
        Shell.steppe(options(temp.resolve("whole"))).ok();
        Path folder = temp.resolve("a stopped run");
        Path log = temp.resolve("log");
        Process process = start(log, options(folder));
        // In the middle of the run, whatever that turns out to be.
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!Files.exists(folder.resolve("metrics.jsonl")) && System.nanoTime() < deadline && process.isAlive()) {
            Thread.sleep(5);
        }
        new ProcessBuilder("kill", "-INT", String.valueOf(process.pid())).inheritIO().start().waitFor();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), "still running");
        String said = Files.readString(log);
        assertEquals(130, process.exitValue(), said);
        assertTrue(said.contains("stopped; the state is saved, go on with: ./steppe train --resume '" + folder + "'"), said);
        int done = Files.readAllLines(folder.resolve("metrics.jsonl")).size();
        assertTrue(done < EPOCHS, "nothing was left to do");
        assertFalse(Files.exists(folder.resolve("curves.png")));
        Shell.Run rest = Shell.steppe("train", "--resume", folder.toString()).ok();
        assertEquals(EPOCHS - done, rest.out().lines().filter(l -> l.contains("  accuracy ")).count());
        assertEquals(Shell.sha256(temp.resolve("whole/model.safetensors")), Shell.sha256(folder.resolve("model.safetensors")));
    }
}
