package dev.steppe.optim.base;

import dev.steppe.optim.*;
import java.util.List;

/**
 * Lion (Chen et al., Symbolic Discovery of Optimization Algorithms, NeurIPS 2023, arXiv 2302.06675, algorithm 2): {@code c = beta1 m + (1 - beta1) g}; {@code w =
 * (1 - rate decay) w - rate sign(c)}; {@code m = beta2 m + (1 - beta2) g}. Each weight moves by the learning rate, whatever the gradient's size: the paper
 * takes one that is 3 to 10 times smaller than AdamW's, and a decay larger by as much.
 *
 * @param learningRate at least 0
 * @param beta1 of the direction, in [0, 1)
 * @param beta2 of the momentum, in [0, 1)
 * @param weightDecay decoupled; at least 0
 */
@Card(
        name = "lion",
        title = "Lion",
        paper = "Chen et al., NeurIPS 2023, arXiv 2302.06675",
        formula = "w = (1 - rate weightDecay) w - rate sign(beta1 m + (1 - beta1) g); m = beta2 m + (1 - beta2) g",
        forwards = 1,
        backwards = 1,
        points = 1,
        memory = 1,
        confidence = Confidence.HIGH,
        note = "the paper's algorithm 2")
public record Lion(
        @Origin("google/automl, lion/lion_pytorch.py") double learningRate,
        @Origin("arXiv 2302.06675, algorithm 2") @Range("[0, 1)") double beta1,
        @Origin("arXiv 2302.06675, algorithm 2") @Range("[0, 1)") double beta2,
        @Origin("google/automl, lion/lion_pytorch.py") double weightDecay) implements BaseOptimizer {
    private static final String MOMENTUM = "momentum";

    /** @throws OptionException if a number is out of its range */
    public Lion {
        OptionException.check(Lion.class, learningRate, beta1, beta2, weightDecay);
    }

    /** Learning rate 0.0001, betas 0.9 and 0.99, no decay. */
    public static Lion defaults() {
        return of(1e-4);
    }

    /** The defaults with another learning rate. */
    public static Lion of(double learningRate) {
        return new Lion(learningRate, 0.9, 0.99, 0);
    }

    @Override
    public List<String> memory() {
        return List.of(MOMENTUM);
    }

    @Override
    public String velocity() {
        return MOMENTUM;
    }

    @Override
    public void update(Update u) {
        for (Update.Run run : u.runs()) {
            u.points().lion(run.of(u.weights()), run.of(u.gradient()), run.of(u.memory(MOMENTUM)), u.learningRate() * run.rate(), beta1,
                    beta2, weightDecay * run.decay());
        }
    }
}
