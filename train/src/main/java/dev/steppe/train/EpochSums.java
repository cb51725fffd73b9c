package dev.steppe.train;

import dev.steppe.optim.StepReport;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What the steps of an epoch have added up to so far. A value, so that an epoch that is saved in its middle goes on with the same bits.
 *
 * @param steps how many
 * @param examples of all steps
 * @param loss sum over the examples
 * @param gradientNorm sum over the steps, like the next five
 * @param learningRate of the last step
 * @param seconds spent
 * @param extra sums over the steps
 */
record EpochSums(long steps, long examples, double loss, double gradientNorm, double perturbationNorm, double sharpness, double cosine,
        double forwards, double backwards, double learningRate, double seconds, Map<String, Double> extra) {
    static final EpochSums NONE = new EpochSums(0, 0, 0, 0, 0, 0, 0, 0, 0, Double.NaN, 0, Map.of());

    EpochSums plus(StepReport step, int batch, double stepSeconds) {
        Map<String, Double> sums = new LinkedHashMap<>(extra);
        step.extra().forEach((name, value) -> sums.merge(name, value, Double::sum));
        return new EpochSums(steps + 1, examples + batch, loss + batch * step.loss(), gradientNorm + step.gradientNorm(),
                perturbationNorm + step.perturbationNorm(), sharpness + step.sharpness(), cosine + step.cosine(),
                forwards + step.forwards(), backwards + step.backwards(), step.learningRate(),
                seconds + stepSeconds,
                sums);
    }

    /** Means of what the variant added to its reports. */
    Map<String, Double> extraMeans() {
        Map<String, Double> means = new LinkedHashMap<>();
        extra.forEach((name, sum) -> means.put(name, sum / steps));
        return means;
    }
}
