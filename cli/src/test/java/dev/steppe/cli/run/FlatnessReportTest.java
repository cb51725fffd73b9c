package dev.steppe.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.cli.option.DataSource;
import dev.steppe.cli.option.Method;
import dev.steppe.cli.option.StepOptions;
import dev.steppe.cli.option.TrainOptions;
import dev.steppe.cli.report.ReportTest;
import dev.steppe.core.Pass;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.kernels.Kernels;
import dev.steppe.nn.Layer;
import dev.steppe.nn.ModelCard;
import dev.steppe.nn.Models;
import dev.steppe.optim.curvature.BatchNormMode;
import dev.steppe.optim.curvature.Eigenpair;
import dev.steppe.optim.curvature.Eigenpairs;
import dev.steppe.optim.curvature.LossSurface;
import dev.steppe.optim.curvature.Provenance;
import dev.steppe.optim.curvature.SpectralDensity;
import dev.steppe.optim.curvature.TraceEstimate;
import dev.steppe.optim.landscape.Curve;
import dev.steppe.optim.landscape.Grid;
import dev.steppe.optim.landscape.Landscape;
import dev.steppe.optim.sharpness.Sharpness;
import dev.steppe.train.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Numbers that are none, or too large for any, are told and drawn all the same. */
class FlatnessReportTest {
    private static final double[] AXIS = {-1, 0, 1};
    private static final Provenance OF = new Provenance("loss", 10, 16, 1, BatchNormMode.EVALUATION, 1);

    @TempDir
    Path temp;

    private static Sharpness sharpness(String name, double value) {
        return new Sharpness(name, name, value, Double.NaN, 0.05, 1, 1, 1, OF);
    }

    private static double[] filled(int n, double value) {
        double[] values = new double[n];
        Arrays.fill(values, value);
        return values;
    }

    /** A network of one linear piece has no curvature at all; where it overflows, nothing else either. */
    private static Flatness flatness(double everywhere, double eigenvalue) {
        Eigenpairs eigenvalues = new Eigenpairs(List.of(new Eigenpair(eigenvalue, Tensor.of(Shape.of(1), 1.0), 0)),
                List.of(new Eigenpair(eigenvalue, Tensor.of(Shape.of(1), 1.0), 0)), 1, 1, OF);
        SpectralDensity density = new SpectralDensity(new double[][] {{eigenvalue}}, new double[][] {{1}}, 1, 1, OF);
        Landscape.Surface surface = new Landscape.Surface(Pass.Mode.EVALUATION, false, 16);
        Curve line = new Curve(AXIS, filled(3, everywhere), surface);
        List<Sharpness> radii = List.of(sharpness("at a radius", everywhere), sharpness("at a radius", everywhere));
        return new Flatness(new Flatness.Options(16, 16, 16, 3, 3, 1, 0.05, false, BatchNormMode.EVALUATION, 1),
                new LossSurface.Value(1, 0.5), eigenvalues, new TraceEstimate(eigenvalue, Double.NaN, "hutch++", 1, 1, 1, OF), density,
                List.of(sharpness("ascent sharpness", everywhere), sharpness("PAC-Bayes sigma", Double.POSITIVE_INFINITY)),
                new double[] {0.1, 0.2}, radii, radii, line, line,
                new Grid(AXIS, AXIS, new double[][] {filled(3, everywhere), filled(3, everywhere), filled(3, everywhere)}, surface));
    }

    private TrainedRun run() {
        Layer model = Models.named("resnet8", 1, 2);
        TrainOptions options = new TrainOptions(DataSource.FASHION_MNIST_SAMPLE, null, "resnet8",
                Method.of("sgd", null, Method.DEFAULT_BASE, null), 1, 16, StepOptions.PLAIN, "onecycle", 0, 0, 1, Kernels.Mode.FAST, 1);
        return new TrainedRun(temp, options, model, model.initialPoint(1),
                new ModelCard("resnet8", List.of(0.0), List.of(1.0), List.of("a", "b")));
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, 0, -1e-9, 1e300})
    void whateverTheNumbersAreTheyAreWrittenAndDrawn(double everywhere) throws IOException, InterruptedException {
        FlatnessReport report = new FlatnessReport(run(), flatness(everywhere, 0), null, null);
        for (String name : report.write(temp.resolve("flatness"))) {
            Path file = temp.resolve("flatness").resolve(name);
            assertTrue(!name.endsWith(".png") || ImageIO.read(file.toFile()).getWidth() >= 800, name);
        }
        Path file = temp.resolve("flatness").resolve(FlatnessReport.NUMBERS);
        Map<String, Object> json = Json.read(file.toString(), Files.readString(file));
        Map<?, ?> first = (Map<?, ?>) ((List<?>) json.get("sharpness")).getFirst();
        assertEquals(Double.isFinite(everywhere) ? everywhere : null, first.get("value"));
        assertEquals(Double.isInfinite(everywhere) ? true : null, first.get("infinite"));
        ReportTest.assertWhole(Files.readString(temp.resolve("flatness").resolve(FlatnessReport.PAGE)));
        if (Double.isNaN(everywhere)) {
            ReportTest.assertLooksRight(temp.resolve("flatness").resolve(FlatnessReport.PAGE));
        }
    }

    @Test
    void infiniteIsToldFromNone() throws IOException {
        FlatnessReport report = new FlatnessReport(run(), flatness(Double.NaN, 1), null, null);
        String sigma = report.table().lines().filter(line -> line.startsWith("PAC-Bayes sigma")).findFirst().orElseThrow();
        assertTrue(sigma.contains("∞"), sigma);
        String ascent = report.table().lines().filter(line -> line.startsWith("ascent sharpness")).findFirst().orElseThrow();
        assertTrue(ascent.contains("–") && !ascent.contains("NaN"), ascent);
        report.write(temp);
        String html = Files.readString(temp.resolve(FlatnessReport.PAGE));
        assertTrue(html.contains("data-value=\"Infinity\"><a href=\"#/sharpness/1/value\">∞</a>"), "in the table");
        Map<String, Object> json = Json.read("numbers", Files.readString(temp.resolve(FlatnessReport.NUMBERS)));
        Map<?, ?> written = (Map<?, ?>) ((List<?>) json.get("sharpness")).get(1);
        assertNull(written.get("value"));
        assertEquals(true, written.get("infinite"));
    }
}
