package dev.steppe.optim.sam;

import dev.steppe.core.Tensor;
import dev.steppe.optim.*;

/**
 * SAM with several steps of ascent (Andriushchenko and Flammarion, arXiv 2206.06232), for any variant: {@code e_0 = 0};
 * {@code e_i = e_(i-1) + (1 / n) ascent(g(w + e_(i-1)))}, where the ascent gives the perturbation of its radius for a gradient; the base optimizer gets
 * {@code g(w + e_n)}. n + 1 gradients. n = 1 is the ascent itself, if that gives the base optimizer {@code g(w + e)} as it is.
 *
 * @param n steps of ascent, at least 1
 * @param ascent the perturbation of one step, whose n-th part is taken
 */
@Card(
        name = "multistep",
        title = "SAM with several ascent steps",
        paper = "Andriushchenko, Flammarion, ICML 2022, arXiv 2206.06232",
        formula = "e += (rho / n) g(w + e) / |g(w + e)|, n times; w = base(w, g(w + e))",
        forwards = 3,
        backwards = 3,
        points = 5,
        confidence = Confidence.MEDIUM,
        note = "n steps of rho / n, without projection, as in tml-epfl/understanding-sam; no trajectory")
public record MultiStep(
        @Origin("arXiv 2206.06232: the smallest that differs from SAM") @Range("[1, inf)") int n,
        @Origin("davda54/sam") SamVariant ascent) implements Containing {
    /** @throws OptionException if a number is out of its range */
    public MultiStep {
        OptionException.check(MultiStep.class, n, ascent);
    }

    /** Two steps of SAM. */
    public static MultiStep defaults() {
        return new MultiStep(2, Sam.defaults());
    }

    @Override
    public Perturbation perturbation(SamStep step) {
        SamStep inner = step.nested("ascent");
        Perturbation e = step.scaled(1.0 / n, ascent.perturbation(inner));
        for (int i = 1; i < n; i++) {
            Tensor g = step.gradientAside(e, step.batch()).vector();
            e = step.sum(e, step.scaled(1.0 / n, ascent.perturbation(inner.assuming(g))));
        }
        return e;
    }
}
