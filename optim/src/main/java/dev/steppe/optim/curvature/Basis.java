package dev.steppe.optim.curvature;

import dev.steppe.core.Points;
import dev.steppe.core.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Points of length 1, orthogonal to each other. */
final class Basis {
    private final Points points;
    private final List<Tensor> vectors = new ArrayList<>();

    Basis(Points points) {
        this.points = points;
    }

    int size() {
        return vectors.size();
    }

    Tensor get(int i) {
        return vectors.get(i);
    }

    /** Takes a vector that is already normalised and orthogonal to the others. */
    void add(Tensor unit) {
        vectors.add(unit);
    }

    /**
     * {@code x -= Q Q' x}, twice: once leaves what rounding made of cancelled digits, twice is enough (Parlett, The Symmetric Eigenvalue Problem, section 6.9).
     *
     * @return the norm of what is left
     */
    double project(Tensor x) {
        for (int pass = 0; pass < 2; pass++) {
            for (Tensor q : vectors) {
                points.axpy(-points.dot(q, x), q, x);
            }
        }
        return points.norm(x);
    }

    /**
     * Adds the direction in which x leaves the span; x is overwritten with it.
     *
     * @param negligible which part of the length of x is nothing but rounding
     * @return whether there is one
     */
    boolean extend(Tensor x, double negligible) {
        double before = points.norm(x);
        double left = project(x);
        if (!(left > negligible * before)) { return false; }
        points.scale(1 / left, x, x);
        vectors.add(x);
        return true;
    }

    /** {@code out = sum of coefficients[i] q_i}. */
    void combine(double[] coefficients, Tensor out) {
        points.scale(0, out, out);
        for (int i = 0; i < vectors.size(); i++) {
            points.axpy(coefficients[i], vectors.get(i), out);
        }
    }
}
