package dev.steppe.optim.base;

import dev.steppe.optim.*;
import java.util.List;

/**
 * Stochastic gradient descent with momentum, as {@code torch.optim.SGD} defines it (dampening 0): {@code g += decay w}; {@code m = momentum m + g}, the first time
 * {@code m = g}; {@code w -= rate (nesterov ? g + momentum m : m)}.
 *
 * @param learningRate at least 0
 * @param momentum in [0, 1)
 * @param weightDecay coupled: added to the gradient as {@code weightDecay * w}; at least 0
 * @param nesterov Nesterov's momentum (Sutskever et al., ICML 2013); needs a momentum
 */
@Card(
        name = "sgd",
        title = "Stochastic gradient descent",
        paper = "Robbins and Monro 1951; momentum: Polyak 1964, Nesterov 1983; in this form Sutskever, Martens, Dahl, Hinton, ICML 2013",
        formula = "m = momentum m + g + weightDecay w; w -= rate m, or with nesterov w -= rate (g + weightDecay w + momentum m)",
        forwards = 1,
        backwards = 1,
        points = 1,
        memory = 0,
        confidence = Confidence.HIGH,
        note = "as torch.optim.SGD, checked against it; with a momentum it keeps one array more")
public record Sgd(
        @Origin("davda54/sam, example/train.py") double learningRate,
        @Origin("torch.optim.SGD") @Range("[0, 1)") double momentum,
        @Origin("torch.optim.SGD") double weightDecay,
        @Origin("torch.optim.SGD") boolean nesterov) implements BaseOptimizer {
    private static final String MOMENTUM = "momentum";

    /** @throws OptionException if a number is out of its range */
    public Sgd {
        OptionException.check(Sgd.class, learningRate, momentum, weightDecay, nesterov);
        OptionException.require(!nesterov || momentum > 0, "sgd", "nesterov", nesterov, "false without momentum");
    }

    /** Learning rate 0.1, no momentum, no decay. */
    public static Sgd defaults() {
        return of(0.1);
    }

    /** Without momentum and decay. */
    public static Sgd of(double learningRate) {
        return new Sgd(learningRate, 0, 0, false);
    }

    @Override
    public Sgd learningRate(double learningRate) {
        return new Sgd(learningRate, momentum, weightDecay, nesterov);
    }

    /** This optimizer with a momentum. */
    public Sgd momentum(double momentum) {
        return new Sgd(learningRate, momentum, weightDecay, nesterov);
    }

    /** This optimizer with weight decay. */
    public Sgd weightDecay(double weightDecay) {
        return new Sgd(learningRate, momentum, weightDecay, nesterov);
    }

    /** This optimizer with Nesterov's momentum, or without. */
    public Sgd nesterov(boolean nesterov) {
        return new Sgd(learningRate, momentum, weightDecay, nesterov);
    }

    @Override
    public List<String> memory() {
        return momentum == 0 ? List.of() : List.of(MOMENTUM);
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
            u.points().sgd(run.of(u.weights()), run.of(u.gradient()), momentum == 0 ? null : run.of(u.memory(MOMENTUM)),
                    u.learningRate() * run.rate(),
                    momentum, weightDecay * run.decay(), nesterov, u.number() == 0);
        }
    }
}
