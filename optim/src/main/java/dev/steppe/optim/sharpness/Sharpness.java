package dev.steppe.optim.sharpness;

import dev.steppe.optim.curvature.Provenance;

/**
 * What a measure found.
 *
 * @param measure its name
 * @param meaning the value as a formula; L is the mean loss of the examples, w the weights
 * @param value what it found
 * @param standardError of the value, from the spread of draws or groups; NaN where nothing was drawn, or only once
 * @param radius of the neighbourhood, in the measure's own units; 0 if it has none
 * @param loss at the weights
 * @param forwards passes over all examples
 * @param backwards passes over all examples
 * @param provenance what the number is about
 */
public record Sharpness(String measure, String meaning, double value, double standardError, double radius, double loss, double forwards,
        double backwards, Provenance provenance) {
    @Override
    public String toString() {
        return measure + " " + value + (Double.isNaN(standardError) ? "" : " ± " + standardError);
    }
}
