package dev.steppe.cli;

import dev.steppe.kernels.Kernels;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code steppe bench step}: the same work and the same keys as the PyTorch program that it is compared with. */
@Command(
        name = "step",
        sortOptions = false,
        showDefaultValues = true,
        descriptionHeading = "%n",
        description = {
            "Times training steps or predictions on synthetic 32x32x3 images of 10 classes:",
            "the median of the steps after a warm-up, in milliseconds.", ""})
final class BenchStepCommand extends Measurement {
    @Mixin
    private StepWork work;

    @Option(names = "--steps", paramLabel = "N", defaultValue = "5", description = "How many steps are timed.")
    private int steps;
    @Option(
            names = "--mode",
            paramLabel = "MODE",
            defaultValue = "train",
            description = "train, or predict: a forward pass in evaluation mode.")
    private String mode;

    @Override
    void check() {
        work.check();
        TrainCommand.require(steps >= 1, "--steps", steps, "at least 1");
        TrainCommand.require(mode.equals("train") || mode.equals("predict"), "--mode", mode, "train or predict");
    }

    @Override
    void measure(Kernels kernels) {
        print(time(kernels.with(work.model.plans())));
    }

    private Map<String, Object> time(Kernels kernels) {
        double ms = 1e3 * Timing.medianSeconds(mode.equals("train") ? work.training(kernels) : work.prediction(kernels), steps);
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("peer", Version.text());
        row.put("model", work.model.name);
        row.put("batch", work.batch);
        row.put("threads", kernels.workers().threads());
        row.put("optimizer", work.optimizer);
        row.put("mode", mode);
        row.put("tuned", false);
        row.put("bf16", false);
        row.put("layout", "nhwc");
        row.put("ms", Timing.round(ms, 1));
        row.put("imagesPerSecond", Timing.round(work.batch / ms * 1e3, 1));
        row.put("peakRssMiB", Memory.peakRssMiB());
        row.put("kernels", kernels.describe());
        return row;
    }
}
