package dev.steppe.cli;

import dev.steppe.cli.contest.Trials;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** {@code docs/optimizers.md}: the catalogues, and what came of trying them. */
final class OptimizersPage {
    private static final String MAKE = "./steppe optimizers --markdown --results docs/optimizers.jsonl > docs/optimizers.md";
    private static final String TRY = "./steppe survey runs/optimizers && cp runs/optimizers/results.jsonl docs/optimizers.jsonl";

    private final StringBuilder page = new StringBuilder();

    private OptimizersPage() {
    }

    /** @param results rows of {@link Trials}; there is no table of them if there is none */
    static String of(List<Map<String, Object>> results) {
        return new OptimizersPage().write(results);
    }

    private String write(List<Map<String, Object>> results) {
        line("# Optimizers");
        line("");
        line("Made from the catalogue by `" + MAKE + "`; a test compares.");
        line("The same in the terminal: `./steppe optimizers`, `./steppe optimizers NAME`, and as JSON with `--json`.");
        line("");
        line("Passes count examples, forward + backward, divided by the size of the batch; memory counts arrays of the size of the weights that are kept "
                + "between steps, beside those of the base optimizer; confidence says how sure it is that this is the published method. g is the gradient at "
                + "the weights w, g(w + e) the one at w + e, and base(w, g) the step of the base optimizer.");
        for (Listing.Kind kind : Listing.Kind.values()) {
            line("");
            line("## " + kind.title());
            line("");
            table(kind);
        }
        if (!results.isEmpty()) {
            line("");
            results(results);
        }
        line("");
        line("## One by one");
        Listing.all().forEach(this::section);
        return page.toString();
    }

    private void table(Listing.Kind kind) {
        row("name", "what", "passes", "memory", "confidence", "paper");
        row("---", "---", "---", "---", "---", "---");
        for (Listing l : Listing.all()) {
            if (l.kind() == kind) {
                row("[" + l.name() + "](#" + l.name() + ")", l.card().title(), l.passes(), String.valueOf(l.card().memory()),
                        l.confidence(),
                        l.card().paper());
            }
        }
    }

    private void results(List<Map<String, Object>> results) {
        line("## Tried");
        line("");
        line("ResNet-8 on the embedded sample of Fashion-MNIST (10,000 training, 2,000 test images), 3 epochs of 78 steps of 128 images over SGD with "
                + "Nesterov's momentum: each row is `./steppe train --epochs 3 --optimizer ...`, one seed. This shows that each trains, not which is best. "
                + "|e| is the mean norm of the perturbation in the last epoch; the seconds are what the processors "
                + "computed for the whole run, the JVM's compilers included. All rows: `" + TRY + "`.");
        int all = Trials.all().size();
        if (results.size() < all) {
            line("");
            line("Done so far: " + results.size() + " of " + all + ".");
        }
        line("");
        row("--optimizer", "test accuracy", "|e|", "passes", "CPU seconds", "");
        row("---", "---", "---", "---", "---", "---");
        for (Map<String, Object> r : results) {
            List<String> cells = Trials.cells(r);
            String why = (String) r.get("why");
            row("`" + (why.isEmpty() ? r.get("name") : r.get("optimizer")) + "`", cells.get(0), cells.get(1), cells.get(2), cells.get(3),
                    why);
        }
    }

    private void section(Listing l) {
        line("");
        line("### " + l.name());
        line("");
        line(l.card().title() + ". " + l.card().paper() + ".");
        line("");
        code(l.card().formula());
        line("");
        line(l.passes() + " passes, " + l.card().points() + " arrays of the size of the weights within a step, " + l.card().memory()
                + " between steps. Confidence " + l.confidence() + ": " + l.card().note() + ".");
        line("");
        if (!l.settings().isEmpty()) {
            row("option", "default", "values", "origin of the default");
            row("---", "---", "---", "---");
            l.settings().forEach(s -> row("`" + s.name() + "`", "`" + s.text() + "`", s.values(), s.origin()));
            line("");
        }
        code(l.command());
    }

    private void code(String text) {
        line("```");
        line(text);
        line("```");
    }

    private void row(String... cells) {
        line(Stream.of(cells).map(cell -> cell.replace("|", "\\|")).collect(Collectors.joining(" | ", "| ", " |")));
    }

    private void line(String line) {
        page.append(line).append('\n');
    }
}
