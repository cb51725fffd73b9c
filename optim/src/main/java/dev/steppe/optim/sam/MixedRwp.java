package dev.steppe.optim.sam;

import dev.steppe.core.Tensor;
import dev.steppe.optim.*;

/**
 * Mixed random weight perturbation, m-RWP and m-ARWP (Li, Tao, Yan, Lei, Wu, Fang, He, Huang, TMLR 2024, arXiv 2404.00357; nblt/RWP, nblt/mARWP): the base optimizer gets
 * {@code lambda g_2(w + e) + (1 - lambda) g(w)}, two gradients on two different batches: the noisy one on the {@linkplain SamStep#auxiliary auxiliary} batch, the other
 * on the batch of the step. e is the noise of {@linkplain Arwp ARWP} ({@code eta = 0}: of RWP).
 *
 * @param sigma noise in units of the filters, at least 0
 * @param lambda part of the noisy gradient, in [0, 1]
 * @param eta weight of F, at least 0; 0: m-RWP
 * @param beta how long squares are remembered, in [0, 1)
 * @param noise where the numbers come from
 */
@Card(
        name = "mrwp",
        title = "Mixed random weight perturbation",
        paper = "Li, Tao, Yan, Lei, Wu, Fang, He, Huang, TMLR 2024, arXiv 2404.00357",
        formula = "e as arwp; w = base(w, lambda g_2(w + e) + (1 - lambda) g(w)), g_2 on a second batch",
        points = 6,
        memory = 1,
        confidence = Confidence.HIGH,
        note = "official code read; trajectory of this form; needs a second source of batches")
public record MixedRwp(
        @Origin("nblt/mARWP, run_mrwp.sh") double sigma,
        @Origin("nblt/mARWP, run_mrwp.sh") @Range("[0, 1]") double lambda,
        @Origin("nblt/mARWP, run_mrwp.sh") double eta,
        @Origin("nblt/mARWP, run_mrwp.sh") @Range("[0, 1)") double beta,
        @Origin("nblt/mARWP: normal") Noise noise) implements SamVariant {
    /** @throws OptionException if a number is out of its range */
    public MixedRwp {
        OptionException.check(MixedRwp.class, sigma, lambda, eta, beta, noise);
    }

    /** m-ARWP: sigma 0.015, half and half, eta 0.1, beta 0.99, normal noise. */
    public static MixedRwp defaults() {
        return new MixedRwp(0.015, 0.5, 0.1, 0.99, Noise.Normal.defaults());
    }

    @Override
    public Perturbation perturbation(SamStep step) {
        return noisy().perturbation(step);
    }

    @Override
    public Tensor gradient(SamStep step) {
        Tensor clean = step.gradient().vector();
        Tensor up = step.gradientAt(perturbation(step), step.auxiliary()).vector();
        noisy().remember(step, up);
        return step.combine(lambda, up, 1 - lambda, clean);
    }

    private Arwp noisy() {
        return new Arwp(sigma, eta, beta, noise);
    }
}
