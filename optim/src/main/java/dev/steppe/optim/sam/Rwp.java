package dev.steppe.optim.sam;

import dev.steppe.optim.*;

/**
 * Random weight perturbation (Li, Tao, Yan, Lei, Wu, Fang, He, Huang, TMLR 2024, arXiv 2404.00357; nblt/RWP): {@code e = z}, and each filter f of z is normal with standard deviation
 * {@code sigma |w_f|} (tensors of one dimension: sigma times the norm of the whole tensor). The base optimizer gets {@code g(w + e)}: one gradient per step.
 *
 * @param sigma noise in units of the filters, at least 0; 0: the base optimizer alone
 * @param noise where the numbers come from
 */
@Card(
        name = "rwp",
        title = "Random weight perturbation",
        paper = "Li, Tao, Yan, Lei, Wu, Fang, He, Huang, TMLR 2024, arXiv 2404.00357",
        formula = "e_f = sigma |w_f| z for each filter f, z normal; w = base(w, g(w + e))",
        forwards = 1,
        backwards = 1,
        confidence = Confidence.HIGH,
        note = "official code read; trajectory of this form")
public record Rwp(
        @Origin("nblt/RWP, gamma") double sigma,
        @Origin("nblt/RWP: normal") Noise noise) implements SamVariant {
    /** @throws OptionException if a number is out of its range */
    public Rwp {
        OptionException.check(Rwp.class, sigma, noise);
    }

    /** Sigma 0.01, normal noise. */
    public static Rwp defaults() {
        return new Rwp(0.01, Noise.Normal.defaults());
    }

    @Override
    public Perturbation perturbation(SamStep step) {
        return step.along(1, FilterNoise.scale(step, sigma, noise.draw(step, 0)));
    }
}
