package dev.steppe.train;

import dev.steppe.core.FormatException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What one epoch gave: a line of {@code metrics.jsonl}, whose keys are the names of these components. What was not measured is NaN, and null in JSON.
 *
 * @param epoch from 1
 * @param step how many training steps were done in all, this epoch included
 * @param learningRate of the last step
 * @param trainLoss mean loss of the training examples, each as it was when its step began
 * @param gradientNorm mean over the steps of the global L2 norm of the gradient
 * @param perturbationNorm mean over the steps of the norm of the perturbation
 * @param sharpness mean over the steps of the loss at the perturbed weights minus the loss at the weights
 * @param cosine mean over the steps of the cosine between the gradients at both
 * @param forwards mean over the steps of how many times an example of the batch went forward
 * @param backwards the same backward
 * @param testLoss mean loss of the test examples
 * @param testAccuracy share of test examples whose class was predicted, from 0 to 1
 * @param testTop5 share of test examples whose class was among the five most likely
 * @param testAccuracyPerClass one share for each class
 * @param trainSeconds spent on training steps
 * @param testSeconds spent on the evaluation
 * @param imagesPerSecond training examples per second of training
 * @param extra numbers of the program's own, see {@link Trainer#metric}
 */
public record EpochReport(int epoch, long step, double learningRate, double trainLoss, double gradientNorm, double perturbationNorm,
        double sharpness, double cosine, double forwards, double backwards, double testLoss, double testAccuracy, double testTop5,
        List<Double> testAccuracyPerClass, double trainSeconds,
        double testSeconds,
        double imagesPerSecond, Map<String, Double> extra) {
    /** Copies the lists. */
    public EpochReport {
        testAccuracyPerClass = List.copyOf(testAccuracyPerClass);
        extra = Collections.unmodifiableMap(new LinkedHashMap<>(extra));
    }

    /** The components as a JSON object, see {@link Json}. */
    public Map<String, Object> toMap() {
        return Records.toMap(this);
    }

    /**
     * The report that {@link #toMap} gave.
     *
     * @param source the file, as the user would name it
     * @throws FormatException if a component is missing or of another type
     */
    public static EpochReport of(Map<String, ?> map, String source) throws FormatException {
        return Records.of(EpochReport.class, map, source);
    }
}
