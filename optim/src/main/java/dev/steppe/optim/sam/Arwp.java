package dev.steppe.optim.sam;

import dev.steppe.core.Tensor;
import dev.steppe.optim.*;

/**
 * Adaptive random weight perturbation (Li, Tao, Yan, Lei, Wu, Fang, He, Huang, TMLR 2024, arXiv 2404.00357; nblt/mARWP): the noise of {@linkplain Rwp RWP}, smaller where gradients
 * were large. {@code e = z / sqrt(1 + eta F_f)}, F_f being the sum of F over a filter (the element itself in a tensor of one dimension);
 * {@code F <- beta F + g(w + e)^2}, from 0, after use. The base optimizer gets {@code g(w + e)}: one gradient per step.
 *
 * @param sigma noise in units of the filters, at least 0
 * @param eta weight of F, at least 0; 0: RWP
 * @param beta how long squares are remembered, in [0, 1)
 * @param noise where the numbers come from
 */
@Card(
        name = "arwp",
        title = "Adaptive random weight perturbation",
        paper = "Li, Tao, Yan, Lei, Wu, Fang, He, Huang, TMLR 2024, arXiv 2404.00357",
        formula = "e_f = sigma |w_f| z / sqrt(1 + eta F_f), F = beta F + g^2; w = base(w, g(w + e))",
        forwards = 1,
        backwards = 1,
        points = 4,
        memory = 1,
        confidence = Confidence.HIGH,
        note = "official code read; trajectory of this form")
public record Arwp(
        @Origin("nblt/mARWP") double sigma,
        @Origin("nblt/mARWP") double eta,
        @Origin("nblt/mARWP") @Range("[0, 1)") double beta,
        @Origin("nblt/mARWP: normal") Noise noise) implements SamVariant {
    private static final String SQUARES = "squares";

    /** @throws OptionException if a number is out of its range */
    public Arwp {
        OptionException.check(Arwp.class, sigma, eta, beta, noise);
    }

    /** Sigma 0.015, eta 0.1, beta 0.99, normal noise. */
    public static Arwp defaults() {
        return new Arwp(0.015, 0.1, 0.99, Noise.Normal.defaults());
    }

    @Override
    public Perturbation perturbation(SamStep step) {
        Tensor z = FilterNoise.scale(step, sigma, noise.draw(step, 0));
        Tensor squares = step.memory(SQUARES);
        return step.along(1, squares == null ? z : FilterNoise.dampen(step, eta, squares, z));
    }

    @Override
    public Tensor gradient(SamStep step) {
        Tensor g = step.gradientAt(perturbation(step)).vector();
        remember(step, g);
        return g;
    }

    /** {@code F <- beta F + g^2}. */
    void remember(SamStep step, Tensor g) {
        Tensor next = step.blank();
        step.points().multiply(1, g, g, next);
        if (step.memory(SQUARES) != null) {
            step.points().axpy(beta, step.memory(SQUARES), next);
        }
        step.remember(SQUARES, next);
    }
}
