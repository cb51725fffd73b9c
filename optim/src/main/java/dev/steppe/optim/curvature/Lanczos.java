package dev.steppe.optim.curvature;

import dev.steppe.core.RandomKey;
import dev.steppe.core.Tensor;
import dev.steppe.optim.OptionException;
import dev.steppe.optim.algebra.Tridiagonal;
import java.util.ArrayList;
import java.util.List;

/**
 * Lanczos' method with full reorthogonalisation: eigenvalues at both ends of the spectrum of a symmetric operator (Golub and Van Loan, Matrix Computations, 4th
 * edition, section 10.3; Lanczos 1950). After k products the basis Q of the Krylov space makes {@code Q' A Q} tridiagonal; the ends of its spectrum are the estimates,
 * and the residual of each comes for free: {@code beta_k |s_k|}, s the eigenvector of the small matrix; it counts from one rounding of a product on, since more the arithmetic cannot tell. Where the space is exhausted before the steps are, it goes on
 * from a fresh random direction, which is how eigenvalues that occur more than once are found again.
 *
 * <p>Holds {@code steps + 1} points and those of the pairs.
 *
 * @param largest how many eigenvalues from the upper end, at least 0
 * @param smallest how many from the lower end, at least 0
 * @param steps products at most, at least {@code largest + smallest}
 * @param tolerance stops as soon as every residual is at most this part of its eigenvalue; 0 makes all steps
 */
public record Lanczos(int largest, int smallest, int steps, double tolerance) {
    /** @throws OptionException if a number is out of its range */
    public Lanczos {
        OptionException.require(largest >= 0, "lanczos", "largest", largest, "at least 0");
        OptionException.require(smallest >= 0, "lanczos", "smallest", smallest, "at least 0");
        OptionException.require(largest + smallest >= 1, "lanczos", "largest + smallest", largest + smallest, "at least 1");
        OptionException.require(steps >= largest + smallest, "lanczos", "steps", steps,
                "at least largest + smallest = " + (largest + smallest));
        OptionException.requireLength("lanczos", "tolerance", tolerance);
    }

    /** As many eigenvalues from each end, in at most 30 steps or 3 for each; stops at relative residuals of 0.001. */
    public static Lanczos of(int largest, int smallest) {
        return new Lanczos(largest, smallest, Math.max(30, 3 * (largest + smallest)), 1e-3);
    }

    /** With another number of steps. */
    public Lanczos steps(int steps) {
        return new Lanczos(largest, smallest, steps, tolerance);
    }

    /** With another tolerance. */
    public Lanczos tolerance(double tolerance) {
        return new Lanczos(largest, smallest, steps, tolerance);
    }

    Eigenpairs run(Work work, RandomKey key) {
        Krylov krylov = new Krylov(work, key, true);
        krylov.start();
        while (krylov.size() < steps && krylov.step() && !(krylov.size() >= largest + smallest && converged(krylov))) {
        }
        Tridiagonal t = krylov.decomposed();
        int n = t.values().length;
        List<Eigenpair> top = new ArrayList<>();
        for (int i = 0; i < Math.min(largest, n); i++) {
            top.add(pair(krylov, t, n - 1 - i, work));
        }
        List<Eigenpair> bottom = new ArrayList<>();
        for (int i = 0; i < Math.min(smallest, n); i++) {
            bottom.add(pair(krylov, t, i, work));
        }
        return new Eigenpairs(top, bottom, work.products(), work.vectors(), work.provenance(key));
    }

    private boolean converged(Krylov krylov) {
        if (tolerance == 0) { return false; }
        Tridiagonal t = krylov.decomposed();
        int n = t.values().length;
        for (int i = 0; i < n; i++) {
            boolean wanted = i < smallest || i >= n - largest;
            if (wanted && !(krylov.residual(t.vectors()[i]) <= tolerance * Math.abs(t.values()[i]))) { return false; }
        }
        return true;
    }

    private static Eigenpair pair(Krylov krylov, Tridiagonal t, int i, Work work) {
        Tensor v = work.take();
        krylov.basis().combine(t.vectors()[i], v);
        return new Eigenpair(t.values()[i], v, krylov.residual(t.vectors()[i]));
    }
}
