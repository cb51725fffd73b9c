package dev.steppe.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.optim.SamVariants;
import dev.steppe.optim.Setting;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jdk.jshell.JShell;
import jdk.jshell.Snippet.Status;
import jdk.jshell.SnippetEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every example runs as it stands, and shows what it says it shows. */
class ExamplesTest {
    private interface Program {
        void run() throws IOException;
    }

    @Test
    void quickStartTellsTheSpiralsApart() throws IOException {
        assertTrue(number("accuracy ([0-9.]+) %", output(() -> QuickStart.main(new String[0]))) >= 99);
    }

    @Test
    void theMinimumOfSamIsFlatter() throws IOException {
        String[] found = output(() -> FlatMinimum.main(new String[0])).split("SAM\\R");
        for (String measure : new String[] {"largest eigenvalues (\\S+)", "trace of the Hessian (\\S+)", "worst-case sharpness (\\S+)"}) {
            assertTrue(number(measure, found[1]) < number(measure, found[0]), measure + found[0] + found[1]);
        }
        assertTrue(found[1].contains("exact Hessian") && found[1].contains("EVALUATION"), found[1]);
    }

    @Test
    void theSlopeOfVassoVariesAsTheorySays() throws IOException {
        String out = output(() -> SlopeVariance.main(new String[] {"0.4", "25", "2", "4"}));
        assertEquals(0.25, number("of d +ratio ([0-9.]+)", out), 0.1, out);
        assertEquals(0.16, number("given the past +ratio ([0-9.]+)", out), 0.05, out);
        assertTrue(number("step +50 .*ratio ([0-9.]+)", out) < 0.9, out);
    }

    @Test
    void customOpPassesItsCheck() throws IOException {
        String out = output(() -> CustomOp.main(new String[0]));
        assertTrue(out.contains("y     F64[2,3] {-0.714285"), out);
        assertEquals(1 / (3.5 * 3.5), number("dy/dx F64\\[2,3\\] \\{([0-9.]+)", out), 1e-12);
    }

    @Test
    void customVariantFitsTheSineAndIsActive() throws IOException {
        String out = output(() -> CustomVariant.main(new String[0]));
        assertTrue(number("step 400  loss ([0-9.]+)", out) < 0.01, out);
        assertTrue(number("step 400 .*\\|e\\| ([0-9.]+)", out) > 0.01, out);
    }

    @Test
    void toyPathsEndWhereItIsFlatterWithSam() throws IOException {
        String out = output(() -> ToyPaths.main(new String[0]));
        double sgd = number("o  ends .*curvature ([0-9.]+)", out);
        double sam = number("S  ends .*curvature ([0-9.]+)", out);
        assertTrue(sgd > 12 && sam < 4.2, out);
        assertEquals(33, out.lines().count());
    }

    @Test
    void aVariantOfOnesOwnIsInTheCatalogue() {
        assertEquals(new BoxSam(0.002), SamVariants.parse("boxsam:rho=0.002"));
        assertEquals("boxsam", SamVariants.all().getLast().name());
        assertEquals(List.of("rho"), SamVariants.all().getLast().settings().stream().map(Setting::name).toList());
    }

    @Test
    void customModelLearns() throws IOException {
        String out = output(() -> CustomModel.main(new String[0]));
        assertTrue(out.contains("690"), out);
        assertTrue(number("step 100  loss ([0-9.]+)", out) < 0.1, out);
    }

    @Test
    void whatTrainResNetSavesPredictReads(@TempDir Path folder) throws IOException {
        Path run = folder.resolve("run");
        String trained = output(() -> TrainResNet.main(new String[] {run.toString(), "1", "1024"}));
        double accuracy = number("test accuracy ([0-9.]+)", trained);
        Path model = run.resolve("model.safetensors");
        assertTrue(Files.size(model) > 300_000, trained);
        String predicted = output(() -> Predict.main(new String[] {model.toString()}));
        assertEquals(accuracy, number("([0-9]+) of 2000 right", predicted) / 2000, 0.001, predicted);
    }

    @Test
    void aFederationLearnsFromClientsOfFewClasses() throws IOException {
        String out = output(() -> Federated.main(new String[] {"6", "3000"}));
        for (String name : List.of("FedAvg ", "FedSAM ", "FedASAM")) {
            assertTrue(number(name + "  round   6 .*test accuracy ([0-9.]+)", out) > 0.3, out);
        }
        assertEquals(0.1, number("FedSAM   round   6 .*\\|e\\| ([0-9.]+)", out), 1e-9, out);
        assertEquals(0, number("FedAvg   round   6 .*\\|e\\| ([0-9.]+)", out), out);
        assertEquals(18, out.lines().count(), out);
    }

    @Test
    void jshellTakesAGradient() {
        try (JShell shell = JShell.builder().executionEngine("local").build()) {
            for (String jar : System.getProperty("java.class.path").split(System.getProperty("path.separator"))) {
                shell.addToClasspath(jar);
            }
            String last = null;
            for (String line : new String[] {"import dev.steppe.core.*;", "import dev.steppe.kernels.Kernels;",
                "Tape tape = Tape.on(Kernels.defaults());", "Tensor x = tape.watch(Tensor.of(Shape.of(3), 1.0, 2.0, 3.0));",
                "tape.gradients(x.mul(x).sum(), x)[0].get(2)"}) {
                for (SnippetEvent e : shell.eval(line)) {
                    assertEquals(Status.VALID, e.status(), line + ": " + e.exception());
                    last = e.value();
                }
            }
            assertEquals("6.0", last);
        }
    }

    private static double number(String pattern, String text) {
        Matcher m = Pattern.compile(pattern).matcher(text);
        assertTrue(m.find(), () -> "no " + pattern + " in: " + text);
        return Double.parseDouble(m.group(1));
    }

    private static String output(Program program) throws IOException {
        PrintStream before = System.out;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            program.run();
        } finally {
            System.setOut(before);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
