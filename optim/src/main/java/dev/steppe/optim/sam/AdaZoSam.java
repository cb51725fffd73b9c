package dev.steppe.optim.sam;

import dev.steppe.core.Tensor;
import dev.steppe.optim.*;

/**
 * AdaZo-SAM (Refael, Arbel, Lindenbaum, Tirer, arXiv 2502.19571): the direction of ascent from losses alone, so one gradient per step.
 * {@code d = 1/q sum_j (L(w + mu u_j) - L(w - mu u_j)) / (2 mu) u_j} with q random probes u_j; {@code e = rho d / (|d| + epsilon)}; the base optimizer (Adam in
 * the paper) gets {@code g(w + e)}. Probes are drawn again rather than kept.
 *
 * <p>Confidence: inferred, there is no official code. One page of documentation writes a leading minus; ascent needs a plus.
 *
 * @param rho radius of the ball, at least 0
 * @param mu length of a probe, greater than 0
 * @param probes q, at least 1
 * @param epsilon guard of the norm, at least 0
 * @param noise where the probes come from
 */
@Card(
        name = "adazosam",
        title = "Zeroth-order adaptive SAM",
        paper = "Refael, Arbel, Lindenbaum, Tirer, arXiv 2502.19571",
        formula = "d = mean of (L(w + mu u) - L(w - mu u)) / (2 mu) u over random u; e = rho d / |d|; w = base(w, g(w + e))",
        forwards = 3,
        backwards = 1,
        points = 4,
        confidence = Confidence.LOW,
        note = "inferred: sign and probes; no official code")
public record AdaZoSam(
        @Origin("arXiv 2010.01412, section 3.1: the radius of SAM") double rho,
        @Origin("a third party's code; inferred") @Range("(0, inf)") double mu,
        @Origin("a third party's code; inferred") @Range("[1, inf)") int probes,
        @Origin("davda54/sam") double epsilon,
        @Origin("arXiv 2502.19571: normal") Noise noise) implements SamVariant {
    /** @throws OptionException if a number is out of its range */
    public AdaZoSam {
        OptionException.check(AdaZoSam.class, rho, mu, probes, epsilon, noise);
    }

    /** Radius 0.05, one normal probe of length 0.001. */
    public static AdaZoSam defaults() {
        return new AdaZoSam(0.05, 1e-3, 1, 1e-12, Noise.Normal.defaults());
    }

    @Override
    public Perturbation perturbation(SamStep step) {
        return step.ball(Probes.direction(step, probes, mu, noise), rho, epsilon);
    }
}
