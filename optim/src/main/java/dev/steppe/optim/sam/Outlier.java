package dev.steppe.optim.sam;

import dev.steppe.optim.OptionException;
import dev.steppe.optim.SamStep;

/** The gate of AE-SAM (arXiv 2304.14647): is the gradient long, seen against its running mean and variance? */
final class Outlier {
    private Outlier() {
    }

    /** @throws OptionException if between the thresholds there is no number: both infinite, with different signs */
    static void check(String owner, double lambda1, double lambda2) {
        OptionException.require(!Double.isNaN((lambda1 + lambda2) / 2), owner, "lambda2", lambda2,
                "finite or " + lambda1 + ", as lambda1 is");
    }

    /** {@code |g|^2 >= mu + c sqrt(var)}, mu and var being those after this step. */
    static boolean is(SamStep step, double delta, double lambda1, double lambda2) {
        double q = step.gradient().norm() * step.gradient().norm();
        double mean = step.memory("mean", Double.NaN);
        double variance = step.memory("variance", 0);
        if (Double.isNaN(mean)) {
            mean = q;
        } else {
            mean = delta * mean + (1 - delta) * q;
            variance = delta * variance + (1 - delta) * (q - mean) * (q - mean);
        }
        step.remember("mean", mean);
        step.remember("variance", variance);
        double c = lambda1 == lambda2 ? lambda1 : threshold(step.progress(), lambda1, lambda2);
        boolean outlier = q >= (Double.isInfinite(c) ? c : mean + c * Math.sqrt(variance));
        step.report("sam", outlier ? 1 : 0);
        return outlier;
    }

    /** What has no weight does not count, however large: 0 times infinity is no number. */
    private static double threshold(double t, double lambda1, double lambda2) {
        return t == 0 ? lambda2 : t == 1 ? lambda1 : t * lambda1 + (1 - t) * lambda2;
    }
}
