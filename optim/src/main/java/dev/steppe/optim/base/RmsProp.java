package dev.steppe.optim.base;

import dev.steppe.optim.*;
import java.util.List;

/**
 * RMSprop (Tieleman and Hinton, Coursera lecture 6.5, 2012), as {@code torch.optim.RMSprop} defines it (not centred): {@code g += decay w}; {@code v = alpha v +
 * (1 - alpha) g^2}; {@code m = momentum m + g / (sqrt(v) + epsilon)}; {@code w -= rate m}.
 *
 * @param learningRate at least 0
 * @param alpha how much of the mean square stays, in [0, 1)
 * @param epsilon at least 0
 * @param momentum in [0, 1)
 * @param weightDecay coupled: added to the gradient as {@code weightDecay * w}; at least 0
 */
@Card(
        name = "rmsprop",
        title = "RMSprop",
        paper = "Tieleman, Hinton, Coursera lecture 6.5, 2012",
        formula = "v = mean of g^2; w -= rate g / (sqrt(v) + epsilon), with momentum as in sgd",
        forwards = 1,
        backwards = 1,
        points = 1,
        memory = 1,
        confidence = Confidence.HIGH,
        note = "as torch.optim.RMSprop, checked against it; with a momentum it keeps one array more")
public record RmsProp(
        @Origin("torch.optim.RMSprop") double learningRate,
        @Origin("torch.optim.RMSprop") @Range("[0, 1)") double alpha,
        @Origin("torch.optim.RMSprop") double epsilon,
        @Origin("torch.optim.RMSprop") @Range("[0, 1)") double momentum,
        @Origin("torch.optim.RMSprop") double weightDecay) implements BaseOptimizer {
    private static final String SQUARE = "square";
    private static final String MOMENTUM = "momentum";

    /** @throws OptionException if a number is out of its range */
    public RmsProp {
        OptionException.check(RmsProp.class, learningRate, alpha, epsilon, momentum, weightDecay);
    }

    /** Learning rate 0.01, alpha 0.99, epsilon 1e-8, no momentum, no decay. */
    public static RmsProp defaults() {
        return of(1e-2);
    }

    /** The defaults with another learning rate. */
    public static RmsProp of(double learningRate) {
        return new RmsProp(learningRate, 0.99, 1e-8, 0, 0);
    }

    @Override
    public List<String> memory() {
        return momentum == 0 ? List.of(SQUARE) : List.of(SQUARE, MOMENTUM);
    }

    @Override
    public String velocity() {
        return momentum == 0 ? null : MOMENTUM;
    }

    @Override
    public double coupledDecay() {
        return weightDecay;
    }

    @Override
    public void update(Update u) {
        for (Update.Run run : u.runs()) {
            u.points().rmsProp(run.of(u.weights()), run.of(u.gradient()), run.of(u.memory(SQUARE)),
                    momentum == 0 ? null : run.of(u.memory(MOMENTUM)), u.learningRate() * run.rate(), alpha, epsilon,
                    weightDecay * run.decay(), momentum);
        }
    }
}
