package dev.steppe.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.cli.option.Method;
import dev.steppe.cli.report.Pictures;
import dev.steppe.optim.Recipe;
import dev.steppe.optim.SamVariants;
import dev.steppe.optim.landscape.Axis;
import dev.steppe.optim.landscape.Grid;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class PathsTest {
    private static final double[] START = {0.8, 2.6};
    private static final String BASE = "sgd:learningRate=0.02,momentum=0,weightDecay=0,nesterov=false";

    private static ToyLandscape.Path path(String optimizer, int steps, double noise) {
        return new ToyLandscape().path(Method.of(optimizer, null, BASE, null).recipe(), START, steps, noise, 1);
    }

    /** The paths of plain descent and of SAM, step by step from the formulas. */
    @ParameterizedTest
    @CsvSource({"sgd, 0", "sam:rho=0.3, 0.3"})
    void pathsAreThoseOfTheFormulas(String optimizer, double rho) {
        ToyLandscape.Path path = path(optimizer, 50, 0);
        double a = START[0];
        double b = START[1];
        for (int i = 0; i <= 50; i++) {
            assertEquals(a, path.x()[i], 1e-9);
            assertEquals(b, path.y()[i], 1e-9);
            double r = 2 * (a * b - 1);
            double scale = rho / Math.hypot(r * a, r * b);
            double pa = a + scale * r * b;
            double pb = b + scale * r * a;
            double pr = 2 * (pa * pb - 1);
            a -= 0.02 * pr * pb;
            b -= 0.02 * pr * pa;
        }
    }

    @ParameterizedTest
    @MethodSource("dev.steppe.optim.SamVariants#all")
    void everyMethodHasAPath(SamVariants.Entry method) {
        assertTrue(path(method.name(), 3, 0.1).x().length > 1);
    }

    @Test
    void samEndsWhereItIsFlatter() {
        ToyLandscape.Path sgd = path("sgd", 300, 0);
        ToyLandscape.Path sam = path("sam:rho=0.3", 300, 0);
        assertTrue(sgd.loss() < 1e-12 && sam.loss() < 1e-3);
        double a = sgd.x()[300];
        double b = sgd.y()[300];
        assertEquals(2 * (a * a + b * b), sgd.curvature(), 1e-5, "closed form at a minimum");
        assertTrue(sam.curvature() < 0.4 * sgd.curvature());
    }

    @Test
    void noiseIsTheSameForAllAndChangesThePath() {
        assertEquals(path("sgd", 20, 0.5).x()[20], path("sgd", 20, 0.5).x()[20]);
        assertTrue(Math.abs(path("sgd", 20, 0.5).x()[20] - path("sgd", 20, 0).x()[20]) > 1e-4);
    }

    @Test
    void whatDivergesEndsThere() {
        ToyLandscape.Path path = new ToyLandscape().path(Recipe.parse("sgd:learningRate=5", null), START, 100, 0, 1);
        assertTrue(path.diverged() && path.x().length < 20);
    }

    @Test
    void thePlaneIsTheLoss() {
        Grid grid = new ToyLandscape().plane(new Axis(-1, 2, 4), new Axis(0, 3, 7));
        for (int j = 0; j < 7; j++) {
            for (int i = 0; i < 4; i++) {
                assertEquals(Math.pow(grid.x()[i] * grid.y()[j] - 1, 2), grid.losses()[j][i], 1e-12);
            }
        }
    }

    @Test
    void theCommandDrawsAndTells(@TempDir Path folder) throws IOException {
        Path png = folder.resolve("new/paths.png");
        Shell.Run shell = Shell.steppe("paths", "--steps", "40", "--optimizer", "sgd", "--optimizer", "vasso:theta=0.4", "--out",
                png.toString());
        assertEquals(0, shell.exit(), shell.err());
        assertTrue(shell.out().contains("vasso:theta=0.4"), shell.out());
        BufferedImage picture = ImageIO.read(png.toFile());
        assertTrue(picture.getWidth() > 1000);
        assertTrue(ink(picture, 60, 130) > 300, "numbers at the axis");
        Path svg = folder.resolve("paths.svg");
        assertEquals(0, Shell.steppe("paths", "--steps", "40", "--out", svg.toString()).exit());
        String text = Files.readString(svg);
        assertTrue(text.startsWith("<svg") && text.contains("<path") && !text.contains("<text"), "outlines only");
        assertTrue(text.length() < 400_000, text.length() + " characters");
    }

    @Test
    void largeNumbersHaveExponents(@TempDir Path folder) {
        Shell.Run shell = Shell.steppe("paths", "--start", "1e30,1e40", "--steps", "1", "--optimizer", "sgd:learningRate=1e-200", "--out",
                folder.resolve("paths.svg").toString()).ok();
        assertTrue(shell.out().contains("(1.000e+30, 1.000e+40)") && shell.out().contains("1.000e+140"), shell.out());
        assertTrue(shell.out().lines().filter(line -> line.startsWith("sgd:")).allMatch(line -> line.length() < 90), shell.out());
    }

    /** Pixels of text between two columns. */
    private static long ink(BufferedImage picture, int from, int to) {
        int ink = Pictures.INK.getRGB();
        return IntStream.range(from, to).mapToLong(x -> IntStream.range(0, 1000).filter(y -> picture.getRGB(x, y) == ink).count()).sum();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"--out|paths.gif|.png or .svg", "--steps|0|at least 1", "--start|1|two numbers", "--noise|-1|0 or more",
                "--optimizer|nosam|nosam"})
    void wrongOptionsAreRefused(String option, String value, String message) {
        Shell.Run shell = Shell.steppe("paths", option, value);
        assertEquals(2, shell.exit());
        assertTrue(shell.err().contains(message), shell.err());
    }
}
