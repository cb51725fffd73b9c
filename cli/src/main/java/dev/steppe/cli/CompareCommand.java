package dev.steppe.cli;

import dev.steppe.cli.contest.Contest;
import dev.steppe.cli.contest.ContestReport;
import dev.steppe.cli.contest.ContestRunner;
import dev.steppe.cli.contest.Sweep;
import dev.steppe.cli.option.DataSource;
import dev.steppe.cli.option.Method;
import dev.steppe.cli.option.OutOfMemoryException;
import dev.steppe.cli.option.Rules;
import dev.steppe.cli.option.StepOptions;
import dev.steppe.cli.option.TrainOptions;
import dev.steppe.cli.run.Flatness;
import dev.steppe.optim.curvature.BatchNormMode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code steppe compare}: several optimizers, several seeds, one page. */
@Command(
        name = "compare",
        sortOptions = false,
        showDefaultValues = true,
        descriptionHeading = "%n",
        optionListHeading = "Options:%n",
        description = {
            "Trains with several optimizers and seeds, and compares what came of it: accuracy, gap, curvature, sharpness, landscapes.", "",
            "Each run is one of steppe train, in a folder of its own. What is done is not done again: after Ctrl-C or a crash the same command goes on,",
            "and gives the same numbers. At the end: a table, compare.json, report.html and tables.md, with confidence intervals of the paired differences.",
            ""},
        footerHeading = "%nExamples:%n",
        footer = {"  ./steppe compare --optimizer sgd --optimizer sam --optimizer vasso:theta=0.4 --seeds 3",
            "  ./steppe compare --optimizer 'sam:rho=0.02|0.05|0.1' --passes 12 --label-noise 0.4"})
final class CompareCommand implements Callable<Integer> {
    private static final int INTERRUPTED = 130;

    /** What each run may spend: one of three. */
    private static final class BudgetOption {
        @Option(names = "--epochs", paramLabel = "N", description = "The same number of epochs for all (default: 3).")
        private Integer epochs;
        @Option(
                names = "--passes",
                paramLabel = "X",
                description = "The same number of passes over the training set, forward and backward: 2 in an epoch of SGD, 4 of SAM; in whole epochs.")
        private Double passes;
        @Option(
                names = "--seconds",
                paramLabel = "X",
                description = "About the same time of training, in whole epochs, judged by a few steps at first.")
        private Double seconds;
    }

    @ParentCommand
    private Main main;
    @Option(
            names = "--optimizer",
            paramLabel = "NAME[:k=v,..]",
            required = true,
            description = "As of steppe train; given for each, the first being what the others are compared with. Values with | between them are one run each.")
    private List<String> optimizers;
    @Option(names = "--base", paramLabel = "NAME[:k=v,..]", description = "Base optimizer of variants, as of steppe train.")
    private String base;
    @Option(names = "--seeds", paramLabel = "N", defaultValue = "3", description = "Each optimizer is trained with the seeds 1 to N.")
    private int seeds;
    @ArgGroup
    private BudgetOption budget;
    @Option(names = "--data", paramLabel = "NAME", defaultValue = "fashion-mnist-sample", description = "As of steppe train.")
    private String data;
    @Option(names = "--data-dir", paramLabel = "DIR", description = "As of steppe train.")
    private Path dataDir;
    @Option(names = "--model", paramLabel = "NAME", defaultValue = "resnet8", description = "As of steppe train.")
    private String model;
    @Option(names = "--batch", paramLabel = "N", defaultValue = "128", description = "Images per step.")
    private int batch;
    @Option(names = "--label-noise", paramLabel = "X", defaultValue = "0", description = "Share of wrong training labels, from 0 to 1.")
    private double labelNoise;
    @Option(
            names = "--flatness",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description = "Measures curvature, sharpness and landscapes of each run, a minute or two each; --no-flatness: not.")
    private boolean flatness;
    @Option(names = "--rho", paramLabel = "X", defaultValue = "0.05", description = "Radius of sharpness, the same for all.")
    private double rho;
    @Option(names = "--examples", paramLabel = "N", defaultValue = "256", description = "Images of curvature and sharpness.")
    private int examples;
    @Option(names = "--grid", paramLabel = "N", defaultValue = "11", description = "Points along each side of the landscapes.")
    private int grid;
    @Option(names = "--images", paramLabel = "N", defaultValue = "500", description = "Images of the landscapes.")
    private int images;
    @Option(names = "--plans", paramLabel = "MODE", defaultValue = "fast", description = "fast or exact, as of steppe train.")
    private String plans;
    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads that compute; the result does not depend on it. Default: one per processor.")
    private Integer threads;
    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Folder of the comparison, new or one to go on with. Default: one for these options in runs.")
    private Path out;

    @Override
    public Integer call() throws IOException {
        int count = threads == null ? Runtime.getRuntime().availableProcessors() : threads;
        Rules.requireThreads(count);
        Contest contest = contest(count);
        if (out != null) {
            Rules.requireFolder("--out", out);
        }
        Path folder = out == null ? Path.of("runs", "compare-" + Integer.toHexString(contest.toMap().toString().hashCode())) : out;
        main.out().println("comparison in " + folder);
        try {
            List<Map<String, Object>> results = new ContestRunner(contest, folder, count, main.out()).run();
            if (results == null) {
                main.out().println("stopped; the same command goes on");
                return INTERRUPTED;
            }
            ContestReport report = new ContestReport(contest, results);
            report.write(folder);
            main.out().println();
            main.out().print(report.table());
            main.out().println();
            main.out().println("in " + folder + ": " + ContestReport.NUMBERS + ", " + ContestReport.TABLES + ", " + ContestReport.PAGE);
            return 0;
        } catch (OutOfMemoryError e) {
            throw new OutOfMemoryException();
        }
    }

    private Contest contest(int count) {
        Rules.require(seeds >= 1, "--seeds", seeds, "at least 1");
        Rules.require(rho > 0 && Double.isFinite(rho), "--rho", rho, "a positive number");
        Rules.require(examples >= 2, "--examples", examples, "at least 2");
        Rules.require(images >= 1, "--images", images, "at least 1");
        Rules.require(grid >= 3, "--grid", grid, "at least 3");
        DataSource source = DataSource.parse(data);
        Path dir = dataDir == null ? null : dataDir.toAbsolutePath().normalize();
        List<String> all = optimizers.stream().flatMap(text -> Sweep.of(text).stream()).distinct().toList();
        TrainOptions like = new TrainOptions(source, dir, model, Method.of(all.getFirst(), base, Method.DEFAULT_BASE, null), 1, batch,
                StepOptions.PLAIN, Rules.schedule("onecycle"), 0, labelNoise, 1, Rules.plans(plans), count);
        Flatness.Options looked = flatness
                ? new Flatness.Options(images, examples, examples, grid, 2 * grid - 1, 1, rho, false, BatchNormMode.EVALUATION, 1)
                : null;
        Contest contest = new Contest(all, base, seeds, budget(), like, looked);
        contest.entries();
        return contest;
    }

    private Contest.Budget budget() {
        if (budget == null) { return new Contest.Budget(Contest.Budget.Unit.EPOCHS, 3); }
        if (budget.epochs != null) {
            Rules.require(budget.epochs >= 1, "--epochs", budget.epochs, "at least 1");
            return new Contest.Budget(Contest.Budget.Unit.EPOCHS, budget.epochs);
        }
        double amount = budget.passes != null ? budget.passes : budget.seconds;
        Rules.require(amount > 0 && Double.isFinite(amount), budget.passes != null ? "--passes" : "--seconds", amount,
                "a positive number");
        return new Contest.Budget(budget.passes != null ? Contest.Budget.Unit.PASSES : Contest.Budget.Unit.SECONDS, amount);
    }
}
