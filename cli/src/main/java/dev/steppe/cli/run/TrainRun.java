package dev.steppe.cli.run;

import dev.steppe.cli.option.StepOptions;
import dev.steppe.cli.option.TrainOptions;
import dev.steppe.cli.option.WrongOptionException;
import dev.steppe.cli.report.ConfusionPicture;
import dev.steppe.cli.report.CurvesPicture;
import dev.steppe.cli.report.Pictures;
import dev.steppe.cli.report.Version;
import dev.steppe.core.Evaluator;
import dev.steppe.core.Losses;
import dev.steppe.core.Objective;
import dev.steppe.core.Parameters;
import dev.steppe.core.RandomKey;
import dev.steppe.core.Shape;
import dev.steppe.data.Dataset;
import dev.steppe.data.HorizontalFlip;
import dev.steppe.data.LabelNoise;
import dev.steppe.data.Loader;
import dev.steppe.data.Normalise;
import dev.steppe.data.RandomCrop;
import dev.steppe.data.TrainTest;
import dev.steppe.data.Transform;
import dev.steppe.kernels.Kernels;
import dev.steppe.kernels.WarmUp;
import dev.steppe.kernels.Workers;
import dev.steppe.nn.AtomicFile;
import dev.steppe.nn.Layer;
import dev.steppe.nn.ModelCard;
import dev.steppe.nn.Models;
import dev.steppe.optim.Optimizer;
import dev.steppe.optim.Options;
import dev.steppe.optim.Schedules;
import dev.steppe.train.Json;
import dev.steppe.train.SecondBatches;
import dev.steppe.train.TensorBoard;
import dev.steppe.train.Trainer;
import dev.steppe.train.TrainingListener;
import dev.steppe.train.TrainingResult;
import java.awt.AWTError;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/** One run of {@code steppe train}: from options to a folder full of results. */
public final class TrainRun {
    private static final int INTERRUPTED = 130;
    /** Keys of {@code config.json}. */
    static final String TRAINING_SHA256 = "trainingSha256";
    static final String TEST_SHA256 = "testSha256";
    private static final String TENSOR_BOARD = "tensorBoard";
    private static final String KEEP_EPOCHS = "keepEpochs";

    private final TrainOptions options;
    private final Path folder;
    private final boolean resume;
    private final Extras extras;
    private final PrintStream out;

    /**
     * What a run leaves that changes nothing of it.
     *
     * @param report whether its end is also told as a page
     * @param tensorBoard whether it writes event files
     * @param epochs whether it keeps the weights of each epoch
     */
    public record Extras(boolean report, boolean tensorBoard, boolean epochs) {
        /** Only what every run leaves. */
        public static final Extras NONE = new Extras(false, false, false);

        /** These, and what the run in a folder was begun with; of older versions nothing is known. */
        public Extras orAsIn(Path folder) throws IOException {
            Map<String, Object> then = TrainOptions.configuration(folder);
            return new Extras(report, tensorBoard || Boolean.TRUE.equals(then.get(TENSOR_BOARD)),
                    epochs || Boolean.TRUE.equals(then.get(KEEP_EPOCHS)));
        }
    }

    /**
     * @param folder of the run, new or to be gone on with
     * @param resume whether it goes on
     * @param out where it is said how training goes
     */
    public TrainRun(TrainOptions options, Path folder, boolean resume, Extras extras, PrintStream out) {
        this.options = options;
        this.folder = folder;
        this.resume = resume;
        this.extras = extras;
        this.out = out;
    }

    /** @return the exit code */
    public int run() throws IOException {
        try (WarmUp warmUp = WarmUp.start(options.plans()); Workers workers = Workers.of(options.threads())) {
            TrainTest data = data();
            return train(data, Kernels.on(workers), Long.MAX_VALUE, warmUp::await, result -> finish(data, result));
        }
    }

    /** What is trained and tested on. */
    public TrainTest data() throws IOException {
        return data(options);
    }

    /** What is trained and tested on with some options. */
    public static TrainTest data(TrainOptions options) throws IOException {
        TrainTest clean = options.data().load(options.dataDir());
        if (options.labelNoise() == 0) { return clean; }
        if (clean.train().classCount() < 2) {
            throw new WrongOptionException("--label-noise is " + options.labelNoise() + ", but there is no other class than '"
                    + clean.train().classNames().getFirst() + "'");
        }
        return new TrainTest(LabelNoise.symmetric(clean.train(), options.labelNoise(), options.seed()), clean.test());
    }

    /**
     * Trains; nothing is said or written of the end.
     *
     * @param on threads that compute, and the pool of their arrays, which the next run uses again; plans are those of the options
     * @param deadline when to stop and save the state, as {@link System#nanoTime} counts
     */
    public TrainingResult train(TrainTest data, Kernels on, long deadline) throws IOException {
        return train(data, on, deadline, () -> {
        }, result -> result);
    }

    /** What is done with the result; Ctrl-C waits for it. */
    private interface End<T> {
        T of(TrainingResult result) throws IOException;
    }

    /** @throws WrongOptionException if there are not enough images for a batch */
    public static void requireBatch(TrainOptions options, TrainTest data) {
        if (options.batch() > data.train().size()) {
            throw new WrongOptionException(
                    "--batch is " + options.batch() + ", but there are only " + data.train().size() + " training images");
        }
    }

    private <T> T train(TrainTest data, Kernels on, long deadline, Runnable beforeTheFirstStep, End<T> end) throws IOException {
        requireBatch(options, data);
        Kernels kernels = on.with(options.plans());
        Dataset train = data.train();
        int channels = train.inputShape().dim(-1);
        Layer model = Models.named(options.model(), channels, train.classCount());
        Normalise normalise = Normalise.measure(train);
        Transform[] transforms = {new RandomCrop(options.data().cropPadding(train.inputShape().dim(0))), new HorizontalFlip(), normalise};
        try (Loader batches = Loader.training(train, options.batch(), options.seed(), transforms);
                Loader second = Loader.training(train, options.batch(), RandomKey.of(options.seed()).fold("second").state(), transforms);
                Loader tests = Loader.evaluation(data.test(), options.batch(), normalise)) {
            Objective objective = Objective.of(model::forward, Losses.crossEntropy(Losses.Smoothing.of(options.labelSmoothing())));
            Parameters start = model.initialPoint(options.seed());
            Options settings = options.steps().applyTo(Options.defaults())
                    .schedule(Schedules.parse(options.schedule()), options.epochs() * (long) batches.batchesPerEpoch())
                    .seed(options.seed()).auxiliary(new SecondBatches(second));
            Function<Kernels, Optimizer> make = with -> options.method().recipe().minimise(objective, start, settings.kernels(with));
            Optimizer optimizer = make.apply(kernels);
            announce(data, model, kernels);
            beforeTheFirstStep.run();
            plan(train.inputShape(), kernels, make);
            ConsoleReporter reporter = new ConsoleReporter(out, System.console() != null && System.console().isTerminal(),
                    options.epochs());
            Trainer trainer = new Trainer(optimizer, batches, options.epochs())
                    .test(new Evaluator(kernels, Objective.of(model::forward, Losses::crossEntropy)), tests)
                    .folder(folder, ModelCard.of(options.model(), normalise.mean(), normalise.std(), train.classNames()))
                    .listener(reporter);
            trainer.listener(new TrainingListener() {
                @Override
                public void onStep(Progress progress) {
                    if (System.nanoTime() > deadline) {
                        trainer.stop();
                    }
                }
            });
            if (resume) {
                trainer.resume();
            } else {
                trainer.listener(new TrainingListener() {
                    @Override
                    public void onStart() throws IOException {
                        writeConfiguration(data, optimizer.current().space().size(), kernels);
                    }
                });
            }
            if (extras.epochs()) {
                trainer.keepEpochs();
            }
            try (Interruptible _ = new Interruptible(trainer);
                    TensorBoard board = extras.tensorBoard() ? new TensorBoard(folder.resolve("tensorboard")) : null) {
                if (board != null) {
                    trainer.listener(board);
                }
                TrainingResult result = trainer.run();
                reporter.endLine();
                return end.of(result);
            }
        }
    }

    private int finish(TrainTest data, TrainingResult result) throws IOException {
        if (result.end() == TrainingResult.End.INTERRUPTED) {
            out.println("stopped; the state is saved, go on with: ./steppe train --resume " + TrainOptions.quoted(folder.toString()));
            return INTERRUPTED;
        }
        List<String> classes = data.test().classNames();
        out.println();
        out.print(SummaryTable.of(result.test(), classes));
        String accuracy = String.format(Locale.ROOT, "%.2f %%", 100 * result.test().accuracy());
        List<String> files = new ArrayList<>(List.of(TrainOptions.CONFIGURATION, "metrics.jsonl", "model.safetensors", "state"));
        try {
            write("curves.png", new CurvesPicture(result.epochs()).draw(
                    options.model() + " on " + options.data().text() + ", " + options.method().name() + ": test accuracy " + accuracy));
            write("confusion.png", new ConfusionPicture(result.test().confusion(), classes).draw(String.format(Locale.ROOT,
                    "%s on %,d test images: %s right", options.model(), result.test().examples(), accuracy)));
            files.addAll(List.of("curves.png", "confusion.png"));
            if (extras.report()) {
                new TrainReport(options, TrainOptions.configuration(folder), result, classes).page()
                        .write(folder.resolve(TrainReport.FILE));
                files.add(TrainReport.FILE);
            }
        } catch (LinkageError | InternalError | AWTError | RuntimeException e) {
            // A Java without fonts or without libfreetype cannot write text into pictures; the run is whole without them.
            out.println("no pictures: this Java cannot draw (" + e + ")");
        }
        out.println();
        out.println("in " + folder + ": " + String.join(", ", files));
        return 0;
    }

    private void announce(TrainTest data, Layer model, Kernels kernels) {
        Dataset train = data.train();
        out.printf(Locale.ROOT, "%s (%,d parameters) on %s: %,d training and %,d test images %s, %d classes%n", options.model(),
                model.space().size(),
                options.data().text(), train.size(), data.test().size(), train.inputShape(), train.classCount());
        if (train instanceof LabelNoise noise) {
            out.printf(Locale.ROOT, "%,d training labels are wrong (--label-noise %s)%n", noise.wrong(), options.labelNoise());
        }
        out.println(options.method());
        out.printf(Locale.ROOT, "%d epochs, batches of %d, %s, seed %d%n", options.epochs(), options.batch(), options.schedule(),
                options.seed());
        if (!options.steps().equals(StepOptions.PLAIN)) {
            out.println(options.steps());
        }
        out.println(kernels.describe());
        out.println((resume ? "going on in " : "run folder ") + folder);
    }

    /** Says how much memory the steps will take, and refuses what cannot fit before any file is written. */
    private void plan(Shape image, Kernels kernels, Function<Kernels, Optimizer> make) {
        long bytes = PlannedMemory.bytes(options.steps().atOnce(options.batch()), image, kernels.workers(), kernels.mode(), make);
        PlannedMemory.requireToFit(bytes, options.batch());
        out.printf(Locale.ROOT, "arrays of a step: about %,d MiB, of a heap of %,d MiB%n", bytes >> 20,
                Runtime.getRuntime().maxMemory() >> 20);
    }

    /** The folder may hold that of this run, which was killed before it had a state; it must not hold one of another. */
    private void writeConfiguration(TrainTest data, int parameters, Kernels kernels) throws IOException {
        Path file = folder.resolve(TrainOptions.CONFIGURATION);
        if (Files.exists(file) && !TrainOptions.in(folder).computesLike(options)) {
            throw new FileAlreadyExistsException(file.toString(), null, "is of another run; take another folder");
        }
        Map<String, Object> configuration = new LinkedHashMap<>();
        configuration.put("command", options.command());
        configuration.put(TrainOptions.OPTIONS, options.toConfiguration());
        configuration.put("parameters", parameters);
        configuration.put("trainingImages", data.train().size());
        configuration.put(TRAINING_SHA256, data.train().sha256());
        if (data.train() instanceof LabelNoise noise) {
            configuration.put("wrongLabels", noise.wrong());
        }
        configuration.put("testImages", data.test().size());
        configuration.put(TEST_SHA256, data.test().sha256());
        configuration.put(TENSOR_BOARD, extras.tensorBoard());
        configuration.put(KEEP_EPOCHS, extras.epochs());
        configuration.put("version", Version.text());
        configuration.put("kernels", kernels.describe());
        configuration.put("java", Runtime.version().toString());
        byte[] json = Json.writePretty(configuration).getBytes(StandardCharsets.UTF_8);
        AtomicFile.write(file, to -> to.write(json));
    }

    private void write(String name, BufferedImage picture) throws IOException {
        Pictures.write(picture, folder.resolve(name));
    }
}
