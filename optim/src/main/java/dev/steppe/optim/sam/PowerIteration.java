package dev.steppe.optim.sam;

import dev.steppe.core.RandomKey;
import dev.steppe.core.Tensor;
import dev.steppe.optim.*;

/**
 * The eigenvector by power iteration with exact products of the Hessian and a vector, every so many steps (not in the first) on the batch at hand, in evaluation mode
 * as the official code; begun at random, then from the last estimate. A product costs about two gradients.
 *
 * @param every steps from one estimate to the next, at least 1
 * @param iterations products per estimate, at least 1
 */
public record PowerIteration(
        @Origin("RitianLuo/EigenSAM, freq") @Range("[1, inf)") int every,
        @Origin("RitianLuo/EigenSAM, utils.py") @Range("[1, inf)") int iterations) implements Eigenvector {
    /** @throws OptionException if a number is out of its range */
    public PowerIteration {
        OptionException.check(PowerIteration.class, every, iterations);
    }

    /** 5 products, every 100 steps. */
    public static PowerIteration defaults() {
        return new PowerIteration(100, 5);
    }

    @Override
    public Tensor of(SamStep step) {
        Tensor last = step.memory("eigenvector");
        double due = step.memory("eigenvector due", every);
        if (step.number() < due) { return last; }
        step.remember("eigenvector due", step.number() + every);
        Tensor v = step.blank();
        if (last == null) {
            RandomKey key = step.key().fold("eigenvector");
            for (int i = 0; i < v.size(); i++) {
                v.span().set(i, key.normal(i));
            }
        } else {
            step.points().copy(last, v);
        }
        for (int i = 0; i < iterations; i++) {
            step.hessianTimes(v, v);
            double norm = step.points().norm(v);
            if (norm == 0) { return last; }
            step.points().scale(1 / norm, v, v);
        }
        step.remember("eigenvector", v);
        return v;
    }
}
