package dev.steppe.cli.bench;

import com.sun.management.ThreadMXBean;
import dev.steppe.cli.option.Rules;
import dev.steppe.kernels.Kernels;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code steppe bench memory}: what a training step takes. */
@Command(
        name = "memory",
        sortOptions = false,
        showDefaultValues = true,
        descriptionHeading = "%n",
        description = {
            "Runs training steps and prints the memory they take.", "",
            "The arrays of the pool, which are reused from step to step; what a later step allocates beside them, by all",
            "threads; how many ops and leaves one forward records; the largest resident size of the process. After some hundred steps everything is compiled: until then vectors may be objects.",
            ""})
final class BenchMemoryCommand extends Measurement {
    private static final double MIB = 1 << 20;

    @Mixin
    private StepWork work;

    @Option(names = "--steps", paramLabel = "N", defaultValue = "30", description = "How many steps are run; the last third is measured.")
    private int steps;

    @Override
    void check() {
        work.check();
        Rules.require(steps >= 3, "--steps", steps, "at least 3");
    }

    @Override
    void measure(Kernels kernels) {
        print(run(kernels.with(work.model.plans())));
    }

    private Map<String, Object> run(Kernels kernels) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        Runnable step = StepWork.warm(kernels, () -> work.training(kernels));
        int measured = steps / 3;
        for (int i = 0; i < steps - measured; i++) {
            step.run();
        }
        long arrays = kernels.spans().allocations();
        long bytes = threads.getTotalThreadAllocatedBytes();
        for (int i = 0; i < measured; i++) {
            step.run();
        }
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("model", work.model.name);
        row.put("batch", work.batch);
        row.put("threads", kernels.workers().threads());
        row.put("optimizer", work.optimizer);
        row.put("poolMiB", kernels.spans().allocatedBytes() / MIB);
        row.put("poolArrays", kernels.spans().allocations());
        row.put("newArraysPerStep", (double) (kernels.spans().allocations() - arrays) / measured);
        row.put("bytesPerStep", (threads.getTotalThreadAllocatedBytes() - bytes) / measured);
        row.put("recordedPerPass", work.recorded(kernels));
        row.put("peakRssMiB", Memory.peakRssMiB());
        return row;
    }
}
