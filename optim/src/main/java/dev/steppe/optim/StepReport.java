package dev.steppe.optim;

import java.util.Map;

/**
 * What one training step saw. With g = g(w) the gradient at the weights before the step, and w + e the first place away from them where a gradient was
 * taken. Without such a place (a plain optimizer, a step that skips it) the perturbation is 0, the cosine 1 and the sharpness 0. If the step worked on
 * shards, means over them.
 *
 * @param step number of the step, from 0
 * @param loss of the batch at the first evaluation: L(w)
 * @param gradientNorm |g|, before clipping
 * @param updateNorm norm of the gradient that the base optimizer was given, after clipping
 * @param perturbationNorm |e|, Euclidean
 * @param cosine of the angle between g and g(w + e); 1 if one of them is 0
 * @param sharpness L(w + e) - L(w)
 * @param forwards examples that went forward, divided by the size of the batch
 * @param backwards examples that went backward, divided by the size of the batch
 * @param learningRate of this step, scheduled
 * @param extra what the variant adds, by name
 */
public record StepReport(long step, double loss, double gradientNorm, double updateNorm, double perturbationNorm, double cosine,
        double sharpness,
        double forwards, double backwards, double learningRate, Map<String, Double> extra) {
    /** The map is copied. */
    public StepReport {
        extra = Map.copyOf(extra);
    }
}
