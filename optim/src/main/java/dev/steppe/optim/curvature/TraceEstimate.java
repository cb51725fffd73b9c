package dev.steppe.optim.curvature;

/**
 * An estimate of a trace.
 *
 * @param value the estimate
 * @param standardError of it, from the spread of the samples; 0 where nothing was left to chance, NaN where it is not known
 * @param method by which it was made
 * @param samples whose spread gives the error
 * @param products of the operator with a vector, or gradients
 * @param vectors points held at once
 * @param provenance what the number is about
 */
public record TraceEstimate(double value, double standardError, String method, int samples, int products, int vectors,
        Provenance provenance) {
    @Override
    public String toString() {
        return value + " ± " + standardError;
    }
}
