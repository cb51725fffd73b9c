package dev.steppe.optim.curvature;

import dev.steppe.core.Tensor;

/**
 * An eigenvalue and its vector.
 *
 * @param value the estimate
 * @param vector of length 1, a point; its sign is arbitrary
 * @param residual {@code |A v - value v|}: there is an eigenvalue of A at most this far from the value (Parlett, The Symmetric Eigenvalue Problem, section 4.5)
 */
public record Eigenpair(double value, Tensor vector, double residual) {
    /** The residual in units of the value; NaN if both are 0. */
    public double relativeResidual() {
        return residual / Math.abs(value);
    }

    @Override
    public String toString() {
        return value + " ± " + residual;
    }
}
