package dev.steppe.cli.run;

import dev.steppe.train.Evaluation;
import java.util.List;
import java.util.Locale;

/** An evaluation as a table for people. */
final class SummaryTable {
    private SummaryTable() {
    }

    static String of(Evaluation test, List<String> classes) {
        StringBuilder table = new StringBuilder();
        row(table, "top-1 %8.2f %%   (%,d of %,d test images)", 100 * test.accuracy(), Math.round(test.accuracy() * test.examples()),
                test.examples());
        row(table, "top-5 %8.2f %%", 100 * test.top5());
        row(table, "loss  %10.4f", test.loss());
        int width = Math.max(5, classes.stream().mapToInt(String::length).max().orElse(0));
        String format = "%-" + width + "s %8s %8s %9s";
        row(table, "");
        row(table, format, "class", "images", "right", "accuracy");
        long[][] confusion = test.confusion();
        for (int c = 0; c < test.classes(); c++) {
            long images = test.examples(c);
            row(table, format, classes.get(c), String.format(Locale.ROOT, "%,d", images),
                    String.format(Locale.ROOT, "%,d", confusion[c][c]),
                    images == 0 ? "-" : String.format(Locale.ROOT, "%.1f %%", 100 * test.accuracy(c)));
        }
        return table.toString();
    }

    private static void row(StringBuilder table, String format, Object... values) {
        table.append(String.format(Locale.ROOT, format, values).stripTrailing()).append(System.lineSeparator());
    }
}
