package dev.steppe.cli.contest;

import dev.steppe.cli.report.ContourPicture;
import dev.steppe.cli.report.Levels;
import dev.steppe.cli.report.LinePlot;
import dev.steppe.cli.report.Pictures;
import dev.steppe.cli.report.Report;
import dev.steppe.cli.report.XyPlot;
import dev.steppe.nn.AtomicFile;
import dev.steppe.train.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.IntStream;

/** What came of a {@link Contest}: a table, {@code compare.json}, a page, and tables for a document. Everything but the seconds is a function of the results' bits. */
public final class ContestReport {
    /** The file of all numbers. */
    public static final String NUMBERS = "compare.json";
    /** The file of the page. */
    public static final String PAGE = "report.html";
    /** The file of the tables for a document. */
    public static final String TABLES = "tables.md";

    private static final int MOST_LANDSCAPES = 12;

    /**
     * A column of the tables.
     *
     * @param key in the JSON
     * @param name for people
     * @param scale that the number is shown in
     * @param format of the number, for {@link String#format}
     * @param of the number of a result; null if there is none
     */
    private record Quantity(String key, String name, double scale, String format, Function<Map<String, Object>, Object> of) {
    }

    private static final List<Quantity> QUANTITIES = List.of(
            new Quantity("accuracy", "test accuracy, %", 100, "%.2f", r -> r.get("accuracy")),
            new Quantity("testLoss", "test loss", 1, "%.4f", r -> r.get("testLoss")),
            new Quantity("gap", "accuracy gap, %", 100, "%.2f", r -> r.get("gap")),
            new Quantity("lossGap", "loss gap", 1, "%.4f", r -> r.get("lossGap")),
            new Quantity("lambda", "largest eigenvalue", 1, "%.4g", r -> at(r, "flatness", "curvature", "largest", 0, "value")),
            new Quantity("trace", "trace", 1, "%.4g", r -> at(r, "flatness", "curvature", "trace", "value")),
            new Quantity("samSharpness", "SAM sharpness", 1, "%.4g", r -> measure(r, "ascent sharpness")),
            new Quantity("worstSharpness", "worst-case sharpness", 1, "%.4g", r -> measure(r, "worst-case sharpness")),
            new Quantity("adaptiveSharpness", "adaptive sharpness", 1, "%.4g", r -> measure(r, "adaptive ascent sharpness")),
            new Quantity("bilateralSharpness", "bilateral sharpness", 1, "%.4g", r -> measure(r, "bilateral sharpness")),
            new Quantity("averageSharpness", "average sharpness", 1, "%.3g", r -> measure(r, "average sharpness on the sphere")),
            new Quantity("passes", "passes", 1, "%.1f", r -> r.get("passes")),
            new Quantity("seconds", "seconds", 1, "%.1f", r -> r.get("seconds")));

    private final Contest contest;
    private final List<Map<String, Object>> results;

    /** @param results of all runs, in the order of {@link Contest#entries} */
    public ContestReport(Contest contest, List<Map<String, Object>> results) {
        this.contest = contest;
        this.results = results;
    }

    private static Object at(Object json, Object... path) {
        Object here = json;
        for (Object key : path) {
            here = switch (here) {
                case List<?> list -> list.get((Integer) key);
                case Map<?, ?> map -> map.get(key);
                case null, default -> null;
            };
        }
        return here;
    }

    private static Object measure(Map<String, Object> result, String name) {
        return at(result, "flatness", "sharpness") instanceof List<?> measures
                ? measures.stream().filter(m -> name.equals(at(m, "measure"))).findFirst().map(m -> at(m, "value")).orElse(null)
                : null;
    }

    /** The results of an optimizer, seed by seed. */
    private List<Map<String, Object>> of(int optimizer) {
        return IntStream.range(0, contest.seeds()).mapToObj(seed -> results.get(seed * contest.optimizers().size() + optimizer)).toList();
    }

    private double[] values(int optimizer, Quantity quantity) {
        return of(optimizer).stream().map(quantity.of()).mapToDouble(v -> v instanceof Number n ? n.doubleValue() : Double.NaN).toArray();
    }

    private Sample sample(int optimizer, Quantity quantity) {
        return new Sample(values(optimizer, quantity));
    }

    /** What an optimizer has more than the first one, seed by seed: the chance that both share, as initial weights and order, is not in it. */
    private Sample difference(int optimizer, Quantity quantity) {
        double[] mine = values(optimizer, quantity);
        double[] first = values(0, quantity);
        return new Sample(IntStream.range(0, mine.length).mapToDouble(i -> mine[i] - first[i]).toArray());
    }

    private List<Quantity> quantities() {
        return QUANTITIES.stream().filter(q -> IntStream.range(0, contest.optimizers().size()).anyMatch(o -> sample(o, q).size() > 0))
                .toList();
    }

    /** The table of the terminal. */
    public String table() {
        int width = Math.max(9, contest.optimizers().stream().mapToInt(String::length).max().orElse(0));
        List<Quantity> shown = quantities().stream()
                .filter(q -> List.of("accuracy", "gap", "lambda", "trace", "samSharpness", "passes", "seconds")
                        .contains(q.key()))
                .toList();
        StringBuilder table = new StringBuilder(String.format("%-" + width + "s", "optimizer"));
        shown.forEach(q -> table.append(String.format("  %20s", q.name())));
        table.append(System.lineSeparator());
        for (int o = 0; o < contest.optimizers().size(); o++) {
            table.append(String.format("%-" + width + "s", contest.optimizers().get(o)));
            for (Quantity q : shown) {
                table.append(String.format("  %20s", text(sample(o, q), q)));
            }
            table.append(System.lineSeparator());
        }
        if (contest.seeds() > 1) {
            table.append("±: the standard deviation of ").append(contest.seeds()).append(" seeds").append(System.lineSeparator());
        }
        return table.toString();
    }

    private static String text(Sample sample, Quantity q) {
        if (sample.size() == 0) { return "-"; }
        String mean = String.format(Locale.ROOT, q.format(), q.scale() * sample.mean());
        return sample.size() < 2 ? mean : mean + " ± " + String.format(Locale.ROOT, q.format(), q.scale() * sample.deviation());
    }

    /** Writes numbers and page. */
    public void write(Path folder) throws IOException {
        byte[] json = Json.writePretty(toMap()).getBytes(StandardCharsets.UTF_8);
        AtomicFile.write(folder.resolve(NUMBERS), to -> to.write(json));
        page().write(folder.resolve(PAGE));
        byte[] tables = markdown().getBytes(StandardCharsets.UTF_8);
        AtomicFile.write(folder.resolve(TABLES), to -> to.write(tables));
    }

    /** Means and differences to the first optimizer as tables in Markdown, each with half of its 95 % confidence interval. */
    String markdown() {
        StringBuilder text = new StringBuilder(what() + "; ± half of the 95 % confidence interval.\n");
        markdown(text, "optimizer", 0, (o, q) -> interval(q, "", sample(o, q)));
        if (compares()) {
            text.append("\nDifferences to ").append(contest.optimizers().getFirst())
                    .append(", seed by seed; an asterisk marks intervals without 0.\n");
            markdown(text, "difference", 1, (o, q) -> interval(q, "+", difference(o, q)));
        }
        return text.toString();
    }

    private void markdown(StringBuilder text, String head, int from, BiFunction<Integer, Quantity, String> cell) {
        text.append("\n| ").append(head);
        quantities().forEach(q -> text.append(" | ").append(q.name()));
        text.append(" |\n|").append("---|".repeat(quantities().size() + 1)).append('\n');
        for (int o = from; o < contest.optimizers().size(); o++) {
            text.append("| `").append(contest.optimizers().get(o)).append('`');
            for (Quantity q : quantities()) {
                text.append(" | ").append(cell.apply(o, q));
            }
            text.append(" |\n");
        }
    }

    /** @param sign {@code +} for what is told with its sign, and an asterisk if that is sure; else empty */
    private static String interval(Quantity q, String sign, Sample sample) {
        if (sample.size() == 0) { return "–"; }
        String mean = String.format(Locale.ROOT, "%" + sign + q.format().substring(1), q.scale() * sample.mean());
        String sure = !sign.isEmpty() && Math.abs(sample.mean()) > sample.halfWidth() ? " *" : "";
        return sample.size() < 2 ? mean : mean + " ± " + String.format(Locale.ROOT, q.format(), q.scale() * sample.halfWidth()) + sure;
    }

    private boolean compares() {
        return contest.seeds() > 1 && contest.optimizers().size() > 1;
    }

    private String what() {
        return contest.like().model() + " on " + contest.like().data().text() + ", " + contest.seeds()
                + (contest.seeds() == 1 ? " seed" : " seeds") + budget()
                + (contest.like().labelNoise() == 0 ? "" : ", " + 100 * contest.like().labelNoise() + " % wrong labels");
    }

    Map<String, Object> toMap() {
        List<Object> optimizers = new ArrayList<>();
        for (int o = 0; o < contest.optimizers().size(); o++) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("optimizer", contest.optimizers().get(o));
            one.put("epochs", of(o).getFirst().get("epochs"));
            for (Quantity q : quantities()) {
                Sample sample = sample(o, q);
                Sample difference = difference(o, q);
                Map<String, Object> numbers = new LinkedHashMap<>();
                numbers.put("values", values(o, q));
                numbers.put("mean", sample.mean());
                numbers.put("deviation", sample.deviation());
                numbers.put("halfWidth", sample.halfWidth());
                numbers.put("difference", difference.mean());
                numbers.put("differenceHalfWidth", difference.halfWidth());
                one.put(q.key(), numbers);
            }
            one.put("testLosses", of(o).stream().map(r -> r.get("testLosses")).toList());
            one.put("accuracies", of(o).stream().map(r -> r.get("accuracies")).toList());
            one.put("diverged", of(o).stream().filter(r -> r.containsKey("diverged")).count());
            optimizers.add(one);
        }
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("contest", contest.toMap());
        map.put("optimizers", optimizers);
        return map;
    }

    /** The page. */
    Report page() {
        Report page = new Report("Comparison of " + contest.optimizers().size() + " optimizers", what());
        toMap().forEach(page::json);
        page.section("Results")
                .paragraph("Means over the seeds ± standard deviation. The gap is training minus test; sharpness is measured with the same "
                        + "radius for all.")
                .table(heads(), rows());
        if (compares()) {
            page.section("Differences to " + contest.optimizers().getFirst())
                    .paragraph(
                            "Seed by seed, so that what both share (initial weights, order of the images) is not in them; ± half the 95 % confidence "
                                    + "interval by Student's t. An asterisk marks intervals without 0; among many, some are so by chance.")
                    .table(heads(), differences());
        }
        curves(page.section("Learning curves"));
        if (contest.flatness() != null) {
            landscapes(page.section("Landscapes"));
        }
        return page;
    }

    private String budget() {
        String amount = XyPlot.text(contest.budget().amount()) + " ";
        return switch (contest.budget().unit()) {
            case EPOCHS -> ", " + amount + "epochs each";
            case PASSES -> ", " + amount + "passes over the training set each";
            case SECONDS -> ", " + amount + "seconds each";
        };
    }

    private List<String> heads() {
        List<String> heads = new ArrayList<>(List.of("optimizer"));
        quantities().forEach(q -> heads.add(q.name()));
        return heads;
    }

    private List<List<Report.Cell>> rows() {
        return table((o, q) -> new Report.Cell(text(sample(o, q), q), sample(o, q).mean(), pointer(o, q, "mean")), 0);
    }

    private List<List<Report.Cell>> differences() {
        return table((o, q) -> {
            Sample d = difference(o, q);
            return new Report.Cell(interval(q, "+", d), d.mean(), pointer(o, q, "difference"));
        }, 1);
    }

    private interface Cells {
        Report.Cell of(int optimizer, Quantity quantity);
    }

    private List<List<Report.Cell>> table(Cells cells, int from) {
        List<List<Report.Cell>> rows = new ArrayList<>();
        for (int o = from; o < contest.optimizers().size(); o++) {
            List<Report.Cell> row = new ArrayList<>(List.of(Report.Cell.of(contest.optimizers().get(o))));
            for (Quantity q : quantities()) {
                row.add(cells.of(o, q));
            }
            rows.add(row);
        }
        return rows;
    }

    private static String pointer(int optimizer, Quantity q, String key) {
        return "/optimizers/" + optimizer + "/" + q.key() + "/" + key;
    }

    private void curves(Report page) {
        page.picture(curve("Accuracy", "test accuracy (%), mean", "accuracies", 100),
                "Accuracy on the test images after each epoch, mean over the seeds.");
        page.picture(curve("Test loss", "test loss (nats), mean", "testLosses", 1),
                "Loss on the test images after each epoch, mean over the seeds.");
        page.picture(curve("Training loss", "training loss (nats), mean", "trainLosses", 1),
                "Loss on the training images during each epoch, mean over the seeds.");
    }

    private LinePlot curve(String heading, String label, String key, double scale) {
        List<LinePlot.Line> lines = new ArrayList<>();
        for (int o = 0; o < contest.optimizers().size(); o++) {
            double[][] seeds = of(o).stream().filter(r -> r.containsKey(key)).map(r -> numbers(r.get(key))).toArray(double[][]::new);
            int n = Arrays.stream(seeds).mapToInt(s -> s.length).min().orElse(0);
            lines.add(new LinePlot.Line(contest.optimizers().get(o), Pictures.color(o),
                    IntStream.range(0, n).mapToDouble(i -> scale * Arrays.stream(seeds).mapToDouble(s -> s[i]).average().orElse(0))
                            .toArray()));
        }
        return new LinePlot(heading, label, lines);
    }

    private XyPlot.Line line(int optimizer, double[] x, double[] y) {
        return new XyPlot.Line(contest.optimizers().get(optimizer), Pictures.color(optimizer), optimizer >= Pictures.COLOR_COUNT, x, y);
    }

    /** Those of the first seed, all in the same shades. */
    private void landscapes(Report page) {
        List<XyPlot.Line> lines = new ArrayList<>();
        List<ContourPicture> planes = new ArrayList<>();
        for (int o = 0; o < contest.optimizers().size(); o++) {
            Object flatness = of(o).getFirst().get("flatness");
            if (flatness == null) {
                continue;
            }
            lines.add(line(o, numbers(at(flatness, "line", "x")), numbers(at(flatness, "line", "losses"))));
            double[][] z = ((List<?>) at(flatness, "plane", "losses")).stream().map(ContestReport::numbers).toArray(double[][]::new);
            planes.add(new ContourPicture(contest.optimizers().get(o), "first direction (filter norms)", "second direction (filter norms)",
                    "loss",
                    numbers(at(flatness, "plane", "x")), numbers(at(flatness, "plane", "y")), z, List.of()));
        }
        if (lines.isEmpty()) { return; }
        page.picture(new XyPlot("A random direction", "distance (filter norms)", "training loss (nats)", XyPlot.Axes.LINEAR, false, lines),
                "The training loss along one and the same random direction, in units of the filters; seed 1.");
        Levels levels = Levels.of(planes.stream().flatMap(p -> Arrays.stream(p.z())).toArray(double[][]::new));
        planes.stream().limit(MOST_LANDSCAPES)
                .forEach(p -> page.picture(p.levels(levels),
                        "The training loss around the weights of " + p.title() + ", seed 1; the shades are those of all."));
    }

    private static double[] numbers(Object json) {
        return ((List<?>) json).stream().mapToDouble(v -> v instanceof Number n ? n.doubleValue() : Double.NaN).toArray();
    }
}
