package dev.steppe.cli;

import dev.steppe.cli.contest.Trials;
import dev.steppe.cli.option.WrongOptionException;
import dev.steppe.optim.OptionException;
import dev.steppe.train.Json;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code steppe optimizers}: what {@code --optimizer} and {@code --base} may name. */
@Command(
        name = "optimizers",
        description = {
            "Lists the optimizers, or explains one: formula, paper, cost, options with the origin of each default, and a command that trains with it.",
            ""},
        sortOptions = false,
        descriptionHeading = "%n",
        parameterListHeading = "Parameters:%n",
        optionListHeading = "Options:%n")
final class OptimizersCommand implements Callable<Integer> {
    @ParentCommand
    private Main main;

    @Parameters(arity = "0..1", paramLabel = "NAME", description = "The one to explain. Default: all, as a table.")
    private String name;
    @Option(names = "--json", description = "JSON instead of text.")
    private boolean json;
    @Option(names = "--markdown", description = "The page docs/optimizers.md.")
    private boolean markdown;
    @Option(names = "--results", paramLabel = "FILE", description = "With --markdown: what steppe survey wrote, for a table of it.")
    private Path results;

    @Override
    public Integer call() throws IOException {
        PrintStream out = main.out();
        if (markdown) {
            out.print(OptimizersPage.of(results == null ? List.of() : Trials.read(results)));
        } else if (name != null) {
            Listing listing = find();
            out.print(json ? Json.writePretty(listing.toMap()) + System.lineSeparator() : explained(listing));
        } else if (json) {
            out.println(Json.writePretty(Map.of("optimizers", Listing.all().stream().map(Listing::toMap).toList())));
        } else {
            out.print(table());
        }
        return 0;
    }

    private Listing find() {
        try {
            return Listing.named(name);
        } catch (OptionException e) {
            throw new WrongOptionException(e.getMessage());
        }
    }

    private static String table() {
        StringBuilder text = new StringBuilder();
        for (Listing.Kind kind : Listing.Kind.values()) {
            List<List<String>> rows = new ArrayList<>();
            rows.add(List.of("name", "arXiv", "passes", "memory", "sure", "formula"));
            for (Listing l : Listing.all()) {
                if (l.kind() == kind) {
                    rows.add(List.of(l.name(), l.arXiv(), l.passes(), String.valueOf(l.card().memory()), l.confidence(),
                            l.card().formula()));
                }
            }
            line(text, kind.title());
            line(text, "");
            aligned(rows).forEach(row -> line(text, row));
            line(text, "");
        }
        line(text, "passes: forward + backward over the batch, for each step; memory: arrays of the size of the weights that are kept");
        line(text, "between steps; sure: that this is the published method. One of them explained: ./steppe optimizers NAME");
        return text.toString();
    }

    private static String explained(Listing l) {
        StringBuilder text = new StringBuilder();
        line(text, l.name() + ": " + l.card().title());
        line(text, l.card().paper());
        line(text, "");
        line(text, "  " + l.card().formula());
        line(text, "");
        line(text, l.passes() + " passes (forward + backward) for each step, " + l.card().memory()
                + " arrays of the size of the weights between steps, " + l.card().points() + " within");
        line(text, "confidence " + l.confidence() + ": " + l.card().note());
        line(text, "");
        List<List<String>> rows = new ArrayList<>();
        l.settings().forEach(s -> rows.add(List.of("  " + s.name(), s.text(), s.values(), s.origin())));
        aligned(rows).forEach(row -> line(text, row));
        line(text, rows.isEmpty() ? "It has no options." : "");
        line(text, l.command());
        return text.toString();
    }

    /** Cells with so much space behind each that columns begin at one place. */
    private static List<String> aligned(List<List<String>> rows) {
        Map<Integer, Integer> widths = new LinkedHashMap<>();
        rows.forEach(row -> {
            for (int i = 0; i < row.size(); i++) {
                widths.merge(i, row.get(i).length(), Math::max);
            }
        });
        List<String> lines = new ArrayList<>();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < row.size(); i++) {
                line.append(row.get(i)).append(" ".repeat(widths.get(i) - row.get(i).length() + 2));
            }
            lines.add(line.toString().stripTrailing());
        }
        return lines;
    }

    private static void line(StringBuilder text, String line) {
        text.append(line).append(System.lineSeparator());
    }
}
