package dev.steppe.cli.run;

import dev.steppe.cli.option.TrainOptions;
import dev.steppe.cli.report.ConfusionPicture;
import dev.steppe.cli.report.CurvesPicture;
import dev.steppe.cli.report.Html;
import dev.steppe.cli.report.LinePlot;
import dev.steppe.cli.report.Report;
import dev.steppe.train.EpochReport;
import dev.steppe.train.Evaluation;
import dev.steppe.train.TrainingResult;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What came of {@code steppe train} as a page. */
final class TrainReport {
    static final String FILE = "report.html";

    private static final int MOST_CLASSES = 20;

    private final TrainOptions options;
    private final Map<String, Object> configuration;
    private final TrainingResult result;
    private final List<String> classes;

    /** @param configuration as it stands in the run folder */
    TrainReport(TrainOptions options, Map<String, Object> configuration, TrainingResult result, List<String> classes) {
        this.options = options;
        this.configuration = configuration;
        this.result = result;
        this.classes = classes;
    }

    Report page() {
        Evaluation test = result.test();
        Report page = new Report(options.model() + " on " + options.data().text() + ", " + options.method().name(),
                options.method() + "; " + result.epochs().size() + " epochs, seed " + options.seed());
        page.json("configuration", configuration).json("test", test()).json("seconds", seconds()).json("epochs",
                result.epochs().stream().map(EpochReport::toMap).toList());
        page.highlights(highlights(test));
        page.section("Curves");
        for (LinePlot panel : new CurvesPicture(result.epochs()).panels()) {
            page.picture(panel, panel.heading() + ": " + panel.unit() + ", epoch by epoch.");
        }
        epochs(page.section("Epochs"));
        if (test.classes() <= MOST_CLASSES) {
            page.section("Classes").picture(new ConfusionPicture(test.confusion(), classes).drawing("Test images", false),
                    "Which class was taken for which: a row for each true class, a column for each predicted one.");
        }
        classes(page);
        return page.section("How it was made").command((String) configuration.get("command")).table(List.of("what", "value"), facts());
    }

    private Map<String, Object> test() {
        Evaluation test = result.test();
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("accuracy", test.accuracy());
        map.put("top5", test.top5());
        map.put("loss", test.loss());
        map.put("examples", test.examples());
        List<Object> perClass = new ArrayList<>();
        for (int c = 0; c < test.classes(); c++) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("class", classes.get(c));
            one.put("examples", test.examples(c));
            one.put("accuracy", test.accuracy(c));
            perClass.add(one);
        }
        map.put("classes", perClass);
        map.put("confusion", Arrays.stream(test.confusion()).map(row -> Arrays.stream(row).boxed().toList()).toList());
        return map;
    }

    private Map<String, Report.Cell> highlights(Evaluation test) {
        Map<String, Report.Cell> numbers = new LinkedHashMap<>();
        numbers.put("test accuracy", Report.Cell.number("%.2f %%", 100 * test.accuracy(), "/test/accuracy"));
        numbers.put("test loss", Report.Cell.number("%.4f", test.loss(), "/test/loss"));
        if (!result.epochs().isEmpty()) {
            String last = "/epochs/" + (result.epochs().size() - 1);
            EpochReport e = result.epochs().getLast();
            numbers.put("training loss", Report.Cell.number("%.4f", e.trainLoss(), last + "/trainLoss"));
            numbers.put("sharpness", Report.Cell.number("%.4f", e.sharpness(), last + "/sharpness"));
            numbers.put("images per second", Report.Cell.number("%,.0f", e.imagesPerSecond(), last + "/imagesPerSecond"));
            numbers.put("time", new Report.Cell(ConsoleReporter.time(seconds()), seconds(), "/seconds"));
        }
        return numbers;
    }

    private double seconds() {
        return result.epochs().stream().mapToDouble(e -> e.trainSeconds() + e.testSeconds()).sum();
    }

    private void epochs(Report page) {
        List<List<Report.Cell>> rows = new ArrayList<>();
        for (int i = 0; i < result.epochs().size(); i++) {
            EpochReport e = result.epochs().get(i);
            String at = "/epochs/" + i + "/";
            rows.add(Report.row(Report.Cell.number("%.0f", e.epoch(), at + "epoch"),
                    Report.Cell.number("%.4f", e.trainLoss(), at + "trainLoss"),
                    Report.Cell.number("%.4f", e.testLoss(), at + "testLoss"),
                    Report.Cell.number("%.2f", 100 * e.testAccuracy(), at + "testAccuracy"),
                    Report.Cell.number("%.4f", e.sharpness(), at + "sharpness"),
                    Report.Cell.number("%.4f", e.gradientNorm(), at + "gradientNorm"),
                    Report.Cell.number("%.3f", e.cosine(), at + "cosine"),
                    Report.Cell.number("%.2f", e.forwards() + e.backwards(), at + "forwards"),
                    Report.Cell.number("%.5f", e.learningRate(), at + "learningRate"),
                    Report.Cell.number("%.1f", e.trainSeconds(), at + "trainSeconds")));
        }
        page.table(List.of("epoch", "training loss", "test loss", "accuracy, %", "sharpness", "gradient norm", "cosine", "passes",
                "learning rate", "seconds"), rows);
    }

    private void classes(Report page) {
        List<List<Report.Cell>> rows = new ArrayList<>();
        for (int c = 0; c < classes.size(); c++) {
            String at = "/test/classes/" + c + "/";
            rows.add(Report.row(Report.Cell.of(classes.get(c)), Report.Cell.number("%.0f", result.test().examples(c), at + "examples"),
                    Report.Cell.number("%.1f", 100 * result.test().accuracy(c), at + "accuracy")));
        }
        page.table(List.of("class", "images", "accuracy, %"), rows);
    }

    private List<List<Report.Cell>> facts() {
        List<List<Report.Cell>> rows = new ArrayList<>();
        configuration.forEach((key, value) -> {
            if (!key.equals("command") && !key.equals(TrainOptions.OPTIONS)) {
                String text = value instanceof Long number ? String.format(Locale.ROOT, "%,d", number) : String.valueOf(value);
                rows.add(Report.row(Report.Cell.of(key), new Report.Cell(text, null, Html.pointer("/configuration", key))));
            }
        });
        return rows;
    }
}
