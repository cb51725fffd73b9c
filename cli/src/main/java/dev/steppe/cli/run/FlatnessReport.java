package dev.steppe.cli.run;

import dev.steppe.cli.option.TrainOptions;
import dev.steppe.cli.report.ContourPicture;
import dev.steppe.cli.report.Pictures;
import dev.steppe.cli.report.Report;
import dev.steppe.cli.report.SurfacePicture;
import dev.steppe.cli.report.XyPlot;
import dev.steppe.nn.AtomicFile;
import dev.steppe.optim.curvature.BatchNormMode;
import dev.steppe.optim.curvature.Eigenpair;
import dev.steppe.optim.curvature.SpectralDensity;
import dev.steppe.optim.sharpness.Sharpness;
import dev.steppe.train.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What {@link Flatness} found, for the terminal, as files and as a page. */
public final class FlatnessReport {
    static final String NUMBERS = "flatness.json";
    static final String PAGE = "report.html";

    /** Of the spectrum less than this part of the highest density is not shown. */
    private static final double FAINTEST = 1e-7;
    private static final int SPECTRUM_POINTS = 401;

    private final TrainedRun run;
    private final Flatness flatness;
    private final BetweenMinima between;
    private final TrainingPath path;

    /**
     * @param between null if not asked for
     * @param path null if not asked for
     */
    public FlatnessReport(TrainedRun run, Flatness flatness, BetweenMinima between, TrainingPath path) {
        this.run = run;
        this.flatness = flatness;
        this.between = between;
        this.path = path;
    }

    /** All numbers. */
    private Map<String, Object> toMap() {
        Map<String, Object> map = flatness.toMap();
        if (between != null) {
            map.put("between", between.toMap());
        }
        if (path != null) {
            map.put("trajectory", path.toMap());
        }
        return map;
    }

    /** The table of the terminal. */
    public String table() {
        StringBuilder table = new StringBuilder();
        row(table, "loss", flatness.at().loss(), Double.NaN, "mean over " + flatness.options().examples() + " " + data() + " images");
        row(table, "error", flatness.at().error(), Double.NaN, "share of them that is taken for another class");
        for (int i = 0; i < flatness.eigenvalues().largest().size(); i++) {
            Eigenpair pair = flatness.eigenvalues().largest().get(i);
            row(table, "lambda " + (i + 1), pair.value(), pair.residual(), "eigenvalue of the Hessian, ± residual");
        }
        Eigenpair bottom = flatness.eigenvalues().bottom();
        row(table, "lambda min", bottom.value(), bottom.residual(), "the smallest eigenvalue");
        row(table, "trace", flatness.trace().value(), flatness.trace().standardError(), "of the Hessian, ± standard error");
        for (Sharpness s : flatness.measures()) {
            row(table, s.measure(), s.value(), s.standardError(), meaning(s));
        }
        return table.toString();
    }

    private static void row(StringBuilder table, String name, double value, double error, String meaning) {
        String sure = Double.isNaN(error) ? "" : String.format(Locale.ROOT, "± %.2g", error);
        table.append(String.format(Locale.ROOT, "%-48s %12s %-12s %s", name, Report.text("%.5g", value), sure, meaning).stripTrailing())
                .append(System.lineSeparator());
    }

    private static String meaning(Sharpness s) {
        return s.radius() == 0 ? s.meaning() : s.meaning() + String.format(Locale.ROOT, " (%.3g)", s.radius());
    }

    private String data() {
        return flatness.options().test() ? "test" : "training";
    }

    /** Writes everything into a folder; says which files. */
    public List<String> write(Path folder) throws IOException {
        Files.createDirectories(folder);
        byte[] json = Json.writePretty(toMap()).getBytes(StandardCharsets.UTF_8);
        AtomicFile.write(folder.resolve(NUMBERS), to -> to.write(json));
        List<String> files = new ArrayList<>(List.of(NUMBERS));
        for (Map.Entry<String, Pictures.Drawing> picture : pictures().entrySet()) {
            Pictures.write(Pictures.paint(picture.getValue()), folder.resolve(picture.getKey() + ".png"));
            files.add(picture.getKey() + ".png");
        }
        page().write(folder.resolve(PAGE));
        files.add(PAGE);
        return files;
    }

    private Map<String, Pictures.Drawing> pictures() {
        Map<String, Pictures.Drawing> pictures = new LinkedHashMap<>();
        pictures.put("contour", contour());
        pictures.put("surface", surface());
        pictures.put("line", line());
        pictures.put("eigenvector", steepest());
        pictures.put("spectrum", spectrum());
        pictures.put("radius", radius());
        if (between != null) {
            pictures.put("between", between.picture());
        }
        if (path != null) {
            pictures.put("trajectory", path.picture());
        }
        return pictures;
    }

    private ContourPicture contour() {
        return new ContourPicture("Loss around the minimum", "first direction (filter norms)", "second direction (filter norms)", "loss",
                flatness.plane().x(), flatness.plane().y(), flatness.plane().losses(), List.of());
    }

    private SurfacePicture surface() {
        return new SurfacePicture("The same from the side", "first direction", "second direction", "loss", flatness.plane().x(),
                flatness.plane().y(),
                flatness.plane().losses());
    }

    private XyPlot line() {
        return new XyPlot("A random direction", "distance (filter norms)", "loss (nats)", XyPlot.Axes.LINEAR, false,
                List.of(XyPlot.Line.of("loss", Pictures.BLUE, flatness.line().x(), flatness.line().losses())));
    }

    private XyPlot steepest() {
        double[] x = flatness.steepest().x();
        double lambda = flatness.eigenvalues().top().value();
        double middle = flatness.steepest().losses()[x.length / 2];
        double[] parabola = Arrays.stream(x).map(d -> middle + lambda * d * d / 2).toArray();
        return new XyPlot("The first eigenvector", "distance (Euclidean)", "loss (nats)", XyPlot.Axes.LINEAR, false,
                List.of(XyPlot.Line.of("loss", Pictures.BLUE, x, flatness.steepest().losses()),
                        new XyPlot.Line("by curvature alone", Pictures.RED, true, x, parabola)));
    }

    private XyPlot spectrum() {
        SpectralDensity density = flatness.density();
        double between = density.largest() - density.smallest();
        double range = between > 0 ? between : Math.max(1, Math.abs(density.largest()));
        double margin = 0.05 * range;
        SpectralDensity.Curve curve = density.curve(density.smallest() - margin, density.largest() + margin, SPECTRUM_POINTS, 0.01 * range);
        double most = Arrays.stream(curve.density()).max().orElse(1);
        double[] shown = Arrays.stream(curve.density()).map(d -> d > FAINTEST * most ? d : Double.NaN).toArray();
        return new XyPlot("Spectrum of the Hessian", "eigenvalue", "density", XyPlot.Axes.LOG_Y, false,
                List.of(XyPlot.Line.of("density, smoothed by 1 %", Pictures.BLUE, curve.x(), shown)));
    }

    private XyPlot radius() {
        return new XyPlot("Sharpness against radius", "radius (Euclidean)", "rise of the loss (nats)", XyPlot.Axes.LOG_LOG, true,
                List.of(XyPlot.Line.of("along the gradient", Pictures.BLUE, flatness.radii(), values(flatness.ascent())),
                        XyPlot.Line.of("mean over the sphere", Pictures.RED, flatness.radii(), values(flatness.average()))));
    }

    private static double[] values(List<Sharpness> measures) {
        return measures.stream().mapToDouble(Sharpness::value).toArray();
    }

    /** The page. */
    Report page() {
        TrainOptions options = run.options();
        Report page = new Report("Flatness of " + options.model() + " on " + options.data().text() + ", " + options.method().name(),
                options.method() + "; " + run.folder());
        toMap().forEach(page::json);
        page.highlights(highlights()).section("Landscape")
                .picture(contour(),
                        "The loss on a plane through the weights, along two random directions in which each filter moves by its own norm; "
                                + flatness.options().images() + " " + data() + " images.")
                .picture(surface(), "The same plane as a surface.")
                .picture(line(), "Along the first of the two directions.")
                .picture(steepest(), "Along the direction in which the loss curves most, beside the parabola of the largest eigenvalue.");
        elsewhere(page);
        page.section("Curvature").paragraph(about())
                .picture(spectrum(),
                        "How often the eigenvalues of the Hessian occur, on a logarithmic scale: most are near 0, a few stand apart.")
                .picture(radius(), "How much the loss rises at some distance: where SAM would go, and on average.");
        eigenvalues(page);
        sharpness(page.section("Sharpness"));
        return page.section("How it was made").command(command());
    }

    private void elsewhere(Report page) {
        if (between != null || path != null) {
            page.section("Farther away");
        }
        if (between != null) {
            page.picture(between.picture(), "On the straight way to the minimum of " + between.other()
                    + ": with the running statistics of both ends mixed, and measured anew at each point on images of the training set.");
        }
        if (path != null) {
            page.picture(path.picture(),
                    "Where the weights were after each epoch, from the ring to the disk, on the plane of the two principal "
                            + "directions of their way (Euclidean lengths); the loss with the statistics of each batch.");
        }
    }

    private String about() {
        var of = flatness.eigenvalues().provenance();
        return String.format(Locale.ROOT,
                "The exact Hessian of the mean loss of %,d %s images in all %,d weights, BatchNorm %s; %d products with vectors.",
                of.examples(),
                data(), of.parameters(),
                of.batchNorm() == BatchNormMode.EVALUATION ? "with its running statistics" : "with the statistics of each batch",
                flatness.eigenvalues().products() + flatness.trace().products() + flatness.density().products());
    }

    private String command() {
        Flatness.Options o = flatness.options();
        return String.format(Locale.ROOT,
                "./steppe flatness %s --images %d --examples %d --batch %d --grid %d --line %d --reach %s --rho %s --on %s --bn %s --seed %d%s%s",
                TrainOptions.quoted(run.folder().toString()), o.images(), o.examples(), o.batch(), o.grid(), o.line(), o.reach(), o.rho(),
                o.test() ? "test" : "train", o.mode().name().toLowerCase(Locale.ROOT), o.seed(),
                between == null ? "" : " --to " + TrainOptions.quoted(between.other().toString()), path == null ? "" : " --trajectory");
    }

    private Map<String, Report.Cell> highlights() {
        Map<String, Report.Cell> numbers = new LinkedHashMap<>();
        numbers.put("largest eigenvalue", Report.Cell.number("%.4g", flatness.eigenvalues().top().value(), "/curvature/largest/0/value"));
        numbers.put("trace", Report.Cell.number("%.4g", flatness.trace().value(), "/curvature/trace/value"));
        numbers.put("SAM sharpness", Report.Cell.number("%.4f", flatness.measures().getFirst().value(), "/sharpness/0/value"));
        numbers.put("loss", Report.Cell.number("%.4f", flatness.at().loss(), "/loss"));
        numbers.put("error", Report.Cell.number("%.2f %%", 100 * flatness.at().error(), "/error"));
        return numbers;
    }

    private void eigenvalues(Report page) {
        List<List<Report.Cell>> rows = new ArrayList<>();
        eigenvalues(rows, "largest", flatness.eigenvalues().largest());
        eigenvalues(rows, "smallest", flatness.eigenvalues().smallest());
        rows.add(Report.row(Report.Cell.of("trace"), Report.Cell.number("%.5g", flatness.trace().value(), "/curvature/trace/value"),
                Report.Cell.number("%.2g", flatness.trace().standardError(), "/curvature/trace/standardError")));
        page.table(List.of("eigenvalue", "value", "± residual"), rows);
    }

    private static void eigenvalues(List<List<Report.Cell>> rows, String end, List<Eigenpair> pairs) {
        for (int i = 0; i < pairs.size(); i++) {
            String at = "/curvature/" + end + "/" + i + "/";
            rows.add(Report.row(Report.Cell.of(end + " " + (i + 1)), Report.Cell.number("%.5g", pairs.get(i).value(), at + "value"),
                    Report.Cell.number("%.2g", pairs.get(i).residual(), at + "residual")));
        }
    }

    private void sharpness(Report page) {
        List<List<Report.Cell>> rows = new ArrayList<>();
        for (int i = 0; i < flatness.measures().size(); i++) {
            Sharpness s = flatness.measures().get(i);
            String at = "/sharpness/" + i + "/";
            rows.add(Report.row(Report.Cell.of(s.measure()), Report.Cell.number("%.5g", s.value(), at + "value"),
                    Report.Cell.number("%.2g", s.standardError(), at + "standardError"),
                    Report.Cell.number("%.3g", s.radius() == 0 ? Double.NaN : s.radius(), at + "radius"),
                    Report.Cell.of(s.meaning())));
        }
        page.table(List.of("measure", "value", "± standard error", "radius", "what it is"), rows);
    }
}
