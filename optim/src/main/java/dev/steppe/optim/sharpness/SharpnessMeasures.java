package dev.steppe.optim.sharpness;

import java.util.List;

/** The measures of this package, with their defaults. */
public final class SharpnessMeasures {
    private SharpnessMeasures() {
    }

    /**
     * Every measure at a radius, for a table: the ascent of SAM with one and with three steps, worst case, averages, m-sharpness, the three of BSAM, the adaptive forms, and
     * those with a size of their own (low-pass filter, PAC-Bayes sigma, epsilon-sharpness, gradient norm, robustness). About 200 forwards and 50 backwards.
     *
     * @param rho radius of balls, for example SAM's; what is Gaussian gets {@code rho / sqrt(n)} for each of n parameters, so that draws are about as long
     * @param adaptiveRho radius of adaptive balls, about ten times as large for ASAM
     * @param parameters n
     * @param m examples per group of m-sharpness
     */
    public static List<SharpnessMeasure> standard(double rho, double adaptiveRho, int parameters, int m) {
        Normalisation t = Normalisation.adaptive();
        double sigma = rho / Math.sqrt(parameters);
        double adaptiveSigma = adaptiveRho / Math.sqrt(parameters);
        return List.of(AscentSharpness.of(rho), AscentSharpness.of(rho).steps(3), WorstCaseSharpness.of(rho),
                AverageSharpness.gaussian(sigma),
                AverageSharpness.sphere(rho), MSharpness.of(m, rho),
                BilateralSharpness.of(rho).part(BilateralSharpness.Part.MAX), BilateralSharpness.of(rho).part(BilateralSharpness.Part.MIN),
                BilateralSharpness.of(rho),
                AscentSharpness.of(adaptiveRho).in(t), WorstCaseSharpness.of(adaptiveRho).in(t),
                AverageSharpness.gaussian(adaptiveSigma).in(t),
                new MSharpness(m, AscentSharpness.of(adaptiveRho).in(t)), LowPassFilter.of(sigma), PacBayesSigma.defaults(),
                PacBayesSigma.defaults().in(t), EpsilonSharpness.defaults(), GradientNorm.defaults(), new GradientNorm(t),
                FlatNasRobustness.defaults());
    }
}
