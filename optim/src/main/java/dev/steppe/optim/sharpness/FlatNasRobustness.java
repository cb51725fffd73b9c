package dev.steppe.optim.sharpness;

import dev.steppe.core.Tensor;
import dev.steppe.optim.OptionException;
import dev.steppe.optim.curvature.LossSurface;
import dev.steppe.optim.curvature.Moments;

/**
 * The robustness of FlatNAS (Gambella, Pittorino, Roveri 2024, arXiv 2402.19102): the mean of {@code |q(w + sigma z * w) - q(w)|} over draws z of standard normal
 * numbers, element-wise, of all parameters; q is the accuracy there. {@code draws + 1} forwards, and one more for the loss
 * where q is the accuracy.
 *
 * @param quantity q; a change of the error is one of the accuracy
 * @param sigma relative size of the noise, finite and at least 0
 * @param draws at least 2
 */
public record FlatNasRobustness(Quantity quantity, double sigma, int draws) implements SharpnessMeasure {
    /** @throws OptionException if a number is out of its range */
    public FlatNasRobustness {
        OptionException.require(quantity != null, "flatnas robustness", "quantity", quantity, "given");
        OptionException.requireLength("flatnas robustness", "sigma", sigma);
        OptionException.require(draws >= 2, "flatnas robustness", "draws", draws, "at least 2, for a standard error");
    }

    /** The accuracy, sigma 0.05, 20 draws: the official code's. */
    public static FlatNasRobustness defaults() {
        return new FlatNasRobustness(Quantity.ERROR, 0.05, 20);
    }

    @Override
    public String name() {
        return "FlatNAS robustness";
    }

    @Override
    public String meaning() {
        String q = quantity == Quantity.LOSS ? "L" : "error";
        return "E |" + q + "(w + sigma z * w) - " + q + "(w)|, z standard normal";
    }

    @Override
    public double radius() {
        return sigma;
    }

    @Override
    public Sharpness of(LossSurface surface) {
        Visit visit = new Visit(surface, this, draws + 2).inUnits(surface.parameters().point());
        Tensor z = visit.blank();
        double before = quantity.atWeights(visit);
        Moments changes = new Moments();
        for (int i = 0; i < draws; i++) {
            visit.normal(i, z);
            changes.add(Math.abs(quantity.change(visit, sigma, z, before)));
        }
        return visit.found(changes.mean(), changes.standardError());
    }
}
