package dev.steppe.cli;

import dev.steppe.core.Batch;
import dev.steppe.core.Evaluator;
import dev.steppe.core.Losses;
import dev.steppe.core.Objective;
import dev.steppe.core.Parameters;
import dev.steppe.core.RandomKey;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.kernels.Kernels;
import dev.steppe.nn.Fusion;
import dev.steppe.nn.Layer;
import dev.steppe.nn.Models;
import dev.steppe.optim.Optimizer;
import dev.steppe.optim.Options;
import java.util.Arrays;
import picocli.CommandLine.Option;

/** The options that say which step is measured, on synthetic 32x32x3 images of 10 classes. */
final class StepWork {
    private static final int SIDE = 32;
    private static final int CHANNELS = 3;
    private static final int CLASSES = 10;
    /** As the PyTorch program trains that this is compared with. */
    private static final String BASE = "sgd:learningRate=0.1,momentum=0.9,weightDecay=5e-4";

    @Option(names = "--model", paramLabel = "NAME", defaultValue = "resnet18", description = "As for train.")
    String model;
    @Option(names = "--batch", paramLabel = "N", defaultValue = "128", description = "Images per step.")
    int batch;
    @Option(names = "--plans", paramLabel = "MODE", defaultValue = "fast", description = "fast, or exact: without Winograd convolutions.")
    private String plans;
    @Option(names = "--unfused", description = "Builds the model without fused ops.")
    private boolean unfused;
    @Option(names = "--optimizer", paramLabel = "NAME[:k=v,..]", defaultValue = "sgd", description = "As for train; base optimizer is SGD with momentum 0.9 and decay 5e-4.")
    String optimizer;

    /** Refuses what cannot be. */
    void check() {
        TrainCommand.require(batch >= 1, "--batch", batch, "at least 1");
        plans();
        TrainCommand.requireModel(model);
        method();
    }

    Kernels.Mode plans() {
        return TrainCommand.plans(plans);
    }

    private Method method() {
        return Method.of(optimizer, null, BASE, null);
    }

    private Layer layers() {
        return unfused ? Fusion.off(() -> Models.named(model, CHANNELS, CLASSES)) : Models.named(model, CHANNELS, CLASSES);
    }

    /** A training step. */
    Runnable training(Kernels kernels) {
        Layer layers = layers();
        Optimizer running = method().recipe().minimise(Objective.of(layers::forward, Losses::crossEntropy), layers.initialPoint(0),
                Options.defaults().kernels(kernels));
        Batch images = images();
        return () -> running.step(images);
    }

    /** A forward pass in evaluation mode. */
    Runnable prediction(Kernels kernels) {
        Layer layers = layers();
        Parameters start = layers.initialPoint(0);
        Evaluator evaluator = new Evaluator(kernels, Objective.of(layers::forward, Losses::crossEntropy));
        Batch images = images();
        return () -> evaluator.evaluate(images, start);
    }

    private Batch images() {
        RandomKey key = RandomKey.of(0);
        float[] pixels = new float[Math.multiplyExact(batch, SIDE * SIDE * CHANNELS)];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (float) key.normal(i);
        }
        int[] classes = new int[batch];
        Arrays.setAll(classes, i -> key.fold("classes").below(CLASSES, i));
        return Batch.of(Tensor.of(Shape.of(batch, SIDE, SIDE, CHANNELS), pixels), Tensor.of(Shape.of(batch), classes));
    }
}
