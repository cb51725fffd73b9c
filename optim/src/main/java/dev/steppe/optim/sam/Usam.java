package dev.steppe.optim.sam;

import dev.steppe.optim.Card;
import dev.steppe.optim.Confidence;
import dev.steppe.optim.OptionException;
import dev.steppe.optim.Origin;
import dev.steppe.optim.Perturbation;
import dev.steppe.optim.SamStep;
import dev.steppe.optim.SamVariant;

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
        OptionException.requireLength("usam", "rho", rho);
    }

    /** Factor 0.05. */
    public static Usam defaults() {
        return new Usam(0.05);
    }

    /** This variant with another factor. */
    public Usam rho(double rho) {
        return new Usam(rho);
    }

    @Override
    public Perturbation perturbation(SamStep step) {
        return step.along(rho, step.gradient().vector());
    }
}
