package dev.steppe.train;

import dev.steppe.core.Batch;
import dev.steppe.core.Evaluator;
import dev.steppe.core.Parameters;
import dev.steppe.core.Tensor;
import dev.steppe.data.Loader;
import dev.steppe.data.LoaderException;
import dev.steppe.data.Transform;
import dev.steppe.nn.ModelCard;
import dev.steppe.optim.Optimizer;
import dev.steppe.optim.StepReport;
import dev.steppe.train.TrainingResult.End;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Trains a model for some epochs, evaluates it after each of them, keeps the run on disk.
 *
 * <pre>{@code
 * TrainTest data = FashionMnist.sample();
 * Normalise normal = Normalise.measure(data.train());
 * Loader train = Loader.training(data.train(), 128, 1, new RandomCrop(2), new HorizontalFlip(), normal);
 * ResNet model = new ResNet(ResNet.Options.cifar(8, 10).channels(1));
 * Objective objective = Objective.of(model::forward, Losses::crossEntropy);
 * Optimizer sam = Sam.defaults().over(Sgd.of(0.1).momentum(0.9)).minimise(objective, model.initialPoint(1),
 *         Options.defaults().schedule(OneCycleSchedule.defaults(), 10L * train.batchesPerEpoch()));
 * TrainingResult result = new Trainer(sam, train, 10)
 *         .test(new Evaluator(Kernels.defaults(), objective), Loader.evaluation(data.test(), 256, normal))
 *         .run();
 * System.out.println(result.test());
 * }</pre>
 *
 * <p><b>On disk.</b> With {@link #folder}, {@code metrics.jsonl} (one {@link EpochReport} a line), {@code model.safetensors} (the numbers to use) and
 * {@code state/} are replaced after every epoch, each atomically, and the state also before the first step and when the run is stopped in the middle of an
 * epoch. The state is everything that training changes: {@link #resume} goes on from it with the same bits, whatever number of threads compute, as if the
 * run had never stopped. What the objective, the loaders and the optimizer are is not in it, and must be given again as it was.
 *
 * <p>A trainer serves one run, in the thread that calls {@link #run}.
 */
public final class Trainer {
    /** The folder within that of a run where {@link #keepEpochs} puts its files. */
    public static final String EPOCHS = "epochs";

    /** The share of the last step in the running mean of the time of a step. */
    private static final double RECENT = 0.1;

    private final Optimizer optimizer;
    private final Loader training;
    private final int epochs;
    private final List<TrainingListener> listeners = new ArrayList<>();
    private final Map<String, ToDoubleFunction<Parameters>> metrics = new LinkedHashMap<>();
    private Evaluator evaluator;
    private Loader testing;
    private EarlyStopping earlyStopping;
    private boolean keepBest;
    private boolean keepEpochs;
    private Path path;
    private ModelCard card;
    private boolean resume;

    private volatile boolean stopped;
    private boolean begun;
    private boolean interrupted;
    private RunFolder folder;
    private EpochSums sums = EpochSums.NONE;
    private final List<EpochReport> reports = new ArrayList<>();
    private Map<String, Tensor> best = Map.of();
    private Evaluation test;
    /** Where the model was evaluated last, with the running statistics that belong there; null if it was not. */
    private Parameters point;
    private double stepSeconds = Double.NaN;
    private Map<String, String> identity;

    /**
     * @param optimizer at its start, or in a state from which {@link #resume} may go on
     * @param training batches for the steps; the caller closes it
     * @param epochs how many, at least 0
     */
    public Trainer(Optimizer optimizer, Loader training, int epochs) {
        if (epochs < 0) {
            throw new IllegalArgumentException("trainer: " + epochs + " epochs, expected 0 or more");
        }
        this.optimizer = optimizer;
        this.training = training;
        this.epochs = epochs;
    }

    /**
     * Evaluates after each epoch, at {@link Optimizer#evaluationPoint}, where the running statistics are measured on an epoch of the training set if they belong to other
     * weights. An optimizer that {@linkplain Optimizer#listens listens} hears the loss of its weights on the same data: what is said at {@link #stopEarly} is true of
     * it. The caller closes {@code data}.
     */
    public Trainer test(Evaluator evaluator, Loader data) {
        this.evaluator = evaluator;
        this.testing = data;
        return this;
    }

    /** Tells somebody how it goes. */
    public Trainer listener(TrainingListener listener) {
        listeners.add(listener);
        return this;
    }

    /** Adds a number of one's own to each {@link EpochReport}, measured at {@link Optimizer#evaluationPoint}: the norm of the weights, say. */
    public Trainer metric(String name, ToDoubleFunction<Parameters> metric) {
        metrics.put(name, metric);
        return this;
    }

    /**
     * Ends the run early. Looking at test data again and again, an accuracy reported afterwards is a little too good: keep other data for the last word.
     *
     * @throws IllegalStateException if there are no test data
     */
    public Trainer stopEarly(EarlyStopping rule) {
        requireTest("early stopping");
        earlyStopping = rule;
        return this;
    }

    /**
     * Keeps the numbers of the epoch with the highest test accuracy, in {@link TrainingResult#best} and as {@code best.safetensors}. What is said at
     * {@link #stopEarly} is true here, too.
     *
     * @throws IllegalStateException if there are no test data
     */
    public Trainer keepBest() {
        requireTest("the best model");
        keepBest = true;
        return this;
    }

    /** Keeps the numbers to use after each epoch in the folder, as {@code epochs/1.safetensors} and so on; {@code epochs/0.safetensors} are those of the start. */
    public Trainer keepEpochs() {
        keepEpochs = true;
        return this;
    }

    /**
     * Keeps the run in a folder, which is created if need be.
     *
     * @param card what {@code model.safetensors} says about the model
     */
    public Trainer folder(Path folder, ModelCard card) {
        this.path = folder;
        this.card = card;
        return this;
    }

    /** Goes on from the state in the folder, if there is one; without this, a folder with a state is refused. */
    public Trainer resume() {
        resume = true;
        return this;
    }

    /** Asks the run to end after the step under way and to save its state; from any thread, before the run too. */
    public void stop() {
        stopped = true;
    }

    /**
     * Trains. An interrupt of the thread does what {@link #stop} does; the thread is then interrupted when this returns.
     *
     * @throws IOException if the folder cannot be written or read; the state saved last is then still there
     * @throws FileAlreadyExistsException if the folder has a state and {@link #resume} was not asked for
     * @throws dev.steppe.core.FormatException if the state is damaged, or missing where results of the run to go on with are
     * @throws dev.steppe.optim.StateException if the state is of another run
     * @throws dev.steppe.core.NonFiniteException if a loss or a gradient is not finite
     * @throws IllegalStateException if this trainer has run before, or the optimizer {@linkplain Optimizer#listens listens} and there are no test data
     */
    public TrainingResult run() throws IOException {
        if (begun) {
            throw new IllegalStateException("trainer: it has run before; make another one");
        }
        if (optimizer.listens()) {
            requireTest("this optimizer, which looks at a validation loss,");
        }
        begun = true;
        identity = identity();
        if (path == null) {
            begin();
            return train();
        }
        calmly(() -> folder = RunFolder.open(path, card));
        try (RunFolder opened = folder) {
            if (opened.hasState()) {
                restore();
            } else {
                begin();
            }
            return train();
        }
    }

    /** A folder has a state from the start: one that has results and no state has lost it. */
    private void begin() throws IOException {
        if (folder != null && resume) {
            folder.requireNoResults();
        }
        for (TrainingListener listener : listeners) {
            calmly(listener::onStart);
        }
        keepEpoch(0, optimizer.evaluationPoint());
        save(() -> folder.save(state()));
    }

    private TrainingResult train() throws IOException {
        End end = end();
        while (end == null) {
            calmly(this::step);
            if (training.position().batch() == 0) {
                finishEpoch();
            }
            end = end();
        }
        if (end == End.INTERRUPTED) {
            save(() -> folder.save(state()));
        } else if (point == null) {
            evaluate();
            save(() -> folder.restoreModel(point));
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        Parameters now = end == End.INTERRUPTED ? optimizer.evaluationPoint() : point;
        return new TrainingResult(end, reports, test, now, RunState.decode(best, now));
    }

    /** What an interrupt of the thread cuts short, but never damages. */
    @FunctionalInterface
    private interface Work {
        void run() throws IOException;
    }

    /** Does some work to its end, again if an interrupt cut it short; the interrupt stops the run after it. */
    private void calmly(Work work) throws IOException {
        while (true) {
            if (Thread.interrupted()) {
                interrupted = true;
                stopped = true;
            }
            try {
                work.run();
                return;
            } catch (ClosedByInterruptException e) {
                // Java marks a thread first and closes its channel then: the mark may have been seen and removed in between.
            } catch (LoaderException e) {
                if (!Thread.currentThread().isInterrupted()) {
                    throw e;
                }
            }
        }
    }

    private void save(Work work) throws IOException {
        if (folder != null) {
            calmly(work);
        }
    }

    /** Why the run is over now; null if it is not. */
    private End end() {
        if (sums.steps() == 0 && reports.size() >= epochs) {
            return End.FINISHED;
        }
        if (sums.steps() == 0 && earlyStopping != null && earlyStopping.isDue(reports)) {
            return End.STOPPED_EARLY;
        }
        return stopped ? End.INTERRUPTED : null;
    }

    private void step() {
        long start = System.nanoTime();
        int epoch = training.position().epoch();
        int number = training.position().batch() + 1;
        Batch batch = training.next();
        StepReport report = optimizer.step(batch);
        double seconds = (System.nanoTime() - start) * 1e-9;
        stepSeconds = Double.isNaN(stepSeconds) ? seconds : stepSeconds + RECENT * (seconds - stepSeconds);
        sums = sums.plus(report, batch.size(), seconds);
        double testSeconds = reports.isEmpty() || testing == null ? 0 : reports.getLast().testSeconds();
        long stepsLeft = (epochs - epoch) * (long) training.batchesPerEpoch() - number;
        TrainingListener.Progress progress = new TrainingListener.Progress(epoch + 1, epochs, number, training.batchesPerEpoch(), report,
                batch.size() / stepSeconds, stepsLeft * stepSeconds + (epochs - epoch) * testSeconds);
        listeners.forEach(listener -> listener.onStep(progress));
    }

    private void finishEpoch() throws IOException {
        long start = System.nanoTime();
        if (optimizer.listens()) {
            calmly(() -> optimizer.validated(Evaluation.of(evaluator, optimizer.current(), testing).loss()));
        }
        evaluate();
        EpochReport report = report((System.nanoTime() - start) * 1e-9);
        boolean better = keepBest && reports.stream().allMatch(e -> report.testAccuracy() > e.testAccuracy());
        reports.add(report);
        sums = EpochSums.NONE;
        Parameters now = point;
        if (better) {
            best = RunState.encode(now);
            save(() -> folder.saveBest(now));
        }
        save(() -> folder.saveMetrics(reports));
        save(() -> folder.saveModel(now));
        keepEpoch(reports.size(), now);
        save(() -> folder.save(state()));
        listeners.forEach(listener -> listener.onEpoch(report));
    }

    private void keepEpoch(int epoch, Parameters now) throws IOException {
        if (keepEpochs) {
            save(() -> folder.saveEpoch(epoch, now));
        }
    }

    private void evaluate() throws IOException {
        calmly(() -> point = optimizer.recalibrates() ? recalibrated() : optimizer.evaluationPoint());
        if (testing != null) {
            calmly(() -> test = Evaluation.of(evaluator, point, testing));
        }
    }

    /** The running statistics of another point than the weights are measured on one epoch of the training set; the loader does not notice. */
    private Parameters recalibrated() {
        Loader.Position position = training.position();
        training.seek(new Loader.Position(position.epoch(), 0));
        try {
            return optimizer.recalibrated(training);
        } finally {
            training.seek(position);
        }
    }

    private EpochReport report(double testSeconds) {
        boolean tested = test != null;
        Map<String, Double> extra = sums.extraMeans();
        metrics.forEach((name, metric) -> extra.put(name, metric.applyAsDouble(point)));
        double n = sums.steps();
        return new EpochReport(reports.size() + 1, optimizer.steps(), sums.learningRate(), sums.loss() / sums.examples(),
                sums.gradientNorm() / n,
                sums.perturbationNorm() / n, sums.sharpness() / n, sums.cosine() / n, sums.forwards() / n, sums.backwards() / n,
                tested ? test.loss() : Double.NaN,
                tested ? test.accuracy() : Double.NaN, tested ? test.top5() : Double.NaN,
                tested ? IntStream.range(0, test.classes()).mapToObj(test::accuracy).toList() : List.of(), sums.seconds(),
                tested ? testSeconds : Double.NaN, sums.examples() / sums.seconds(), extra);
    }

    private RunState state() {
        return new RunState(identity, training.position(), sums, reports, optimizer.state(), best);
    }

    private void restore() throws IOException {
        if (!resume) {
            throw new FileAlreadyExistsException(folder.stateName(), null,
                    "there is the state of a run; resume it, or take another folder");
        }
        AtomicReference<RunState> loaded = new AtomicReference<>();
        calmly(() -> loaded.set(folder.loadState()));
        RunState state = loaded.get();
        state.requireSame(identity, folder.stateName());
        optimizer.restore(state.optimizer());
        training.seek(state.position());
        sums = state.sums();
        reports.addAll(state.epochs());
        best = state.best();
        // What was written after the state was is not part of the run any more.
        save(() -> folder.saveMetrics(reports));
    }

    /** What has to be the same when the run goes on. */
    private Map<String, String> identity() {
        Loader.Options options = training.options();
        Map<String, String> identity = new LinkedHashMap<>();
        identity.put("number of parameters", String.valueOf(optimizer.current().space().size()));
        identity.put("SHA-256 of the training set", training.data().sha256());
        if (testing != null) {
            identity.put("SHA-256 of the test set", testing.data().sha256());
        }
        identity.put("batch size", String.valueOf(options.batchSize()));
        identity.put("batches per epoch", String.valueOf(training.batchesPerEpoch()));
        identity.put("seed of the data", options.shuffled() ? String.valueOf(options.seed()) : "none, not shuffled");
        identity.put("transforms", options.transforms().stream().map(Trainer::name).collect(Collectors.joining(", ")));
        return identity;
    }

    /** A transform's text if it has one of its own that is the same in every run, else its class. */
    private static String name(Transform transform) {
        Class<?> type = transform.getClass();
        String text = transform.toString();
        return type.isHidden() ? "a lambda" : text.startsWith(type.getName() + "@") ? type.getName() : text;
    }

    private void requireTest(String what) {
        if (testing == null) {
            throw new IllegalStateException("trainer: " + what + " needs test data; call test first");
        }
    }
}
