package dev.steppe.optim.sharpness;

import dev.steppe.core.Tensor;
import dev.steppe.optim.OptionException;
import dev.steppe.optim.curvature.LossSurface;
import dev.steppe.optim.curvature.Moments;

/**
 * The low-pass filter measure (Bisla, Wang, Choromanska, AISTATS 2022, arXiv 2201.08025, section 3): the loss convolved with a Gaussian,
 * {@code E L(w + sigma T z)}, z standard normal. The smoothed loss itself, not its rise: {@link AverageSharpness} subtracts the loss at w. Draws in pairs
 * {@code ± z}; {@code 2 pairs + 1} forwards.
 *
 * @param sigma standard deviation, finite and at least 0
 * @param pairs of draws, at least 2
 * @param normalisation units of the perturbation; {@link Normalisation.Filterwise} is how LPF-SGD draws its noise
 */
public record LowPassFilter(double sigma, int pairs, Normalisation normalisation) implements SharpnessMeasure {
    /** @throws OptionException if a number is out of its range */
    public LowPassFilter {
        OptionException.requireLength("low-pass filter", "sigma", sigma);
        OptionException.require(pairs >= 2, "low-pass filter", "pairs", pairs, "at least 2, for a standard error");
        OptionException.require(normalisation != null, "low-pass filter", "normalisation", normalisation, "given");
    }

    /** 10 pairs of draws, without units. */
    public static LowPassFilter of(double sigma) {
        return new LowPassFilter(sigma, 10, Normalisation.NONE);
    }

    /** With another number of draws. */
    public LowPassFilter pairs(int pairs) {
        return new LowPassFilter(sigma, pairs, normalisation);
    }

    /** In other units. */
    public LowPassFilter in(Normalisation normalisation) {
        return new LowPassFilter(sigma, pairs, normalisation);
    }

    @Override
    public String name() {
        return (normalisation == Normalisation.NONE ? "" : "adaptive ") + "low-pass filter";
    }

    @Override
    public String meaning() {
        return "E L(w + sigma " + (normalisation == Normalisation.NONE ? "" : "T ") + "z), z standard normal";
    }

    @Override
    public double radius() {
        return sigma;
    }

    @Override
    public Sharpness of(LossSurface surface) {
        Visit visit = new Visit(surface, this, 2 * pairs + 1).in(normalisation);
        Tensor z = visit.blank();
        Moments losses = new Moments();
        for (int i = 0; i < pairs; i++) {
            visit.normal(i, z);
            losses.add((visit.loss(sigma, z) + visit.loss(-sigma, z)) / 2);
        }
        return visit.found(losses.mean(), losses.standardError());
    }
}
