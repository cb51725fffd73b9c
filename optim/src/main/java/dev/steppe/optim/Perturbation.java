package dev.steppe.optim;

import dev.steppe.core.Tensor;

/** Where to evaluate, seen from the weights: {@code e = scale * direction}. Made by {@link SamStep}; valid during the step. */
public final class Perturbation {
    /** At the weights themselves. */
    public static final Perturbation NONE = new Perturbation(0, null, 0);

    private final double scale;
    private final Tensor direction;
    private final double norm;

    /** @param norm of e, or NaN if it is not known */
    Perturbation(double scale, Tensor direction, double norm) {
        this.scale = scale;
        this.direction = direction;
        this.norm = norm;
    }

    /** The factor on the direction. */
    public double scale() {
        return scale;
    }

    /** The direction, a point to be read only; null at the weights themselves. */
    public Tensor direction() {
        return direction;
    }

    /** The Euclidean norm of e, or NaN if nobody needed it so far. */
    double norm() {
        return norm;
    }
}
