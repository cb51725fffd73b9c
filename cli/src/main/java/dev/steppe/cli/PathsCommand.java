package dev.steppe.cli;

import dev.steppe.cli.option.Method;
import dev.steppe.cli.option.Rules;
import dev.steppe.cli.report.ContourPicture;
import dev.steppe.cli.report.Pictures;
import dev.steppe.cli.report.Svg;
import dev.steppe.nn.AtomicFile;
import dev.steppe.optim.landscape.Axis;
import dev.steppe.optim.landscape.Grid;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code steppe paths}: where optimizers go on a surface of two weights. */
@Command(
        name = "paths",
        sortOptions = false,
        showDefaultValues = true,
        descriptionHeading = "%n",
        optionListHeading = "Options:%n",
        description = {"Draws the paths of optimizers on a surface that one can look at.", "",
            "The surface is the loss of a linear network of two weights, (a b - 1)^2: all points of a hyperbola are minima, sharp ones far out, the",
            "flattest one at (1, 1). The optimizers are those of steppe train, in full; only the network is small.", ""},
        footerHeading = "%nExamples:%n",
        footer = {"  ./steppe paths",
            "  ./steppe paths --optimizer sgd --optimizer sam:rho=0.2 --optimizer asam:rho=0.2 --noise 0.5 --out asam.svg"})
final class PathsCommand implements Callable<Integer> {
    private static final String BASE = "sgd:learningRate=0.02,momentum=0,weightDecay=0,nesterov=false";
    private static final int MOST_PATHS = 12;
    private static final int GRID = 141;
    /** What is shown at least, and at most. */
    private static final double[] LEAST = {0, 2.8};
    private static final double[] MOST = {-6, 6};
    private static final double MARGIN = 0.2;
    private static final double LARGE = 1e5;

    @ParentCommand
    private Main main;
    @Option(
            names = "--optimizer",
            paramLabel = "NAME[:k=v,..]",
            showDefaultValue = Visibility.NEVER,
            description = "As of steppe train; may be given several times. Default: sgd, sam:rho=0.1 and sam:rho=0.3.")
    private List<String> optimizers = List.of("sgd", "sam:rho=0.1", "sam:rho=0.3");
    @Option(names = "--base", paramLabel = "NAME[:k=v,..]", defaultValue = BASE, description = "Base optimizer of variants.")
    private String base;
    @Option(names = "--steps", paramLabel = "N", defaultValue = "300", description = "Steps of each.")
    private int steps;
    @Option(names = "--start", paramLabel = "A,B", split = ",", defaultValue = "0.8,2.6", description = "The two weights at first.")
    private double[] start;
    @Option(
            names = "--noise",
            paramLabel = "X",
            defaultValue = "0",
            description = "Deviation of the targets of a step's 8 examples; the same for all optimizers.")
    private double noise;
    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Of the noise.")
    private long seed;
    @Option(names = "--out", paramLabel = "FILE", defaultValue = "paths.png", description = "The picture: .png or .svg.")
    private Path out;

    @Override
    public Integer call() throws IOException {
        Rules.require(steps >= 1, "--steps", steps, "at least 1");
        Rules.require(start.length == 2 && Arrays.stream(start).allMatch(Double::isFinite), "--start", Arrays.toString(start),
                "two numbers");
        Rules.require(noise >= 0 && Double.isFinite(noise), "--noise", noise, "0 or more");
        Rules.require(optimizers.size() <= MOST_PATHS, "--optimizer", optimizers.size() + " times", "at most " + MOST_PATHS);
        String name = String.valueOf(out.getFileName());
        Rules.require(name.endsWith(".png") || name.endsWith(".svg"), "--out", out, "a file that ends in .png or .svg");
        List<Method> methods = optimizers.stream().map(text -> Method.of(text, null, base, null)).toList();
        ToyLandscape toy = new ToyLandscape();
        List<ToyLandscape.Path> paths = methods.stream().map(method -> toy.path(method.recipe(), start, steps, noise, seed)).toList();
        table(paths);
        write(picture(toy, paths));
        main.out().println("drawn in " + out);
        return 0;
    }

    private void table(List<ToyLandscape.Path> paths) {
        PrintStream to = main.out();
        int width = Math.max(9, optimizers.stream().mapToInt(String::length).max().orElse(0));
        String format = "%-" + width + "s  %-18s  %10s  %10s%n";
        to.printf(format, "optimizer", "end (a, b)", "loss", "curvature");
        for (int i = 0; i < paths.size(); i++) {
            ToyLandscape.Path p = paths.get(i);
            to.printf(format, optimizers.get(i), p.diverged() ? "diverged" : end(p), number("%.6f", p.loss()),
                    number("%.3f", p.curvature()));
        }
    }

    private static String end(ToyLandscape.Path p) {
        return "(" + number("%.3f", p.x()[p.x().length - 1]) + ", " + number("%.3f", p.y()[p.y().length - 1]) + ")";
    }

    /** What is too large for a column has an exponent. */
    private static String number(String format, double x) {
        return String.format(Locale.ROOT, Math.abs(x) < LARGE ? format : "%.3e", x);
    }

    private ContourPicture picture(ToyLandscape toy, List<ToyLandscape.Path> paths) {
        Grid grid = toy.plane(axis(paths, ToyLandscape.Path::x), axis(paths, ToyLandscape.Path::y));
        List<ContourPicture.Path> lines = new ArrayList<>();
        for (int i = 0; i < paths.size(); i++) {
            ToyLandscape.Path p = paths.get(i);
            lines.add(new ContourPicture.Path(
                    optimizers.get(i) + (p.diverged() ? ", diverged" : ", curvature " + number("%.2f", p.curvature())),
                    p.x(), p.y()));
        }
        return new ContourPicture(steps + " steps on (a b − 1)²", "weight a", "weight b", "loss", grid.x(), grid.y(), grid.losses(), lines);
    }

    private static Axis axis(List<ToyLandscape.Path> paths, Function<ToyLandscape.Path, double[]> numbers) {
        double[] all = paths.stream().flatMapToDouble(p -> Arrays.stream(numbers.apply(p))).filter(Double::isFinite).toArray();
        double low = Math.min(LEAST[0], Arrays.stream(all).min().orElse(0));
        double high = Math.max(LEAST[1], Arrays.stream(all).max().orElse(0));
        return new Axis(Math.max(MOST[0], low - MARGIN), Math.min(MOST[1], high + MARGIN), GRID);
    }

    private void write(ContourPicture picture) throws IOException {
        if (out.toAbsolutePath().getParent() != null) {
            Files.createDirectories(out.toAbsolutePath().getParent());
        }
        if (out.toString().endsWith(".png")) {
            Pictures.write(Pictures.paint(picture), out);
        } else {
            byte[] svg = Svg.of(picture, "paths").getBytes(StandardCharsets.UTF_8);
            AtomicFile.write(out, to -> to.write(svg));
        }
    }
}
