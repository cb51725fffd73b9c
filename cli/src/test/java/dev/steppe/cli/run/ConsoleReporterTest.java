package dev.steppe.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.optim.StepReport;
import dev.steppe.train.EpochReport;
import dev.steppe.train.TrainingListener.Progress;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConsoleReporterTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

    private static Progress step(int batch, int batches, double secondsLeft) {
        StepReport report = new StepReport(batch, 12.34567, 1, 1, 0.05, 0.9, 0.01, 2, 2, 0.1, Map.of());
        return new Progress(3, 200, batch, batches, report, 3_456, secondsLeft);
    }

    private static EpochReport epoch(int epoch, double test) {
        return new EpochReport(epoch, 100, 0.1, 12.34567, 1, 0.05, 0.01, 0.9, 2, 2, test, test / 20, test / 10, List.of(test), 359_999,
                test,
                123_456, Map.of());
    }

    private String text() {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aTerminalShowsOneLineThatNeverWraps() {
        AtomicLong clock = new AtomicLong();
        ConsoleReporter reporter = new ConsoleReporter(out, true, 79, 200, clock::get);
        clock.addAndGet(110_000_000);
        reporter.onStep(step(39, 78, 65));
        reporter.onStep(step(40, 78, 64));
        assertEquals("\repoch   3/200  [=======       ] 39/78  loss 12.3457  3,456 images/s  1:05 left", text().stripTrailing(),
                "the second step comes too soon");
        clock.addAndGet(110_000_000);
        reporter.onStep(step(39_063, 78_125, 400_000));
        assertEquals("epoch   3/200  39063/78125  loss 12.3457  3,456 images/s  111:06:40 left",
                text().substring(text().lastIndexOf('\r') + 1).strip());
        assertTrue(Stream.of(text().split("\r")).allMatch(line -> line.length() < 80), text());
        reporter.onEpoch(epoch(3, 12.5));
        reporter.endLine();
        assertTrue(text().contains("epoch   3/200  loss 12.3457  test loss 12.5000  accuracy 62.50 %  123,456 images/s  100:00:12"),
                text());
        assertEquals(1, text().lines().filter(l -> l.contains("accuracy")).count());
    }

    @ParameterizedTest
    @CsvSource({"80, 79", "200, 79", "60, 59", "1, 1", "0, 79", "wide, 79", ", 79"})
    void aLineIsNoWiderThanTheTerminal(String columns, int expected) {
        assertEquals(expected, Terminal.width(columns));
    }

    @ParameterizedTest
    @CsvSource({"61, '\repoch   3/200  40/78  loss 12.3457  3,456 images/s  1:05 left'", "20, '\repoch   3/200  40/78'"})
    void aNarrowTerminalShowsWhatFits(int width, String expected) {
        AtomicLong clock = new AtomicLong();
        ConsoleReporter reporter = new ConsoleReporter(out, true, width, 200, clock::get);
        clock.addAndGet(110_000_000);
        reporter.onStep(step(40, 78, 65));
        assertEquals(expected, text().stripTrailing());
        assertEquals(width + 1, text().length());
    }

    @Test
    void aFileGetsALineForEachEpochAlone() {
        ConsoleReporter reporter = new ConsoleReporter(out, false, 12);
        for (int batch = 1; batch < 100; batch++) {
            reporter.onStep(step(batch, 100, 1));
        }
        reporter.onEpoch(epoch(1, Double.NaN));
        reporter.endLine();
        assertEquals("epoch  1/12  loss 12.3457  123,456 images/s  99:59:59", text().strip());
        assertFalse(text().contains("\r\r") || text().startsWith("\r"), text());
    }

    @ParameterizedTest
    @CsvSource({"0, 0.0 s", "4.24, 4.2 s", "59.94, 59.9 s", "59.96, 1:00", "65, 1:05", "3599.4, 59:59", "3600, 1:00:00", "7384, 2:03:04"})
    void timesAreShort(double seconds, String expected) {
        assertEquals(expected, ConsoleReporter.time(seconds));
    }
}
