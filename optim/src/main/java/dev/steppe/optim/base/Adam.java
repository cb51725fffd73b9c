package dev.steppe.optim.base;

import dev.steppe.optim.*;
import java.util.List;

/**
 * Adam (Kingma and Ba, ICLR 2015, arXiv 1412.6980), as {@code torch.optim.Adam} defines it: {@code g += decay w}; {@code m = beta1 m + (1 - beta1) g}; {@code v =
 * beta2 v + (1 - beta2) g^2}; {@code w -= rate (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon)}, with t counted from 1.
 *
 * @param learningRate at least 0
 * @param beta1 in [0, 1)
 * @param beta2 in [0, 1)
 * @param epsilon at least 0
 * @param weightDecay coupled: added to the gradient as {@code weightDecay * w}; at least 0. {@link AdamW} decouples it
 */
@Card(
        name = "adam",
        title = "Adam",
        paper = "Kingma, Ba, ICLR 2015, arXiv 1412.6980",
        formula = "m, v = means of g and g^2; w -= rate m' / (sqrt(v') + epsilon), m' and v' corrected for their start at 0",
        forwards = 1,
        backwards = 1,
        points = 1,
        memory = 2,
        confidence = Confidence.HIGH,
        note = "as torch.optim.Adam, checked against it")
public record Adam(
        @Origin("arXiv 1412.6980, algorithm 1; torch.optim.Adam") double learningRate,
        @Origin("arXiv 1412.6980, algorithm 1; torch.optim.Adam") @Range("[0, 1)") double beta1,
        @Origin("arXiv 1412.6980, algorithm 1; torch.optim.Adam") @Range("[0, 1)") double beta2,
        @Origin("arXiv 1412.6980, algorithm 1; torch.optim.Adam") double epsilon,
        @Origin("torch.optim.Adam") double weightDecay) implements BaseOptimizer {
    private static final String MEAN = "mean";
    private static final String SQUARE = "square";

    /** @throws OptionException if a number is out of its range */
    public Adam {
        OptionException.check(Adam.class, learningRate, beta1, beta2, epsilon, weightDecay);
    }

    /** Learning rate 0.001, betas 0.9 and 0.999, epsilon 1e-8, no decay. */
    public static Adam defaults() {
        return of(1e-3);
    }

    /** The defaults with another learning rate. */
    public static Adam of(double learningRate) {
        return new Adam(learningRate, 0.9, 0.999, 1e-8, 0);
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
    public double coupledDecay() {
        return weightDecay;
    }

    @Override
    public void update(Update u) {
        double correction1 = 1 - Math.pow(beta1, u.number() + 1);
        double correction2 = 1 - Math.pow(beta2, u.number() + 1);
        for (Update.Run run : u.runs()) {
            u.points().adam(run.of(u.weights()), run.of(u.gradient()), run.of(u.memory(MEAN)), run.of(u.memory(SQUARE)),
                    u.learningRate() * run.rate(), beta1, beta2, epsilon, weightDecay * run.decay(), correction1, correction2);
        }
    }
}
