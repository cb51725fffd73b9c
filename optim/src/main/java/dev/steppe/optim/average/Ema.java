package dev.steppe.optim.average;

import dev.steppe.core.Tensor;
import dev.steppe.optim.*;

/**
 * Exponential moving average of the weights (Polyak and Juditsky, SIAM J. Control Optim. 30, 1992, in the form that TensorFlow and timm made common): {@code a =
 * decay a + (1 - decay) w} after each step, beginning at the first; the model is evaluated and saved at a, with running statistics measured there.
 *
 * <p>With {@code warmup}, the n-th decay (n from 1) is at most {@code (1 + n) / (10 + n)}, so that a short run does not end near its beginning. One vector of memory.
 *
 * @param decay how much of the average stays, in [0, 1)
 * @param warmup whether it stays less in the first steps
 */
@Card(
        name = "ema",
        title = "Exponential moving average of the weights",
        paper = "Polyak and Juditsky, SIAM J. Control Optim. 30(4), 1992; no arXiv number",
        formula = "a = decay a + (1 - decay) w; evaluate at a",
        forwards = 0,
        backwards = 0,
        points = 1,
        memory = 1,
        confidence = Confidence.HIGH,
        note = "timm averages running statistics, too; here they are measured at a")
public record Ema(
        @Origin("torch.optim.swa_utils.get_ema_avg_fn") @Range("[0, 1)") double decay,
        @Origin("tf.train.ExponentialMovingAverage, num_updates") boolean warmup) implements Addition {
    private static final String AVERAGE = "average";
    private static final String UPDATES = "updates";

    /** @throws OptionException if a number is out of its range */
    public Ema {
        OptionException.check(Ema.class, decay, warmup);
    }

    /** Decay 0.999, with warm-up. */
    public static Ema defaults() {
        return new Ema(0.999, true);
    }

    /** This average with another decay. */
    public Ema decay(double decay) {
        return new Ema(decay, warmup);
    }

    /** This average with or without warm-up. */
    public Ema warmup(boolean warmup) {
        return new Ema(decay, warmup);
    }

    @Override
    public void after(Landing step) {
        Tensor last = step.memory(AVERAGE);
        double n = step.memory(UPDATES, 0);
        Tensor average = step.copy(step.weights());
        if (last != null) {
            double stays = warmup ? Math.min(decay, (1 + n) / (10 + n)) : decay;
            step.points().lerp(last, step.weights(), 1 - stays, average);
        }
        step.remember(AVERAGE, average);
        step.remember(UPDATES, n + 1);
    }

    @Override
    public String evaluatesAt() {
        return AVERAGE;
    }
}
