package dev.steppe.cli.bench;

import dev.steppe.cli.option.Rules;
import dev.steppe.kernels.Kernels;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code steppe bench warmup}: how long a program that has just started is slow. */
@Command(
        name = "warmup",
        sortOptions = false,
        showDefaultValues = true,
        descriptionHeading = "%n",
        description = {
            "Runs training steps from the start of the process on, and prints when 90 %% of the steady speed are reached.", "",
            "That is with the first step from which on the median of the steps of two seconds, of three steps at least, shows it.",
            "Steady is the median of the last third.",
            ""})
final class BenchWarmupCommand extends Measurement {
    private static final double WITHIN = 1 / 0.9;
    /** Steps whose median is taken: so many, and so long. Machines have slower seconds long after the start. */
    private static final int IN_A_ROW = 3;
    private static final double WINDOW_SECONDS = 2;

    /** One step: when it ended since the start of the process, and how long it took. */
    private record Step(double end, double seconds) {
    }

    @Mixin
    private StepWork work;

    @Option(names = "--cold", description = "Does without warming the kernels while the model and the images are made.")
    private boolean cold;
    @Option(names = "--seconds", paramLabel = "S", defaultValue = "30", description = "How long steps are run.")
    private double seconds;

    @Override
    void check() {
        work.check();
        Rules.require(seconds > 0, "--seconds", seconds, "more than 0");
    }

    @Override
    void measure(Kernels kernels) {
        print(run(kernels.with(work.model.plans())));
    }

    private Map<String, Object> run(Kernels kernels) {
        Instant now = Instant.now();
        double before = Duration.between(ProcessHandle.current().info().startInstant().orElse(now), now).toNanos() * 1e-9;
        long origin = System.nanoTime();
        Runnable work = cold ? this.work.training(kernels) : StepWork.warm(kernels, () -> this.work.training(kernels));
        List<Step> steps = new ArrayList<>();
        while (steps.size() < IN_A_ROW || steps.getLast().end - before < seconds) {
            long start = System.nanoTime();
            work.run();
            long end = System.nanoTime();
            steps.add(new Step(before + (end - origin) * 1e-9, (end - start) * 1e-9));
        }
        double steady = median(steps.subList(steps.size() - Math.max(1, steps.size() / 3), steps.size()));
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("model", this.work.model.name);
        row.put("batch", this.work.batch);
        row.put("threads", kernels.workers().threads());
        row.put("optimizer", this.work.optimizer);
        row.put("steps", steps.size());
        row.put("firstStepMs", 1e3 * steps.getFirst().seconds);
        row.put("steadyMs", 1e3 * steady);
        row.put("firstStepEndsAtSeconds", steps.getFirst().end);
        row.put("steadySinceSeconds", steadySince(steps, steady));
        return row;
    }

    /** The end of the first step that begins a window of steady speed. */
    private static double steadySince(List<Step> steps, double steady) {
        int first = 0;
        while (first < steps.size() - IN_A_ROW && median(window(steps, first)) > WITHIN * steady) {
            first++;
        }
        return steps.get(first).end;
    }

    private static List<Step> window(List<Step> steps, int first) {
        int end = first;
        while (end < steps.size() && (end - first < IN_A_ROW || steps.get(end).end < steps.get(first).end + WINDOW_SECONDS)) {
            end++;
        }
        return steps.subList(first, end);
    }

    private static double median(List<Step> steps) {
        double[] sorted = steps.stream().mapToDouble(Step::seconds).sorted().toArray();
        return sorted[sorted.length / 2];
    }
}
