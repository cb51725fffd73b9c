package dev.steppe.optim.base;

import dev.steppe.core.Tensor;
import dev.steppe.optim.*;
import java.util.List;

/**
 * LAMB, layer-wise adaptive moments for large batches (You et al., ICLR 2020, arXiv 1904.00962, algorithm 2): with m and v as Adam's, for each tensor {@code u =
 * (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon) + decay w}; {@code w -= rate phi(|w|) / |u| u}, where {@code phi(z) = min(max(z, least), most)}. A
 * tensor whose {@code |w|} or {@code |u|} is 0 moves by {@code rate u}, as NVIDIA's FusedLAMB has it.
 *
 * @param learningRate at least 0
 * @param beta1 in [0, 1)
 * @param beta2 in [0, 1)
 * @param epsilon at least 0
 * @param weightDecay part of the direction; at least 0
 * @param least lower bound of phi, at least 0
 * @param most upper bound of phi, at least {@code least}
 */
@Card(
        name = "lamb",
        title = "Layer-wise adaptive moments",
        paper = "You et al., ICLR 2020, arXiv 1904.00962",
        formula = "for each tensor u = Adam's direction + weightDecay w; w -= rate phi(|w|) / |u| u",
        forwards = 1,
        backwards = 1,
        points = 1,
        memory = 2,
        confidence = Confidence.HIGH,
        note = "the paper's algorithm 2; phi clamps to [least, most]; tensors of norm 0 as in NVIDIA's FusedLAMB")
public record Lamb(
        @Origin("NVIDIA apex, FusedLAMB") double learningRate,
        @Origin("NVIDIA apex, FusedLAMB") @Range("[0, 1)") double beta1,
        @Origin("NVIDIA apex, FusedLAMB") @Range("[0, 1)") double beta2,
        @Origin("NVIDIA apex, FusedLAMB") double epsilon,
        @Origin("NVIDIA apex, FusedLAMB") double weightDecay,
        @Origin("NVIDIA apex, FusedLAMB: phi(z) = z") double least,
        @Origin("NVIDIA apex, FusedLAMB: phi(z) = z") @Range("[0, inf]") double most) implements BaseOptimizer {
    private static final String MEAN = "mean";
    private static final String SQUARE = "square";

    /** @throws OptionException if a number is out of its range */
    public Lamb {
        OptionException.check(Lamb.class, learningRate, beta1, beta2, epsilon, weightDecay, least, most);
        OptionException.require(most >= least, "lamb", "most", most, "at least " + least);
    }

    /** Learning rate 0.001, betas 0.9 and 0.999, epsilon 1e-6, decay 0.01, phi unclipped. */
    public static Lamb defaults() {
        return of(1e-3);
    }

    /** The defaults with another learning rate. */
    public static Lamb of(double learningRate) {
        return new Lamb(learningRate, 0.9, 0.999, 1e-6, 1e-2, 0, Double.POSITIVE_INFINITY);
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
        Tensor direction = u.blank();
        for (Update.Run run : u.tensors()) {
            Tensor w = run.of(u.weights());
            Tensor d = run.of(direction);
            u.points().lamb(w, run.of(u.gradient()), run.of(u.memory(MEAN)), run.of(u.memory(SQUARE)), d, beta1, beta2, epsilon,
                    weightDecay * run.decay(), correction1, correction2);
            u.points().axpy(-u.learningRate() * run.rate() * trust(u.points().norm(w), u.points().norm(d)), d, w);
        }
    }

    private double trust(double weights, double direction) {
        return weights == 0 || direction == 0 ? 1 : Math.min(Math.max(weights, least), most) / direction;
    }
}
