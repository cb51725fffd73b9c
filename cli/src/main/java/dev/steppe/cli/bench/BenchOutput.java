package dev.steppe.cli.bench;

import dev.steppe.train.Json;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** How measurements are printed: each as soon as it is there. */
final class BenchOutput {
    private static final int GAP = 2;
    /** Room for rows to come: the name of a pass, and digits. */
    private static final int LEAST_TEXT = 14;
    private static final int LEAST_NUMBER = 7;
    /** Significant digits: no machine repeats more. Decimal places would cut off what is short. */
    private static final MathContext DIGITS = new MathContext(4);

    @Option(names = "--json", description = "A line of JSON for each measurement, instead of a table.")
    private boolean json;

    private int[] widths;

    /** Prints one measurement, fractions rounded to four significant digits; all of one command have the same keys. */
    void print(PrintWriter out, Map<String, Object> measurement) {
        Map<String, Object> row = new LinkedHashMap<>(measurement);
        row.replaceAll((key, value) -> value instanceof Double number && Double.isFinite(number) ? rounded(number) : value);
        if (json) {
            out.println(Json.write(row));
        } else {
            if (widths == null) {
                widths = row.entrySet().stream().mapToInt(e -> GAP + width(e.getKey(), e.getValue())).toArray();
                out.println(line(row.keySet().toArray()));
            }
            out.println(line(row.values().toArray()));
        }
        out.flush();
    }

    private static int width(String key, Object first) {
        return Math.max(first instanceof String ? LEAST_TEXT : LEAST_NUMBER, Math.max(key.length(), text(first).length()));
    }

    private String line(Object... cells) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < cells.length; i++) {
            String cell = text(cells[i]);
            line.append(" ".repeat(Math.max(GAP, widths[i] - cell.length()))).append(cell);
        }
        return line.substring(GAP);
    }

    private static Double rounded(double number) {
        return new BigDecimal(number).round(DIGITS).doubleValue();
    }

    private static String text(Object value) {
        return switch (value) {
            case null -> "-";
            case Double number when Double.isFinite(number) -> BigDecimal.valueOf(number).toPlainString();
            default -> value.toString();
        };
    }
}
