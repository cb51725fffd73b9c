package dev.steppe.optim.curvature;

import dev.steppe.core.RandomKey;
import dev.steppe.core.Tensor;
import dev.steppe.optim.OptionException;

/**
 * The trace of the empirical Fisher information: the mean over examples of {@code |g_i|^2}, g_i the gradient of the loss of example i with its given label. The Fisher
 * information of the model's own distribution, which with cross-entropy is the generalised Gauss-Newton matrix (Martens 2014, arXiv 1412.1193, section 9.2; the
 * difference: Kunstner, Hennig, Balles 2019, arXiv 1905.12558), has its trace by {@link Curvature#gaussNewton}.
 */
public final class Fisher {
    private Fisher() {
    }

    /**
     * Exactly, by the gradient of one example after the other; the standard error is that of the mean over examples, as a sample of all that there could be. Holds 2
     * points.
     *
     * @throws IllegalStateException in training mode, where the loss of an example is a matter of its whole batch: use the other method
     */
    public static TraceEstimate trace(LossSurface surface) {
        if (surface.mode() == BatchNormMode.TRAINING) {
            throw new IllegalStateException(
                    "fisher trace: one example has no statistics of a batch; take the evaluation mode, or estimate with probes");
        }
        Moments squares = new Moments();
        Tensor g = surface.points().zeros(surface.parameters().point());
        for (LossSurface one : surface.groups(1)) {
            one.gradient(surface.parameters().point(), g);
            double norm = surface.points().norm(g);
            squares.add(norm * norm);
            surface.listener().progress("fisher trace", squares.count(), surface.size());
        }
        Provenance of = surface.provenance("empirical Fisher");
        return new TraceEstimate(squares.mean(), squares.standardError(), "example by example", squares.count(), squares.count(), 2, of);
    }

    /**
     * By random signs s in either mode: {@code |sum of s_i g_i|^2 / n} has the trace as its mean, one gradient for each probe, and its standard error is that of the probes. Holds
     * 2 points.
     *
     * @param probes at least 2
     */
    public static TraceEstimate trace(LossSurface surface, int probes) {
        OptionException.require(probes >= 2, "fisher trace", "probes", probes, "at least 2, for a standard error");
        Moments samples = new Moments();
        Tensor g = surface.points().zeros(surface.parameters().point());
        int n = surface.size();
        for (int i = 0; i < probes; i++) {
            RandomKey signs = surface.key().fold("fisher").fold(i);
            surface.signed(signs).gradient(surface.parameters().point(), g);
            double norm = surface.points().norm(g);
            samples.add(n * norm * norm);
            surface.listener().progress("fisher trace", i + 1, probes);
        }
        return new TraceEstimate(samples.mean(), samples.standardError(), "random signs", probes, probes, 2,
                surface.provenance("empirical Fisher"));
    }
}
