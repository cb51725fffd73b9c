package dev.steppe.optim.sharpness;

import dev.steppe.core.Tensor;
import dev.steppe.optim.OptionException;
import dev.steppe.optim.curvature.LossSurface;

/**
 * Epsilon-sharpness (Keskar, Mudigere, Nocedal, Smelyanskiy, Tang, ICLR 2017, arXiv 1609.04836, equation 4, with A the identity):
 * {@code 100 (max of L(w + e) - L(w)) / (1 + L(w))} over the box {@code |e_i| <= epsilon (|w_i| + 1)}. The paper searches with 10 iterations of L-BFGS-B; here it is
 * projected ascent along signs, whose first step leads to the corner that the gradient names. {@code steps} gradients and a forward.
 *
 * @param epsilon relative size of the box, finite and at least 0; 0.001 and 0.0005 in the paper
 * @param steps of ascent, at least 1
 */
public record EpsilonSharpness(double epsilon, int steps) implements SharpnessMeasure {
    /** @throws OptionException if a number is out of its range */
    public EpsilonSharpness {
        OptionException.requireLength("epsilon-sharpness", "epsilon", epsilon);
        OptionException.require(steps >= 1, "epsilon-sharpness", "steps", steps, "at least 1");
    }

    /** The larger box of the paper, 0.001, and its 10 iterations. */
    public static EpsilonSharpness defaults() {
        return new EpsilonSharpness(1e-3, 10);
    }

    /** With another box. */
    public EpsilonSharpness epsilon(double epsilon) {
        return new EpsilonSharpness(epsilon, steps);
    }

    @Override
    public String name() {
        return "epsilon-sharpness";
    }

    @Override
    public String meaning() {
        return "100 (max L(w + e) - L(w)) / (1 + L(w)) over |e_i| <= epsilon (|w_i| + 1)";
    }

    @Override
    public double radius() {
        return epsilon;
    }

    @Override
    public Sharpness of(LossSurface surface) {
        Visit visit = new Visit(surface, this, steps + 1);
        Tensor box = visit.blank();
        for (int i = 0; i < box.size(); i++) {
            box.span().set(i, epsilon * (Math.abs(visit.weights().get(i)) + 1));
        }
        double highest = new ProjectedAscent(visit.inUnits(box), new ProjectedAscent.Box(), 1, steps).extreme(0);
        return visit.found(100 * (highest - visit.loss()) / (1 + visit.loss()), Double.NaN);
    }
}
