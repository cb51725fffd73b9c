package dev.steppe.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What only a process of its own shows: where its output goes, and its locale. */
@EnabledOnOs(OS.LINUX)
class ProcessTest {
    @TempDir
    Path temp;

    private ProcessBuilder steppe(String... args) {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1", "-cp",
                        System.getProperty("java.class.path"), Main.class.getName()));
        command.addAll(List.of(args));
        return new ProcessBuilder(command).redirectError(temp.resolve("err").toFile());
    }

    private String err() throws IOException {
        return Files.readString(temp.resolve("err"));
    }

    @Test
    void outputThatGetsLostIsAFailure() throws Exception {
        Process process = steppe("optimizers", "--markdown").redirectOutput(Redirect.to(Path.of("/dev/full").toFile())).start();
        assertEquals(1, process.waitFor(), err());
        assertTrue(err().contains("steppe: standard output could not be written: "), err());
    }

    @Test
    void aReaderThatHasEnoughIsNone() throws Exception {
        Process process = steppe("optimizers", "--markdown").start();
        process.getInputStream().close();
        assertEquals(0, process.waitFor(), err());
        assertTrue(!err().contains("standard output"), err());
    }

    /** A file must not be longer than 50 KiB, which the model is: for Java the same as a disk that is full. */
    @Test
    void aFullDiskSaysWhichFileCannotBeWritten() throws Exception {
        Path folder = temp.resolve("run");
        ProcessBuilder builder = steppe("train", "--data", "folder", "--data-dir", Shell.images(temp.resolve("images")).toString(),
                "--batch",
                "16", "--epochs", "1", "--threads", "1", "--no-report", "--out", folder.toString());
        builder.command().addAll(0, List.of("sh", "-c", "ulimit -f 100; exec \"$@\"", "sh"));
        builder.redirectOutput(Redirect.DISCARD);
        assertEquals(1, builder.start().waitFor(), err());
        assertTrue(err().lines().anyMatch(line -> line.startsWith("steppe train: " + folder + "/state/")), err());
    }

    @Test
    void aPathThatTheLocaleCannotExpressSaysSo() throws Exception {
        ProcessBuilder builder = steppe("flatness");
        builder.command().addFirst("exec \"$@\" \"$(printf 'x\\303\\251')\"");
        builder.command().add(1, "sh");
        builder.command().addAll(0, List.of("sh", "-c"));
        builder.environment().put("LC_ALL", "C");
        assertEquals(2, builder.start().waitFor(), err());
        assertTrue(err().contains("(LC_ALL, LANG)") && !err().contains("java."), err());
    }
}
