package dev.steppe.optim.curvature;

import dev.steppe.core.RandomKey;
import dev.steppe.optim.OptionException;
import dev.steppe.optim.algebra.Tridiagonal;
import java.util.Arrays;

/**
 * The density of a spectrum by stochastic Lanczos quadrature (Golub and Welsch 1969; Lin, Saad, Yang 2016, arXiv 1308.5467, section 3.2.1; for networks Ghorbani,
 * Krishnan, Xiao 2019, arXiv 1901.10159, Algorithm 1): from a random unit vector, Lanczos' small matrix has eigenvalues theta_k, and the squared first entries of its
 * eigenvectors are the weights tau_k of a Gauss quadrature, {@code v' f(A) v = sum of tau_k f(theta_k)}, exact for polynomials of degree below 2 steps. The mean over
 * probes estimates {@code tr f(A) / n}. Full reorthogonalisation; holds {@code steps + 1} points.
 *
 * @param probes random vectors, at least 1
 * @param steps of Lanczos for each, at least 1
 */
public record StochasticLanczosQuadrature(int probes, int steps) {
    /** @throws OptionException if a number is out of its range */
    public StochasticLanczosQuadrature {
        OptionException.require(probes >= 1, "slq", "probes", probes, "at least 1");
        OptionException.require(steps >= 1, "slq", "steps", steps, "at least 1");
    }

    /** 2 probes of 30 steps: a share of a network's spectrum of n eigenvalues is found to about {@code 1 / sqrt(n)} by one probe already. */
    public static StochasticLanczosQuadrature defaults() {
        return new StochasticLanczosQuadrature(2, 30);
    }

    SpectralDensity run(Work work, RandomKey key) {
        int most = Math.min(steps, work.operator().dimension());
        double[][] nodes = new double[probes][];
        double[][] weights = new double[probes][];
        for (int i = 0; i < probes; i++) {
            Krylov krylov = new Krylov(work, key.fold("probe").fold(i), false);
            krylov.start();
            while (krylov.size() < most && krylov.step()) {
            }
            Tridiagonal t = krylov.decomposed();
            nodes[i] = t.values();
            weights[i] = Arrays.stream(t.vectors()).mapToDouble(s -> s[0] * s[0]).toArray();
            krylov.release();
        }
        return new SpectralDensity(nodes, weights, work.products(), work.vectors(), work.provenance(key));
    }
}
