package dev.steppe.cli;

import dev.steppe.train.Json;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code steppe bench step}: what the options mean; {@link StepBench} measures. */
@Command(name = "step", sortOptions = false, showDefaultValues = true, descriptionHeading = "%n", description = {
    "Times training steps or predictions on synthetic 32x32x3 images of 10 classes, and prints one line of JSON:",
    "the median of the steps after a warm-up, in milliseconds.", ""})
final class BenchStepCommand implements Callable<Integer> {
    /** As the PyTorch program trains that this is compared with. */
    private static final String BASE = "sgd:learningRate=0.1,momentum=0.9,weightDecay=5e-4";

    @Spec
    private CommandSpec spec;

    @Option(names = "--model", paramLabel = "NAME", defaultValue = "resnet18", description = "As for train.")
    private String model;
    @Option(names = "--batch", paramLabel = "N", defaultValue = "128", description = "Images per step.")
    private int batch;
    @Option(names = "--threads", paramLabel = "N", description = "Threads that compute. Default: one per processor.")
    private Integer threads;
    @Option(names = "--optimizer", paramLabel = "NAME[:k=v,..]", defaultValue = "sgd", description = "As for train; base optimizer is SGD with momentum 0.9 and decay 5e-4.")
    private String optimizer;
    @Option(names = "--steps", paramLabel = "N", defaultValue = "5", description = "How many steps are timed.")
    private int steps;
    @Option(names = "--mode", paramLabel = "MODE", defaultValue = "train", description = "train, or predict: a forward pass in evaluation mode.")
    private String mode;

    @Override
    public Integer call() {
        int n = threads == null ? Runtime.getRuntime().availableProcessors() : threads;
        TrainCommand.requireThreads(n);
        TrainCommand.require(batch >= 1, "--batch", batch, "at least 1");
        TrainCommand.require(steps >= 1, "--steps", steps, "at least 1");
        TrainCommand.require(mode.equals("train") || mode.equals("predict"), "--mode", mode, "train or predict");
        TrainCommand.requireModel(model);
        StepBench bench = new StepBench(model, batch, n, optimizer, Method.of(optimizer, null, BASE, null), mode, steps);
        try {
            ((Main) spec.root().userObject()).out().println(Json.write(bench.run()));
            return 0;
        } catch (OutOfMemoryError e) {
            throw new OutOfMemoryException();
        }
    }
}
