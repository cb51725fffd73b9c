package dev.steppe.cli.bench;

import dev.steppe.train.Json;
import java.io.PrintWriter;
import java.util.Map;
import picocli.CommandLine.Option;

/** How measurements are printed: each as soon as it is there. */
final class BenchOutput {
    private static final int GAP = 2;

    @Option(names = "--json", description = "A line of JSON for each measurement, instead of a table.")
    private boolean json;

    private int[] widths;

    /** Prints one measurement; all of one command have the same keys. */
    void print(PrintWriter out, Map<String, Object> row) {
        if (json) {
            out.println(Json.write(row));
        } else {
            if (widths == null) {
                widths = row.entrySet().stream().mapToInt(e -> GAP + Math.max(e.getKey().length(), text(e.getValue()).length())).toArray();
                out.println(line(row.keySet().toArray()));
            }
            out.println(line(row.values().toArray()));
        }
        out.flush();
    }

    private String line(Object... cells) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < cells.length; i++) {
            String cell = text(cells[i]);
            line.append(" ".repeat(Math.max(GAP, widths[i] - cell.length()))).append(cell);
        }
        return line.substring(GAP);
    }

    private static String text(Object value) {
        return value == null ? "-" : value.toString();
    }
}
