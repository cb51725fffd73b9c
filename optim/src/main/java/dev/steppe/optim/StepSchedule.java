package dev.steppe.optim;

import java.util.List;

/**
 * The learning rate is multiplied by {@code factor} at each of some moments: PyTorch's {@code MultiStepLR} with milestones {@code round(at * total)}.
 *
 * @param at the moments as fractions of the whole run, increasing, in (0, 1)
 * @param factor what the rate is multiplied by, in (0, 1]
 */
public record StepSchedule(
        @Origin("davda54/sam, example/utility/step_lr.py") List<Double> at,
        @Origin("davda54/sam, example/utility/step_lr.py") double factor) implements Schedule {
    /** @throws OptionException if a number is out of its range */
    public StepSchedule {
        at = List.copyOf(at);
        double last = 0;
        for (double moment : at) {
            OptionException.require(moment > last && moment < 1, "step", "at", at, "increasing fractions of the run, in (0, 1)");
            last = moment;
        }
        OptionException.require(factor > 0 && factor <= 1, "step", "factor", factor, "in (0, 1]");
    }

    /** Times 0.2 after 30, 60 and 80 % of the run. */
    public static StepSchedule defaults() {
        return new StepSchedule(List.of(0.3, 0.6, 0.8), 0.2);
    }

    @Override
    public double factor(long step, long total) {
        return Math.pow(factor, at.stream().filter(moment -> step >= Math.round(moment * total)).count());
    }
}
