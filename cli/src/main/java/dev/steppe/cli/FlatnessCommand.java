package dev.steppe.cli;

import dev.steppe.cli.option.Method;
import dev.steppe.cli.option.OutOfMemoryException;
import dev.steppe.cli.option.Rules;
import dev.steppe.cli.run.BetweenMinima;
import dev.steppe.cli.run.Flatness;
import dev.steppe.cli.run.FlatnessReport;
import dev.steppe.cli.run.TaskProgress;
import dev.steppe.cli.run.TrainedRun;
import dev.steppe.cli.run.TrainingPath;
import dev.steppe.kernels.Kernels;
import dev.steppe.kernels.WarmUp;
import dev.steppe.kernels.Workers;
import dev.steppe.optim.curvature.BatchNormMode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code steppe flatness}: how flat the minimum is that a run found. */
@Command(
        name = "flatness",
        sortOptions = false,
        showDefaultValues = true,
        descriptionHeading = "%n",
        parameterListHeading = "Parameters:%n",
        optionListHeading = "Options:%n",
        description = {"Measures how flat the minimum is that a run found: curvature, sharpness, landscapes.", "",
            "Exact Hessian-vector products give the largest eigenvalues, the trace and the spectrum; every measure of sharpness is taken at the radius",
            "that the run was trained with. Tables, pictures and report.html go to the folder flatness of the run. A few minutes.", ""},
        footerHeading = "%nExamples:%n",
        footer = {"  ./steppe flatness runs/resnet8-sam-1", "  ./steppe flatness runs/resnet20-sgd --grid 25 --on test",
            "  ./steppe flatness runs/resnet8-sam-1 --to runs/resnet8-sgd-1 --trajectory"})
final class FlatnessCommand implements Callable<Integer> {
    private static final double DEFAULT_RHO = 0.05;

    @ParentCommand
    private Main main;
    @Parameters(paramLabel = "RUN", description = "A folder of steppe train.")
    private Path folder;
    @Option(names = "--images", paramLabel = "N", defaultValue = "1000", description = "Images of the landscapes.")
    private int images;
    @Option(names = "--examples", paramLabel = "N", defaultValue = "512", description = "Images of curvature and sharpness.")
    private int examples;
    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "512",
            description = "Images in a pass; products with the Hessian are twice as fast if all examples are in one.")
    private int batch;
    @Option(
            names = "--grid",
            paramLabel = "N",
            defaultValue = "15",
            description = "Points along each side of the plane; odd: the weights are one.")
    private int grid;
    @Option(names = "--line", paramLabel = "N", defaultValue = "31", description = "Points along lines; odd: the weights are one.")
    private int line;
    @Option(names = "--reach", paramLabel = "X", defaultValue = "1", description = "How far the landscapes go, in norms of the filters.")
    private double reach;
    @Option(
            names = "--to",
            paramLabel = "RUN",
            description = "Also looks at the losses on the straight way to the minimum of another run of the same model.")
    private Path to;
    @Option(
            names = "--trajectory",
            description = "Also draws the way that training took, on the plane of its two principal directions; for runs of steppe train --keep-epochs.")
    private boolean trajectory;
    @Option(names = "--rho", paramLabel = "X", description = "Radius of sharpness. Default: that of the run's optimizer, or 0.05.")
    private Double rho;
    @Option(names = "--on", paramLabel = "SET", defaultValue = "train", description = "train or test: whose images.")
    private String on;
    @Option(
            names = "--bn",
            paramLabel = "MODE",
            defaultValue = "evaluation",
            description = "What BatchNorm does: evaluation (running statistics) or training (those of each batch).")
    private String bn;
    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Of the choice of images, of directions and probes.")
    private long seed;
    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads that compute; the result does not depend on it. Default: one per processor.")
    private Integer threads;

    @Override
    public Integer call() throws IOException {
        check();
        int count = threads == null ? Runtime.getRuntime().availableProcessors() : threads;
        Rules.requireThreads(count);
        TrainedRun run = TrainedRun.open(folder);
        TrainedRun other = to == null ? null : TrainedRun.open(to);
        if (other != null) {
            BetweenMinima.requireAlike(run, other);
        }
        if (trajectory) {
            TrainingPath.files(run);
        }
        double radius = rho == null ? radius(run.options().method()) : rho;
        Flatness.Options options = new Flatness.Options(images, examples, batch, grid, line, reach, radius, on.equals("test"),
                bn.equals("training") ? BatchNormMode.TRAINING : BatchNormMode.EVALUATION, seed);
        try (WarmUp warmUp = WarmUp.start(run.options().plans()); Workers workers = Workers.of(count)) {
            warmUp.await();
            TaskProgress progress = new TaskProgress(main.out(), System.console() != null && System.console().isTerminal());
            Kernels kernels = Kernels.on(workers).with(run.options().plans());
            // First, as it may be refused.
            TrainingPath path = trajectory ? TrainingPath.of(run, options, kernels, progress) : null;
            Flatness flatness = Flatness.of(run, options, kernels, progress);
            FlatnessReport report = new FlatnessReport(run, flatness,
                    other == null ? null : BetweenMinima.of(run, other, options, kernels, progress), path);
            progress.end();
            main.out().println();
            main.out().print(report.table());
            main.out().println();
            Path results = folder.resolve("flatness");
            main.out().println("in " + results + ": " + String.join(", ", report.write(results)));
            return 0;
        } catch (OutOfMemoryError e) {
            throw new OutOfMemoryException();
        }
    }

    private void check() {
        Rules.require(images >= 1, "--images", images, "at least 1");
        Rules.require(examples >= 2, "--examples", examples, "at least 2");
        Rules.require(batch >= 1, "--batch", batch, "at least 1");
        Rules.require(grid >= 3, "--grid", grid, "at least 3");
        Rules.require(line >= 3, "--line", line, "at least 3");
        Rules.require(reach > 0 && Double.isFinite(reach), "--reach", reach, "a positive number");
        Rules.require(rho == null || rho > 0 && Double.isFinite(rho), "--rho", rho, "a positive number");
        Rules.require(on.equals("train") || on.equals("test"), "--on", on, "train or test");
        Rules.require(bn.equals("evaluation") || bn.equals("training"), "--bn", bn, "evaluation or training");
    }

    /** The radius that the run was trained with; if it had none, SAM's default, which is said. */
    private double radius(Method method) {
        double found = method.radius();
        if (found > 0) { return found; }
        main.out().println(method + " has no radius: sharpness is measured at " + DEFAULT_RHO + ", another one is --rho");
        return DEFAULT_RHO;
    }
}
