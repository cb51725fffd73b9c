package dev.steppe.cli.bench;

import dev.steppe.cli.option.Rules;
import dev.steppe.cli.report.Version;
import dev.steppe.kernels.Kernels;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code steppe bench step}: the same work and the same keys as the PyTorch program that it is compared with. */
@Command(
        name = "step",
        sortOptions = false,
        showDefaultValues = true,
        descriptionHeading = "%n",
        description = {
            "Times training steps or predictions on synthetic 32x32x3 images of 10 classes.", "",
            "The median of the steps after a warm-up, in milliseconds.", ""})
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

    @Option(
            names = "--beside",
            paramLabel = "NAME[:k=v,..]",
            showDefaultValue = Visibility.NEVER,
            description = "More optimizers, whose steps are timed in turn with those of --optimizer; may be given several times. Each line then says how many times the first one's time its steps take.")
    private List<String> beside = List.of();
    @Option(names = "--turns", paramLabel = "N", defaultValue = "5", description = "How many turns of --steps steps each, with --beside.")
    private int turns;

    @Override
    void check() {
        work.check();
        beside.forEach(StepWork::method);
        Rules.require(beside.isEmpty() || mode.equals("train"), "--mode", mode, "train with --beside");
        Rules.require(turns >= 1, "--turns", turns, "at least 1");
        Rules.require(steps >= 1, "--steps", steps, "at least 1");
        Rules.require(mode.equals("train") || mode.equals("predict"), "--mode", mode, "train or predict");
    }

    @Override
    void measure(Kernels kernels) {
        if (beside.isEmpty()) {
            print(time(kernels.with(work.model.plans())));
        } else {
            compare(kernels.with(work.model.plans()));
        }
    }

    private void compare(Kernels kernels) {
        List<String> optimizers = Stream.concat(Stream.of(work.optimizer), beside.stream()).toList();
        List<Runnable> trainings = StepWork.warm(kernels,
                () -> optimizers.stream().map(optimizer -> work.training(kernels, optimizer)).toList());
        double[][] seconds = Timing.inTurn(trainings, turns, steps);
        for (int i = 0; i < optimizers.size(); i++) {
            int index = i;
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("model", work.model.name);
            row.put("batch", work.batch);
            row.put("threads", kernels.workers().threads());
            row.put("optimizer", optimizers.get(i));
            row.put("ms", 1e3 * Timing.median(Arrays.stream(seconds).mapToDouble(turn -> turn[index])) / steps);
            row.put("ratio", Timing.median(Arrays.stream(seconds).mapToDouble(turn -> turn[index] / turn[0])));
            row.put("least", Arrays.stream(seconds).mapToDouble(turn -> turn[index] / turn[0]).min().orElseThrow());
            row.put("most", Arrays.stream(seconds).mapToDouble(turn -> turn[index] / turn[0]).max().orElseThrow());
            print(row);
        }
    }

    private Map<String, Object> time(Kernels kernels) {
        Runnable step = StepWork.warm(kernels, () -> mode.equals("train") ? work.training(kernels) : work.prediction(kernels));
        double ms = 1e3 * Timing.medianSeconds(step, steps);
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
        row.put("ms", ms);
        row.put("imagesPerSecond", work.batch / ms * 1e3);
        row.put("peakRssMiB", Memory.peakRssMiB());
        row.put("kernels", kernels.describe());
        return row;
    }
}
