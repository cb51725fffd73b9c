package dev.steppe.optim.curvature;

import dev.steppe.core.RandomKey;
import dev.steppe.core.Points;
import dev.steppe.core.Tensor;
import dev.steppe.optim.OptionException;
import java.util.List;

/**
 * Power iteration (Golub and Van Loan, Matrix Computations, 4th edition, section 8.2.1): the eigenvalue of largest absolute value, with its sign, as the Rayleigh
 * quotient {@code v' A v}. Slower than {@link Lanczos} by far; holds 2 points. PyHessian's method and default.
 *
 * @param iterations products at most, at least 1
 * @param tolerance stops as soon as the residual is at most this part of the eigenvalue
 */
public record PowerIteration(int iterations, double tolerance) {
    /** @throws OptionException if a number is out of its range */
    public PowerIteration {
        OptionException.require(iterations >= 1, "poweriteration", "iterations", iterations, "at least 1");
        OptionException.requireLength("poweriteration", "tolerance", tolerance);
    }

    /** At most 100 products, to a relative residual of 0.001. */
    public static PowerIteration defaults() {
        return new PowerIteration(100, 1e-3);
    }

    Eigenpairs run(Work work, RandomKey key) {
        Points points = work.points();
        Tensor v = work.take();
        Tensor product = work.take();
        work.normal(key.fold(0), v);
        points.scale(1 / points.norm(v), v, v);
        Eigenpair pair;
        for (int i = 0;; i++) {
            work.times(v, product);
            double value = points.dot(v, product);
            double length = points.norm(product);
            points.axpy(-value, v, product);
            double residual = points.norm(product);
            pair = new Eigenpair(value, v, residual);
            if (i == iterations - 1 || residual <= tolerance * Math.abs(value) || length == 0) { break; }
            points.combine(1 / length, product, value / length, v, v);
        }
        return new Eigenpairs(pair.value() >= 0 ? List.of(pair) : List.of(), pair.value() < 0 ? List.of(pair) : List.of(), work.products(),
                work.vectors(), work.provenance(key));
    }
}
