package dev.steppe.optim.sam;

import dev.steppe.optim.*;

/**
 * SAM without normalisation (Andriushchenko, Flammarion, ICML 2022, arXiv 2206.06232, and others): {@code e = rho g}; the base optimizer gets
 * {@code g(w + e)}. 2 passes, no state. Far from a minimum the perturbation is long, near it short: the radius must be tuned anew. Confidence high: official
 * code read and run.
 *
 * @param rho factor on the gradient, at least 0
 */
@Card(
        name = "usam",
        title = "Unnormalised sharpness-aware minimization",
        paper = "Andriushchenko, Flammarion, ICML 2022, arXiv 2206.06232",
        formula = "e = rho g; w = base(w, g(w + e))",
        confidence = Confidence.HIGH,
        note = "official code read and run; no default of rho is published")
public record Usam(
        @Origin("none published (tml-epfl/understanding-sam: 0, off); SAM's radius, for gradients of norm 1") double rho)
        implements
            SamVariant {
    /** @throws OptionException if the number is out of its range */
    public Usam {
        OptionException.check(Usam.class, rho);
    }

    /** Factor 0.05. */
    public static Usam defaults() {
        return new Usam(0.05);
    }

    @Override
    public Perturbation perturbation(SamStep step) {
        return step.along(rho, step.gradient().vector());
    }
}
