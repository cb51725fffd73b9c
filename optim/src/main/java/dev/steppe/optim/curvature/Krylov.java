package dev.steppe.optim.curvature;

import dev.steppe.core.RandomKey;
import dev.steppe.core.Tensor;
import dev.steppe.optim.algebra.Tridiagonal;
import java.util.ArrayList;
import java.util.List;

/** The tridiagonal matrix that Lanczos' method makes of an operator, and the basis in which it is. */
final class Krylov {
    private final Work work;
    private final RandomKey key;
    private final boolean restarts;
    private final Basis basis;
    private final List<Double> diagonal = new ArrayList<>();
    private final List<Double> beside = new ArrayList<>();
    /** The direction of the next step, of length 1; null if there is none. */
    private Tensor next;
    private double scale;
    private int starts;

    /** @param restarts whether it goes on in a random direction where the space is exhausted */
    Krylov(Work work, RandomKey key, boolean restarts) {
        this.work = work;
        this.key = key;
        this.restarts = restarts;
        this.basis = new Basis(work.points());
    }

    /** Begins in a random direction, uniform on the sphere. */
    void start() {
        next = fresh();
    }

    /** A random unit vector orthogonal to the basis; null if the basis is complete. */
    private Tensor fresh() {
        if (basis.size() >= work.operator().dimension()) { return null; }
        Tensor v = work.take();
        work.normal(key.fold(starts++), v);
        double norm = basis.project(v);
        if (norm == 0) {
            work.forget(1);
            return null;
        }
        work.points().scale(1 / norm, v, v);
        return v;
    }

    int size() {
        return diagonal.size();
    }

    /** Its points will not be used any more. */
    void release() {
        work.forget(basis.size() + (next == null ? 0 : 1));
    }

    Basis basis() {
        return basis;
    }

    /**
     * One product.
     *
     * @return whether another step is possible
     */
    boolean step() {
        if (next == null) { return false; }
        Tensor q = next;
        basis.add(q);
        Tensor r = work.take();
        work.times(q, r);
        diagonal.add(work.points().dot(q, r));
        double length = basis.project(r);
        scale = Math.max(scale, Math.abs(diagonal.getLast()) + length);
        boolean exhausted = !(length > work.roundoff() * scale) || basis.size() == work.operator().dimension();
        if (!exhausted) {
            work.points().scale(1 / length, r, r);
            next = r;
        } else {
            work.forget(1);
            next = restarts ? fresh() : null;
            length = 0;
        }
        beside.add(length);
        return next != null;
    }

    /** Eigenvalues and eigenvectors of the small matrix. */
    Tridiagonal decomposed() {
        int n = size();
        double[] b = new double[n - 1];
        for (int i = 0; i < n - 1; i++) {
            b[i] = beside.get(i);
        }
        return Tridiagonal.of(diagonal.stream().mapToDouble(x -> x).toArray(), b);
    }

    /** The residual of the eigenvector that belongs to one of the small matrix, and at least what one rounding of the product makes. */
    double residual(double[] s) {
        return Math.max(beside.getLast() * Math.abs(s[s.length - 1]), work.unitRoundoff() * scale);
    }
}
