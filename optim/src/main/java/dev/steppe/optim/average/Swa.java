package dev.steppe.optim.average;

import dev.steppe.core.Tensor;
import dev.steppe.optim.*;

/**
 * Stochastic weight averaging (Izmailov, Podoprikhin, Garipov, Vetrov, Wilson, UAI 2018, arXiv 1803.05407): from some time on, the weights after every so many
 * steps are averaged, {@code a = a + (w - a) / (n + 1)}; the model is evaluated and saved at a, with running statistics measured there. Training itself goes on at w.
 *
 * <p>The paper collects once an epoch; an optimizer knows steps alone. One vector of memory.
 *
 * @param start when to begin, as a fraction of the run, in [0, 1)
 * @param every how many steps lie between two collections, at least 1
 */
@Card(
        name = "swa",
        title = "Stochastic weight averaging",
        paper = "Izmailov, Podoprikhin, Garipov, Vetrov, Wilson, UAI 2018, arXiv 1803.05407",
        formula = "a = a + (w - a) / (n + 1) from start on; evaluate at a",
        forwards = 0,
        backwards = 0,
        points = 1,
        memory = 1,
        confidence = Confidence.HIGH,
        note = "the running mean of the paper; it collects once an epoch, here every so many steps")
public record Swa(
        @Origin("arXiv 1803.05407, section 5.1: 75 % of the budget") @Range(value = "[0, 1)", of = "a fraction of the run") double start,
        @Origin("khanrc/swad: every step; arXiv 1803.05407: once an epoch") @Range("[1, inf)") int every) implements Addition {
    private static final String AVERAGE = "average";
    private static final String COLLECTED = "collected";

    /** @throws OptionException if a number is out of its range */
    public Swa {
        OptionException.check(Swa.class, start, every);
    }

    /** After every step of the last quarter. */
    public static Swa defaults() {
        return new Swa(0.75, 1);
    }

    /** This average from another time on. */
    public Swa start(double start) {
        return new Swa(start, every);
    }

    /** This average of the weights after every so many steps. */
    public Swa every(int every) {
        return new Swa(start, every);
    }

    @Override
    public void after(Landing step) {
        OptionException.require(start == 0 || step.totalSteps() > 0, "swa", "start", start, "0 if nobody says how many steps the run has");
        long since = step.number() + 1 - (long) Math.ceil(start * step.totalSteps());
        if (since < 1 || since % every != 0) { return; }
        double n = step.memory(COLLECTED, 0);
        Tensor average = step.copy(step.weights());
        if (n > 0) {
            step.points().lerp(step.memory(AVERAGE), step.weights(), 1 / (n + 1), average);
        }
        step.remember(AVERAGE, average);
        step.remember(COLLECTED, n + 1);
    }

    @Override
    public String evaluatesAt() {
        return AVERAGE;
    }
}
