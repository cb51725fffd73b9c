package dev.steppe.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** What is short must not be rounded to nothing, nor what is long be printed with digits that no machine repeats. */
class BenchOutputTest {
    @ParameterizedTest
    @CsvSource({
        "0.00012345678, 1.235E-4, 0.0001235",
        "0.53528, 0.5353, 0.5353",
        "118.2649, 118.3, 118.3",
        "1234567.8, 1235000.0, 1235000.0",
        "0, 0.0, 0.0",
        "-2.00049, -2.0, -2.0",
        "NaN, null, NaN"})
    void fractionsHaveFourDigits(double number, String json, String cell) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("count", 123456);
        row.put("ms", number);
        assertEquals("{\"count\":123456,\"ms\":" + json + "}", printed(row, "--json").strip());
        assertEquals(cell, printed(row).lines().toList().get(1).strip().split(" +")[1]);
    }

    private static String printed(Map<String, Object> row, String... options) {
        BenchOutput output = CommandLine.populateCommand(new BenchOutput(), options);
        StringWriter text = new StringWriter();
        output.print(new PrintWriter(text), row);
        return text.toString();
    }
}
