package dev.steppe.optim.sharpness;

import dev.steppe.core.Tensor;
import dev.steppe.optim.OptionException;
import dev.steppe.optim.curvature.LossSurface;

/**
 * The norm of the gradient, {@code |T g|}: to first order the sharpness per radius, what penalising the gradient norm makes small (Zhao, Zhang, Hu, ICML 2022, arXiv
 * 2202.03599); its square is the flatness term of the PAC-Bayesian bounds of Haddouche et al. (arXiv 2402.08508). One gradient.
 *
 * @param normalisation units of a perturbation
 */
public record GradientNorm(Normalisation normalisation) implements SharpnessMeasure {
    /** @throws OptionException if the units are missing */
    public GradientNorm {
        OptionException.require(normalisation != null, "gradient norm", "normalisation", normalisation, "given");
    }

    /** Without units. */
    public static GradientNorm defaults() {
        return new GradientNorm(Normalisation.NONE);
    }

    @Override
    public String name() {
        return (normalisation == Normalisation.NONE ? "" : "adaptive ") + "gradient norm";
    }

    @Override
    public String meaning() {
        return normalisation == Normalisation.NONE ? "|g|" : "|T g|";
    }

    @Override
    public double radius() {
        return 0;
    }

    @Override
    public Sharpness of(LossSurface surface) {
        Visit visit = new Visit(surface, this, 1).in(normalisation);
        Tensor g = visit.blank();
        visit.gradient(0, null, g);
        return visit.found(visit.points().norm(g), Double.NaN);
    }
}
