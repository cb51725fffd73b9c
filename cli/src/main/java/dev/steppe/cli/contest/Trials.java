package dev.steppe.cli.contest;

import dev.steppe.cli.option.DataSource;
import dev.steppe.cli.option.Method;
import dev.steppe.cli.option.Rules;
import dev.steppe.cli.option.StepOptions;
import dev.steppe.cli.option.TrainOptions;
import dev.steppe.cli.run.TrainRun;
import dev.steppe.core.FormatException;
import dev.steppe.core.NonFiniteException;
import dev.steppe.kernels.Kernels;
import dev.steppe.kernels.Workers;
import dev.steppe.nn.AtomicFile;
import dev.steppe.optim.Additions;
import dev.steppe.optim.SamVariants;
import dev.steppe.train.EpochReport;
import dev.steppe.train.Json;
import dev.steppe.train.TrainingResult;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * Short trainings of all variants, one after the other, each as {@code steppe train --epochs 3} does it. What has come to its end is a line of
 * {@code results.jsonl}; what has not goes on from its state when this is called again.
 */
public final class Trials {
    private static final String RESULTS = "results.jsonl";
    private static final int EPOCHS = 3;
    private static final int BATCH = 128;
    private static final String SGD = "sgd";

    /**
     * What is tried.
     *
     * @param name of the variant
     * @param optimizer as {@code --optimizer} reads it
     * @param base as {@code --base} reads it; null for the default
     * @param why it is not the default that is tried; empty if it is
     */
    public record Trial(String name, String optimizer, String base, String why) {
        /** Over the default base optimizer. */
        public Trial(String name, String optimizer, String why) {
            this(name, optimizer, null, why);
        }
    }

    private final Path folder;
    private final List<Trial> trials;
    private final TrainOptions like;
    private final PrintStream out;

    /**
     * @param folder of the results and the runs
     * @param like what all have in common; its method means nothing
     */
    public Trials(Path folder, List<Trial> trials, TrainOptions like, PrintStream out) {
        this.folder = folder;
        this.trials = List.copyOf(trials);
        this.like = like;
        this.out = out;
    }

    /** What is trained unless a test wants it smaller: the defaults of {@code steppe train} but for the number of epochs. */
    public static TrainOptions onTheSample(int threads) {
        return new TrainOptions(DataSource.FASHION_MNIST_SAMPLE, null, "resnet8", Method.of(SGD, null, Method.DEFAULT_BASE, null), EPOCHS,
                BATCH, StepOptions.PLAIN, Rules.schedule("onecycle"), 0, 0, 1, Kernels.Mode.FAST, threads);
    }

    /** Plain SGD, then each variant and each addition with its defaults; where these are made for longer runs, with what a run of 234 steps needs. */
    public static List<Trial> all() {
        return Stream.of(Stream.of(SGD), SamVariants.all().stream().map(SamVariants.Entry::name),
                Additions.all().stream().map(e -> "sam+" + e.name())).flatMap(names -> names).map(ShortRuns::of).toList();
    }

    /**
     * Goes on.
     *
     * @param seconds after which no more work is done; 0 for never
     * @return the exit code: 0 if all is done, 1 if time was up before
     */
    public int run(int seconds) throws IOException {
        long deadline = seconds == 0 ? Long.MAX_VALUE : System.nanoTime() + seconds * 1_000_000_000L;
        trials.forEach(this::options);
        Files.createDirectories(folder);
        Path file = folder.resolve(RESULTS);
        Map<String, Map<String, Object>> done = new LinkedHashMap<>();
        if (Files.exists(file)) {
            read(file).forEach(row -> done.put((String) row.get("command"), row));
        }
        try (Workers workers = Workers.of(like.threads())) {
            Kernels kernels = Kernels.on(workers);
            for (Trial trial : trials) {
                TrainOptions options = options(trial);
                if (done.containsKey(command(options))) {
                    continue;
                }
                Map<String, Object> row = row(trial, options, kernels, deadline);
                if (row == null) {
                    out.println("stopped in " + trial.optimizer() + "; the same command goes on");
                    return 1;
                }
                done.put(command(options), row);
                write(file, done);
                out.println(Json.write(row));
            }
        }
        return 0;
    }

    private TrainOptions options(Trial trial) {
        return like.method(Method.of(trial.optimizer(), trial.base(), Method.DEFAULT_BASE, null));
    }

    /** What repeats a trial; the rest of its options are the defaults of {@code steppe train}. */
    private static String command(TrainOptions options) {
        String base = options.method().base();
        boolean said = base != null && !base.equals(Method.of("sam", null, Method.DEFAULT_BASE, null).base());
        return "./steppe train --epochs " + options.epochs() + " --optimizer " + TrainOptions.quoted(options.method().optimizer())
                + (said ? " --base " + TrainOptions.quoted(base) : "");
    }

    /** The outcome; null if time is up. */
    private Map<String, Object> row(Trial trial, TrainOptions options, Kernels kernels, long deadline) throws IOException {
        Path run = folder.resolve(trial.name() + "-" + Integer.toHexString(command(options).hashCode()));
        PrintStream silent = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("name", trial.name());
        row.put("optimizer", trial.optimizer() + (trial.base() == null ? "" : " --base " + trial.base()));
        row.put("command", command(options));
        row.put("why", trial.why());
        Duration before = cpu();
        try {
            TrainRun training = new TrainRun(options, run, Files.isDirectory(run.resolve("state")), TrainRun.Extras.NONE, silent);
            TrainingResult result = training.train(training.data(), kernels, deadline);
            if (result.end() == TrainingResult.End.INTERRUPTED) {
                return null;
            }
            EpochReport last = result.epochs().getLast();
            row.put("accuracy", last.testAccuracy());
            row.put("trainLoss", last.trainLoss());
            row.put("perturbationNorm", last.perturbationNorm());
            row.put("forwards", mean(result, EpochReport::forwards));
            row.put("backwards", mean(result, EpochReport::backwards));
            row.put("cpuSeconds", cpu().minus(before).toMillis() / 1000.0);
        } catch (NonFiniteException e) {
            row.put("diverged", e.getMessage());
        }
        return row;
    }

    /** What all threads of this process have computed, its compilers and the evaluations included: a time that other programs of the machine hardly change. */
    private static Duration cpu() {
        return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
    }

    private static double mean(TrainingResult result, ToDoubleFunction<EpochReport> number) {
        return result.epochs().stream().mapToDouble(number).average().orElse(Double.NaN);
    }

    /** In the order of the trials; what else was tried before stays behind them. */
    private void write(Path file, Map<String, Map<String, Object>> rows) throws IOException {
        Map<String, Map<String, Object>> rest = new LinkedHashMap<>(rows);
        StringBuilder lines = new StringBuilder();
        Stream.concat(
                trials.stream().map(trial -> rest.remove(command(options(trial)))).filter(Objects::nonNull).toList().stream(),
                rest.values().stream()).forEach(row -> lines.append(Json.write(row)).append('\n'));
        AtomicFile.write(file, to -> to.write(lines.toString().getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * The rows of a file of results.
     *
     * @throws FormatException if one is none
     */
    public static List<Map<String, Object>> read(Path file) throws IOException {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (String line : Json.text(file).lines().toList()) {
            String source = file + ", line " + (rows.size() + 1);
            Map<String, Object> row = Json.read(source, line);
            for (String key : List.of("name", "optimizer", "command", "why")) {
                if (!(row.get(key) instanceof String)) {
                    throw new FormatException(source, -1, "'" + key + "' is " + row.get(key) + ", expected text");
                }
            }
            rows.add(row);
        }
        return rows;
    }

    /** A row in words, for a table: accuracy, |e|, passes, seconds of the processors. */
    public static List<String> cells(Map<String, Object> row) {
        if (row.containsKey("diverged")) { return List.of("diverged", "", "", ""); }
        return List.of(format("%.2f %%", 100 * number(row, "accuracy")), format("%.3g", number(row, "perturbationNorm")),
                format("%.2f + %.2f", number(row, "forwards"), number(row, "backwards")), format("%.0f", number(row, "cpuSeconds")));
    }

    private static double number(Map<String, Object> row, String key) {
        return row.get(key) instanceof Number number ? number.doubleValue() : Double.NaN;
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
