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
}
