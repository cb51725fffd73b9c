package dev.steppe.optim.sharpness;

import dev.steppe.core.NonFiniteException;
import dev.steppe.core.Tensor;
import dev.steppe.optim.OptionException;
import dev.steppe.optim.curvature.LossSurface;

/**
 * The sigma of the PAC-Bayesian flatness measures (Jiang, Neyshabur, Mobahi, Krishnan, Bengio, ICLR 2020, arXiv 1912.02178, appendix C.4; Neyshabur et al. 2017, arXiv
 * 1706.08947): the largest sigma for which noise {@code sigma T z}, z standard normal, raises the error (or the loss) by at most a target in the mean; {@code 1 / sigma^2} is their
 * measure of sharpness, and with T = |w| their magnitude-aware one. The same draws, in pairs {@code ± z}, serve for every sigma, so that the mean is a function of it,
 * whose crossing is found by doubling or halving from 0.01 and then bisecting. 0 if even the smallest noise exceeds the target, infinite if the largest does not.
 *
 * @param quantity whose rise is limited
 * @param target the rise, greater than 0; 0.1 in the paper
 * @param pairs of draws, at least 1
 * @param tolerance relative, of sigma, greater than 0
 * @param normalisation units of the noise
 */
public record PacBayesSigma(Quantity quantity, double target, int pairs, double tolerance, Normalisation normalisation)
        implements
            SharpnessMeasure {
    private static final double START = 0.01;
    private static final int MOST_DOUBLINGS = 40;

    /** @throws OptionException if a number is out of its range */
    public PacBayesSigma {
        OptionException.require(quantity != null, "pac-bayes sigma", "quantity", quantity, "given");
        OptionException.require(target > 0 && Double.isFinite(target), "pac-bayes sigma", "target", target, "finite and greater than 0");
        OptionException.require(pairs >= 1, "pac-bayes sigma", "pairs", pairs, "at least 1");
        OptionException.require(tolerance > 0 && Double.isFinite(tolerance), "pac-bayes sigma", "tolerance", tolerance,
                "finite and greater than 0");
        OptionException.require(normalisation != null, "pac-bayes sigma", "normalisation", normalisation, "given");
    }

    /** The error, 0.1, 5 pairs of draws, to 5 %. */
    public static PacBayesSigma defaults() {
        return new PacBayesSigma(Quantity.ERROR, 0.1, 5, 0.05, Normalisation.NONE);
    }

    /** In other units. */
    public PacBayesSigma in(Normalisation normalisation) {
        return new PacBayesSigma(quantity, target, pairs, tolerance, normalisation);
    }

    @Override
    public String name() {
        return (normalisation == Normalisation.NONE ? "" : "adaptive ") + "PAC-Bayes sigma";
    }

    @Override
    public String meaning() {
        String q = quantity == Quantity.LOSS ? "L" : "error";
        return "largest sigma with E " + q + "(w + sigma " + (normalisation == Normalisation.NONE ? "" : "T ") + "z) - " + q + "(w) <= "
                + target
                + "; large is flat";
    }

    @Override
    public double radius() {
        return 0;
    }

    @Override
    public Sharpness of(LossSurface surface) {
        Visit visit = new Visit(surface, this, 0).in(normalisation);
        Tensor z = visit.blank();
        double before = quantity.atWeights(visit);
        double low = START;
        double high = START;
        boolean within = within(visit, z, START, before);
        for (int i = 0; i < MOST_DOUBLINGS && low == high; i++) {
            if (within) {
                high *= 2;
                if (within(visit, z, high, before)) {
                    low = high;
                }
            } else {
                low /= 2;
                if (!within(visit, z, low, before)) {
                    high = low;
                }
            }
        }
        if (low == high) { return visit.found(within ? Double.POSITIVE_INFINITY : 0, Double.NaN); }
        while (high - low > tolerance * low) {
            double middle = low + (high - low) / 2;
            if (middle == low || middle == high) { break; }
            if (within(visit, z, middle, before)) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return visit.found(low, Double.NaN);
    }

    /** Whether the mean rise is at most the target; losses that are not finite are not. */
    private boolean within(Visit visit, Tensor z, double sigma, double before) {
        try {
            double rise = 0;
            for (int i = 0; i < pairs; i++) {
                visit.normal(i, z);
                rise += (quantity.change(visit, sigma, z, before) + quantity.change(visit, -sigma, z, before)) / (2 * pairs);
            }
            return rise <= target;
        } catch (NonFiniteException e) {
            return false;
        }
    }
}
