package dev.steppe.optim.curvature;

import dev.steppe.core.RandomKey;
import dev.steppe.core.Tensor;
import dev.steppe.optim.OptionException;

/**
 * Hutchinson's estimate of a trace: the mean of {@code z' A z} over random signs z (Hutchinson 1990, Communications in Statistics 19(2)), whose variance is the least
 * of all independent probes of variance 1. Holds 2 points.
 *
 * @param probes at least 2
 */
public record Hutchinson(int probes) {
    /** @throws OptionException if there are fewer than two */
    public Hutchinson {
        OptionException.require(probes >= 2, "hutchinson", "probes", probes, "at least 2, for a standard error");
    }

    TraceEstimate run(Work work, RandomKey key) {
        Tensor z = work.take();
        Tensor product = work.take();
        Moments samples = new Moments();
        for (int i = 0; i < probes; i++) {
            work.signs(key.fold(i), z);
            work.times(z, product);
            samples.add(work.points().dot(z, product));
        }
        return new TraceEstimate(samples.mean(), samples.standardError(), "Hutchinson", probes, work.products(), work.vectors(),
                work.provenance(key));
    }
}
