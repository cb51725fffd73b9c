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

    /** Warm-up ends once so many steps have gone by in which none was faster than all before by more than this share, or patience ends. */
    private static final double GAIN = 0.02;
    private static final int QUIET_STEPS = 10;
    private static final int QUIET_STEPS_WHEN_SLOW = 3;
    private static final double SLOW_SECONDS = 20;
    private static final double LONGEST_SECONDS = 60;

    Map<String, Object> run() {
        try (Workers workers = Workers.of(threads)) {
            Kernels kernels = Kernels.on(workers);
            double ms = 1e3 * medianSeconds(work(kernels));
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
            result.put("ms", round(ms));
            result.put("imagesPerSecond", round(batch / ms * 1e3));
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

    private double medianSeconds(Runnable work) {
        warmUp(work);
        double[] seconds = new double[steps];
        for (int i = 0; i < steps; i++) {
            seconds[i] = seconds(work);
        }
        Arrays.sort(seconds);
        return seconds[steps / 2];
    }

    private static void warmUp(Runnable work) {
        double fastest = Double.POSITIVE_INFINITY;
        double elapsed = 0;
        int quiet = 0;
        while (elapsed < LONGEST_SECONDS && quiet < (elapsed < SLOW_SECONDS ? QUIET_STEPS : QUIET_STEPS_WHEN_SLOW)) {
            double seconds = seconds(work);
            elapsed += seconds;
            quiet = seconds < fastest * (1 - GAIN) ? 0 : quiet + 1;
            fastest = Math.min(fastest, seconds);
        }
    }

    private static double seconds(Runnable work) {
        long start = System.nanoTime();
        work.run();
        return (System.nanoTime() - start) * 1e-9;
    }

    private static double round(double value) {
        return Math.round(value * 10) / 10.0;
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
