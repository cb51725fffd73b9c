package dev.steppe.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.cli.Shell;
import dev.steppe.cli.report.ReportTest;
import dev.steppe.train.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a run leaves for people who look at it later. */
class TrainReportTest {
    @TempDir
    Path temp;

    @Test
    void aTrainingRunLeavesAPage() throws IOException, InterruptedException {
        Path images = Shell.images(temp.resolve("images"));
        Path run = temp.resolve("run");
        String[] command = {"train", "--data", "folder", "--data-dir", images.toString(), "--epochs", "2", "--batch", "16", "--threads",
            "1",
            "--model", "resnet8", "--out", run.toString()};
        Shell.Run shell = Shell.steppe(command).ok();
        assertTrue(shell.out().contains(TrainReport.FILE), shell.out());
        String html = Files.readString(run.resolve(TrainReport.FILE));
        ReportTest.assertWhole(html);
        assertEquals(4, ReportTest.all(html, "(<svg)").size());
        String metrics = Files.readAllLines(run.resolve("metrics.jsonl")).getLast();
        Object loss = Json.read("metrics.jsonl", metrics).get("testLoss");
        assertTrue(html.contains("<span id=\"/epochs/1/testLoss\">" + loss + "</span>"), "the number itself");
        ReportTest.assertLooksRight(run.resolve(TrainReport.FILE));
    }

    @Test
    void noReportLeavesNoneAndTensorBoardItsEvents() throws IOException {
        Path images = Shell.images(temp.resolve("images"));
        Path run = temp.resolve("run");
        Shell.steppe("train", "--data", "folder", "--data-dir", images.toString(), "--epochs", "1", "--batch", "16", "--threads", "1",
                "--out", run.toString(), "--no-report", "--tensorboard").ok();
        assertFalse(Files.exists(run.resolve(TrainReport.FILE)));
        assertTrue(Files.exists(run.resolve("curves.png")));
        try (Stream<Path> files = Files.list(run.resolve("tensorboard"))) {
            assertTrue(Files.size(files.findFirst().orElseThrow()) > 500, "events of 3 steps and an epoch");
        }
    }
}
