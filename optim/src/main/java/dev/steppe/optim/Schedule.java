package dev.steppe.optim;

/** How the learning rate changes over a run: a factor on the base optimizer's learning rate, which is the highest one. Open: write your own. */
@FunctionalInterface
public interface Schedule {
    /**
     * The factor for one step.
     *
     * @param step number of the step, from 0; beyond the end the schedule stays where it ended
     * @param total how many steps the schedule spans
     * @return at least 0
     */
    double factor(long step, long total);

    /**
     * How much of the run is over, in [0, 1]: for variants that change with it. A schedule that is made of another one asks that.
     *
     * @param step number of the step, from 0
     * @param total how many steps the run has; 0 if nobody said so
     * @throws OptionException if it is not known
     */
    default double progress(long step, long total) {
        OptionException.require(total > 0, "options", "totalSteps", total, "at least 1: this variant needs the number of steps");
        return Math.min(1, (double) step / total);
    }
}
