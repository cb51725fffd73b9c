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
import dev.steppe.kernels.Workers;
import dev.steppe.nn.Layer;
import dev.steppe.nn.Models;
import dev.steppe.optim.Optimizer;
import dev.steppe.optim.Options;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Times steps of one model, as {@code pytorch_step.py} does for PyTorch: the same work, the same keys.
 *
 * @param optimizer as it was asked for
 * @param method what that means
 * @param mode {@code train} or {@code predict}
 * @param steps how many are timed
 */
record StepBench(String model, int batch, int threads, String optimizer, Method method, String mode, int steps) {
    private static final int SIDE = 32;
    private static final int CHANNELS = 3;
    private static final int CLASSES = 10;

    Map<String, Object> run() {
        try (Workers workers = Workers.of(threads)) {
            Kernels kernels = Kernels.on(workers);
            double ms = 1e3 * Timing.medianSeconds(work(kernels), steps);
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("peer", Version.text());
            result.put("model", model);
            result.put("batch", batch);
            result.put("threads", threads);
            result.put("optimizer", optimizer);
            result.put("mode", mode);
            result.put("tuned", false);
            result.put("bf16", false);
            result.put("layout", "nhwc");
            result.put("ms", Timing.round(ms, 1));
            result.put("imagesPerSecond", Timing.round(batch / ms * 1e3, 1));
            result.put("peakRssMiB", peakRssMiB());
            result.put("kernels", kernels.describe());
            return result;
        }
    }

    private Runnable work(Kernels kernels) {
        Layer layers = Models.named(model, CHANNELS, CLASSES);
        Objective objective = Objective.of(layers::forward, Losses::crossEntropy);
        Parameters start = layers.initialPoint(0);
        Batch images = images();
        if (mode.equals("predict")) {
            Evaluator evaluator = new Evaluator(kernels, objective);
            return () -> evaluator.evaluate(images, start);
        }
        Optimizer running = method.recipe().minimise(objective, start, Options.defaults().kernels(kernels));
        return () -> running.step(images);
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

    /** The most memory that this process ever had in use; null where the system does not tell by a file. */
    private static Long peakRssMiB() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
                if (line.startsWith("VmHWM:")) {
                    return Long.parseLong(line.replaceAll("[^0-9]", "")) >> 10;
                }
            }
        } catch (IOException e) {
            // Not Linux.
        }
        return null;
    }
}
