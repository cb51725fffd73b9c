package dev.steppe.cli.bench;

import dev.steppe.cli.option.Method;
import dev.steppe.cli.option.Rules;
import dev.steppe.core.Batch;
import dev.steppe.core.Evaluator;
import dev.steppe.core.Losses;
import dev.steppe.core.Objective;
import dev.steppe.core.Parameters;
import dev.steppe.core.Pass;
import dev.steppe.core.RandomKey;
import dev.steppe.core.Tape;
import dev.steppe.kernels.Kernels;
import dev.steppe.kernels.WarmUp;
import dev.steppe.nn.Layer;
import dev.steppe.optim.ConstantSchedule;
import dev.steppe.optim.Optimizer;
import dev.steppe.optim.Options;
import java.util.function.Supplier;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that say which step is measured. */
final class StepWork {
    /** Steps of a run at whose beginning the measured ones are. */
    private static final long LONG_RUN = 1_000_000;
    /** As the PyTorch program trains that this is compared with. */
    private static final String BASE = "sgd:learningRate=0.1,momentum=0.9,weightDecay=5e-4";

    @Mixin
    BenchedModel model;
    @Option(names = "--batch", paramLabel = "N", defaultValue = "128", description = "Images per step.")
    int batch;
    @Option(
            names = "--optimizer",
            paramLabel = "NAME[:k=v,..]",
            defaultValue = "sgd",
            description = "As for train; base optimizer is SGD with momentum 0.9 and decay 5e-4.")
    String optimizer;

    /** Refuses what cannot be. */
    void check() {
        Rules.require(batch >= 1, "--batch", batch, "at least 1");
        model.check();
        method(optimizer);
    }

    /** Over the base optimizer that all are measured with. */
    static Method method(String optimizer) {
        return Method.of(optimizer, null, BASE, null);
    }

    /** Makes something while the kernels are warmed, as {@code train} does. */
    static <T> T warm(Kernels kernels, Supplier<T> make) {
        try (WarmUp warmUp = WarmUp.start(kernels.mode())) {
            T made = make.get();
            warmUp.await();
            return made;
        }
    }

    /** A training step. */
    Runnable training(Kernels kernels) {
        return training(kernels, optimizer);
    }

    /** A training step with another optimizer. */
    Runnable training(Kernels kernels, String optimizer) {
        Layer layers = model.layers();
        Batch images = BenchedModel.batch(batch);
        Optimizer running = method(optimizer).recipe().minimise(objective(layers), layers.initialPoint(0),
                Options.defaults().schedule(new ConstantSchedule(), LONG_RUN).auxiliary(step -> images).kernels(kernels));
        return () -> running.step(images);
    }

    /** How many ops and leaves a forward in training records, which does not depend on the number of images. */
    int recorded(Kernels kernels) {
        Layer layers = model.layers();
        try (Tape tape = Tape.on(kernels)) {
            Pass pass = new Pass(tape, layers.initialPoint(0), Pass.Mode.TRAINING, RandomKey.of(0));
            objective(layers).losses(BenchedModel.batch(2), pass);
            return tape.size();
        }
    }

    /** A forward pass in evaluation mode. */
    Runnable prediction(Kernels kernels) {
        Layer layers = model.layers();
        Parameters start = layers.initialPoint(0);
        Evaluator evaluator = new Evaluator(kernels, objective(layers));
        Batch images = BenchedModel.batch(batch);
        return () -> evaluator.evaluate(images, start);
    }

    private static Objective objective(Layer layers) {
        return Objective.of(layers::forward, Losses::crossEntropy);
    }
}
