package dev.steppe.optim.sharpness;

import dev.steppe.core.Tensor;
import dev.steppe.optim.OptionException;
import dev.steppe.optim.curvature.LossSurface;

/**
 * What SAM sees: the rise of the loss along the gradient (Foret, Kleiner, Mobahi, Neyshabur, ICLR 2021, arXiv 2010.01412, equation 2):
 * {@code L(w + rho g / |g|) - L(w)}; the ascent-direction sharpness of Wen, Ma, Li (ICLR 2023, arXiv 2211.05729, definition 4.1). With n steps (Andriushchenko and
 * Flammarion, ICML 2022, arXiv 2206.06232): n times {@code e += rho / n g(w + e) / |g(w + e)|}, without projection, as the variant {@code multistep}. In units of T
 * (ASAM): {@code e += rho / n T^2 g / |T g|}. Where the gradient is 0 there is no ascent. n gradients and one forward.
 *
 * @param rho radius, finite and at least 0
 * @param steps of ascent, at least 1
 * @param normalisation units of the perturbation
 */
public record AscentSharpness(double rho, int steps, Normalisation normalisation) implements SharpnessMeasure {
    /** @throws OptionException if a number is out of its range */
    public AscentSharpness {
        OptionException.requireLength("ascent sharpness", "rho", rho);
        OptionException.require(steps >= 1, "ascent sharpness", "steps", steps, "at least 1");
        OptionException.require(normalisation != null, "ascent sharpness", "normalisation", normalisation, "given");
    }

    /** One step, without units: SAM's. */
    public static AscentSharpness of(double rho) {
        return new AscentSharpness(rho, 1, Normalisation.NONE);
    }

    /** With another number of steps. */
    public AscentSharpness steps(int steps) {
        return new AscentSharpness(rho, steps, normalisation);
    }

    /** In other units. */
    public AscentSharpness in(Normalisation normalisation) {
        return new AscentSharpness(rho, steps, normalisation);
    }

    @Override
    public String name() {
        return (normalisation == Normalisation.NONE ? "" : "adaptive ") + "ascent sharpness" + (steps == 1 ? "" : ", " + steps + " steps");
    }

    @Override
    public String meaning() {
        String g = normalisation == Normalisation.NONE ? "g / |g|" : "T^2 g / |T g|";
        return steps == 1 ? "L(w + rho " + g + ") - L(w)" : "L(w + e) - L(w), " + steps + " times e += rho / " + steps + " " + g;
    }

    @Override
    public double radius() {
        return rho;
    }

    @Override
    public Sharpness of(LossSurface surface) {
        Visit visit = new Visit(surface, this, steps + 1).in(normalisation);
        Tensor u = visit.blank();
        Tensor g = visit.blank();
        for (int i = 0; i < steps; i++) {
            visit.gradient(i == 0 ? 0 : 1, u, g);
            double norm = visit.points().norm(g);
            if (norm > 0) {
                visit.points().axpy(rho / steps / norm, g, u);
            }
        }
        return visit.found(visit.loss(1, u) - visit.loss(), Double.NaN);
    }
}
