package dev.steppe.cli.contest;

import dev.steppe.cli.option.TrainOptions;
import dev.steppe.cli.option.WrongOptionException;
import dev.steppe.cli.run.ConsoleReporter;
import dev.steppe.cli.run.Flatness;
import dev.steppe.cli.run.TrainRun;
import dev.steppe.cli.run.TrainedRun;
import dev.steppe.core.Evaluator;
import dev.steppe.core.FormatException;
import dev.steppe.core.Losses;
import dev.steppe.core.NonFiniteException;
import dev.steppe.core.Objective;
import dev.steppe.core.RandomKey;
import dev.steppe.data.Dataset;
import dev.steppe.data.Loader;
import dev.steppe.data.Normalise;
import dev.steppe.data.TrainTest;
import dev.steppe.kernels.Kernels;
import dev.steppe.kernels.Workers;
import dev.steppe.nn.AtomicFile;
import dev.steppe.nn.Layer;
import dev.steppe.nn.Models;
import dev.steppe.optim.ConstantSchedule;
import dev.steppe.optim.Optimizer;
import dev.steppe.optim.Options;
import dev.steppe.optim.StepReport;
import dev.steppe.optim.curvature.ProgressListener;
import dev.steppe.train.EpochReport;
import dev.steppe.train.Evaluation;
import dev.steppe.train.Json;
import dev.steppe.train.SecondBatches;
import dev.steppe.train.TrainingResult;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Trains what a {@link Contest} asks for, each run in a folder of its own. What has come to its end has a {@code result.json} and is not done again; a training that was
 * cut short goes on from its state, and gives the bits that it would have given.
 */
public final class ContestRunner {
    /** The file of a run's results. */
    static final String RESULT = "result.json";
    /** The file that says what is compared. */
    static final String CONTEST = "contest.json";

    /** Images of the training set on which the gap to the test set is measured. */
    private static final int GAP_IMAGES = 10_000;
    private static final int GAP_BATCH = 256;
    /** Steps that tell how long an epoch takes, after as many that are not timed. */
    private static final int TRIED = 10;

    private final Contest contest;
    private final Path folder;
    private final int threads;
    private final PrintStream out;

    /** @param out where it is said how far it is */
    public ContestRunner(Contest contest, Path folder, int threads, PrintStream out) {
        this.contest = contest;
        this.folder = folder;
        this.threads = threads;
        this.out = out;
    }

    /** @return the results of all runs, in order; null if Ctrl-C stopped it */
    public List<Map<String, Object>> run() throws IOException {
        TrainRun.requireBatch(contest.like(), TrainRun.data(contest.like()));
        Files.createDirectories(folder);
        requireSame();
        try (Workers workers = Workers.of(threads)) {
            return run(Kernels.on(workers));
        }
    }

    /** All runs share one pool of arrays: one pool each would be gigabytes for the garbage collector, which takes its time. */
    private List<Map<String, Object>> run(Kernels kernels) throws IOException {
        Map<String, Integer> epochs = epochs(kernels);
        List<Contest.Entry> entries = contest.entries();
        List<Map<String, Object>> results = new ArrayList<>();
        for (int i = 0; i < entries.size(); i++) {
            Contest.Entry entry = entries.get(i);
            Path file = folder.resolve(entry.folder()).resolve(RESULT);
            if (!Files.exists(file)) {
                out.printf(Locale.ROOT, "%d of %d: %s, seed %d, %d epochs%n", i + 1, entries.size(), entry.optimizer(), entry.seed(),
                        epochs.get(entry.optimizer()));
                Map<String, Object> result = result(entry, epochs.get(entry.optimizer()), kernels);
                if (result == null) { return null; }
                write(file, result);
            }
            Map<String, Object> result = Json.read(file);
            out.println("   " + line(file, result));
            results.add(result);
        }
        return results;
    }

    /** Refuses a folder of another comparison, whose runs would not be comparable. */
    private void requireSame() throws IOException {
        Path file = folder.resolve(CONTEST);
        String now = Json.writePretty(contest.toMap());
        if (!Files.exists(file)) {
            AtomicFile.write(file, to -> to.write(now.getBytes(StandardCharsets.UTF_8)));
        } else if (!Json.text(file).equals(now)) {
            throw new WrongOptionException("--out " + folder + " holds another comparison, see " + CONTEST + " there; take another folder");
        }
    }

    /** How many epochs each optimizer has. What the clock or the data decide is measured once and kept. */
    private Map<String, Integer> epochs(Kernels kernels) throws IOException {
        Map<String, Integer> epochs = new LinkedHashMap<>();
        Path file = folder.resolve("epochs.json");
        if (Files.exists(file)) {
            Map<String, Object> saved = Json.read(file);
            for (String optimizer : contest.optimizers()) {
                epochs.put(optimizer, epochs(file, optimizer, saved.get(optimizer)));
            }
            return epochs;
        }
        Contest.Budget budget = contest.budget();
        for (String optimizer : contest.optimizers()) {
            double each = budget.unit() == Contest.Budget.Unit.EPOCHS ? 1 : cost(optimizer, budget.unit(), kernels);
            epochs.put(optimizer, (int) Math.max(1, Math.round(budget.amount() / each)));
        }
        Map<String, Object> json = new LinkedHashMap<>(epochs);
        write(file, json);
        return epochs;
    }

    private static int epochs(Path file, String optimizer, Object saved) throws FormatException {
        if (saved instanceof Long n && n >= 1 && n == n.intValue()) { return n.intValue(); }
        throw new FormatException(file.toString(), -1,
                "epochs of '" + optimizer + "' are " + saved + ", expected a whole number, at least 1");
    }

    /** What an epoch costs, judged by some steps from the start. */
    private double cost(String optimizer, Contest.Budget.Unit unit, Kernels kernels) throws IOException {
        TrainOptions options = contest.options(new Contest.Entry(optimizer, contest.method(optimizer), 1), 1);
        Dataset train = TrainRun.data(options).train();
        Layer model = Models.named(options.model(), train.inputShape().dim(-1), train.classCount());
        try (Loader batches = Loader.training(train, options.batch(), 1, Normalise.measure(train));
                Loader second = Loader.training(train, options.batch(), 2, Normalise.measure(train))) {
            Options settings = Options.defaults().schedule(new ConstantSchedule(), TRIED).kernels(kernels.with(options.plans()))
                    .auxiliary(new SecondBatches(second));
            double passes = 0;
            double seconds = 0;
            // A run in small, as some methods take more passes early or late; the first time to warm up.
            for (int time = 0; time < 2; time++) {
                Optimizer running = options.method().recipe().minimise(Objective.of(model::forward, Losses::crossEntropy),
                        model.initialPoint(1), settings);
                passes = 0;
                long start = System.nanoTime();
                for (int i = 0; i < TRIED; i++) {
                    StepReport step = running.step(batches.next());
                    passes += (step.forwards() + step.backwards()) / TRIED;
                }
                seconds = (System.nanoTime() - start) * 1e-9 / TRIED;
            }
            return unit == Contest.Budget.Unit.PASSES ? passes : seconds * batches.batchesPerEpoch();
        }
    }

    /** Trains to the end and looks at what came of it; null if Ctrl-C stopped it. */
    private Map<String, Object> result(Contest.Entry entry, int epochs, Kernels kernels) throws IOException {
        TrainOptions options = contest.options(entry, epochs);
        Path run = folder.resolve(entry.folder());
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("optimizer", entry.optimizer());
        result.put("seed", entry.seed());
        result.put("command", options.command());
        PrintStream silent = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        TrainRun training = new TrainRun(options, run, Files.isDirectory(run.resolve("state")), TrainRun.Extras.NONE, silent);
        try {
            TrainTest data = training.data();
            TrainingResult trained = training.train(data, kernels, Long.MAX_VALUE);
            if (trained.end() == TrainingResult.End.INTERRUPTED) { return null; }
            result.putAll(learnt(trained.epochs()));
            look(TrainedRun.open(run), data, kernels, result);
        } catch (NonFiniteException e) {
            Files.createDirectories(run);
            result.put("diverged", e.getMessage());
        }
        return result;
    }

    private static Map<String, Object> learnt(List<EpochReport> epochs) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("epochs", epochs.size());
        map.put("accuracy", epochs.getLast().testAccuracy());
        map.put("testLoss", epochs.getLast().testLoss());
        map.put("passes", epochs.stream().mapToDouble(e -> e.forwards() + e.backwards()).sum());
        map.put("seconds", epochs.stream().mapToDouble(EpochReport::trainSeconds).sum());
        map.put("accuracies", epochs.stream().mapToDouble(EpochReport::testAccuracy).toArray());
        map.put("testLosses", epochs.stream().mapToDouble(EpochReport::testLoss).toArray());
        map.put("trainLosses", epochs.stream().mapToDouble(EpochReport::trainLoss).toArray());
        return map;
    }

    /** The gap between training and test images, and how flat it is. */
    private void look(TrainedRun run, TrainTest data, Kernels on, Map<String, Object> result) throws IOException {
        Kernels kernels = on.with(run.options().plans());
        Evaluation train = Evaluation.of(new Evaluator(kernels, Objective.of(run.model()::forward, Losses::crossEntropy)), run.parameters(),
                run.batches(data.train(), GAP_IMAGES, GAP_BATCH, RandomKey.of(0)));
        result.put("trainAccuracy", train.accuracy());
        result.put("trainLoss", train.loss());
        result.put("gap", train.accuracy() - (Double) result.get("accuracy"));
        result.put("lossGap", (Double) result.get("testLoss") - train.loss());
        if (contest.flatness() != null) {
            result.put("flatness", Flatness.of(run, contest.flatness(), kernels, ProgressListener.NONE).toMap());
        }
    }

    private static void write(Path file, Map<String, Object> json) throws IOException {
        AtomicFile.write(file, to -> to.write(Json.writePretty(json).getBytes(StandardCharsets.UTF_8)));
    }

    /** A result in a line. */
    private static String line(Path file, Map<String, Object> result) throws FormatException {
        if (result.containsKey("diverged")) { return "diverged: " + result.get("diverged"); }
        return String.format(Locale.ROOT, "accuracy %.2f %%, test loss %.4f, gap %.2f %%, %s", 100 * number(file, result, "accuracy"),
                number(file, result, "testLoss"), 100 * number(file, result, "gap"),
                ConsoleReporter.time(number(file, result, "seconds")));
    }

    private static double number(Path file, Map<String, Object> result, String key) throws FormatException {
        if (result.get(key) instanceof Number number) { return number.doubleValue(); }
        if (result.containsKey(key) && result.get(key) == null) { return Double.NaN; }
        throw new FormatException(file.toString(), -1,
                result.containsKey(key) ? "'" + key + "' is " + result.get(key) + ", expected a number" : "has no '" + key + "'");
    }
}
