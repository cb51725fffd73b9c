package dev.steppe.cli.bench;

import dev.steppe.cli.option.Rules;
import dev.steppe.core.Batch;
import dev.steppe.core.RandomKey;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.kernels.Kernels;
import dev.steppe.nn.Fusion;
import dev.steppe.nn.Layer;
import dev.steppe.nn.Models;
import java.util.Arrays;
import picocli.CommandLine.Option;

/** The options that say which model is measured and by which algorithms, on synthetic 32x32x3 images of 10 classes. */
final class BenchedModel {
    static final int CHANNELS = 3;
    static final int CLASSES = 10;
    private static final int SIDE = 32;

    @Option(names = "--model", paramLabel = "NAME", defaultValue = "resnet18", description = "As for train.")
    String name;
    @Option(names = "--plans", paramLabel = "MODE", defaultValue = "fast", description = "fast, or exact: without Winograd convolutions.")
    private String plans;
    @Option(names = "--unfused", description = "Builds the model without fused ops.")
    private boolean unfused;

    /** Refuses what cannot be. */
    void check() {
        plans();
        Rules.requireModel(name);
    }

    Kernels.Mode plans() {
        return Rules.plans(plans);
    }

    Layer layers() {
        return unfused ? Fusion.off(() -> Models.named(name, CHANNELS, CLASSES)) : Models.named(name, CHANNELS, CLASSES);
    }

    /** Images with classes. */
    static Batch batch(int n) {
        RandomKey key = RandomKey.of(0);
        int[] classes = new int[n];
        Arrays.setAll(classes, i -> key.fold("classes").below(CLASSES, i));
        return Batch.of(images(n), Tensor.of(Shape.of(n), classes));
    }

    /** Standard normal pixels: {@code [n, 32, 32, 3]}. */
    static Tensor images(int n) {
        RandomKey key = RandomKey.of(0);
        float[] pixels = new float[Math.multiplyExact(n, SIDE * SIDE * CHANNELS)];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (float) key.normal(i);
        }
        return Tensor.of(Shape.of(n, SIDE, SIDE, CHANNELS), pixels);
    }
}
