package dev.steppe.optim.curvature;

import java.util.List;

/**
 * Eigenvalues at both ends of a spectrum, signed.
 *
 * @param largest in descending order
 * @param smallest in ascending order, the most negative first
 * @param products of the operator with a vector
 * @param vectors points held at once
 * @param provenance what the numbers are about
 */
public record Eigenpairs(List<Eigenpair> largest, List<Eigenpair> smallest, int products, int vectors, Provenance provenance) {
    /** Copies the lists. */
    public Eigenpairs {
        largest = List.copyOf(largest);
        smallest = List.copyOf(smallest);
    }

    /** The largest eigenvalue. */
    public Eigenpair top() {
        return largest.getFirst();
    }

    /** The smallest eigenvalue. */
    public Eigenpair bottom() {
        return smallest.getFirst();
    }
}
