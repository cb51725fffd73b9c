package dev.steppe.optim.base;

import dev.steppe.optim.*;
import java.util.List;

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter, arXiv 1711.05101), as {@code torch.optim.AdamW} defines it: {@code w *= 1 - rate decay};
 * {@code m = beta1 m + (1 - beta1) g}; {@code v = beta2 v + (1 - beta2) g^2}; {@code w -= rate (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon)}, with t
 * counted from 1.
 *
 * @param learningRate at least 0
 * @param beta1 in [0, 1)
 * @param beta2 in [0, 1)
 * @param epsilon at least 0
 * @param weightDecay decoupled; at least 0
 */
@Card(
        name = "adamw",
        title = "Adam with decoupled weight decay",
        paper = "Loshchilov, Hutter, ICLR 2019, arXiv 1711.05101",
        formula = "w *= 1 - rate weightDecay; then Adam's step",
        forwards = 1,
        backwards = 1,
        points = 1,
        memory = 2,
        confidence = Confidence.HIGH,
        note = "as torch.optim.AdamW, checked against it")
public record AdamW(
        @Origin("torch.optim.AdamW") double learningRate,
        @Origin("torch.optim.AdamW") @Range("[0, 1)") double beta1,
        @Origin("torch.optim.AdamW") @Range("[0, 1)") double beta2,
        @Origin("torch.optim.AdamW") double epsilon,
        @Origin("torch.optim.AdamW") double weightDecay) implements BaseOptimizer {
    private static final String MEAN = "mean";
    private static final String SQUARE = "square";

    /** @throws OptionException if a number is out of its range */
    public AdamW {
        OptionException.check(AdamW.class, learningRate, beta1, beta2, epsilon, weightDecay);
    }

    /** Learning rate 0.001, betas 0.9 and 0.999, epsilon 1e-8, decay 0.01. */
    public static AdamW defaults() {
        return of(1e-3);
    }

    /** The defaults with another learning rate. */
    public static AdamW of(double learningRate) {
        return new AdamW(learningRate, 0.9, 0.999, 1e-8, 1e-2);
    }

    @Override
    public List<String> memory() {
        return List.of(MEAN, SQUARE);
    }

    @Override
    public String velocity() {
        return MEAN;
    }

    @Override
    public void update(Update u) {
        double correction1 = 1 - Math.pow(beta1, u.number() + 1);
        double correction2 = 1 - Math.pow(beta2, u.number() + 1);
        for (Update.Run run : u.runs()) {
            u.points().adamW(run.of(u.weights()), run.of(u.gradient()), run.of(u.memory(MEAN)), run.of(u.memory(SQUARE)),
                    u.learningRate() * run.rate(), beta1, beta2, epsilon, weightDecay * run.decay(), correction1, correction2);
        }
    }
}
