package dev.steppe.optim.sam;

import dev.steppe.core.RandomKey;
import dev.steppe.core.Tensor;
import dev.steppe.optim.*;

/**
 * SSAM-D (arXiv 2210.05177): begins with a random mask; each change drops the perturbed numbers of smallest |g| and takes as many others at random. The part that
 * is dropped falls with the run, {@code drop (1 + cos(pi step / total)) / 2}. A change counts from the step after it.
 *
 * <p>Needs {@link dev.steppe.optim.Options#totalSteps}.
 *
 * <p>The official code drops more than it can take where the others are fewer, so that its mask shrinks (from 0.8 to 0.6 at once with its own defaults); here, as
 * in the paper, as many are taken as are dropped.
 *
 * @param sparsity the part that is not perturbed, in [0, 1]
 * @param drop the part of the perturbed numbers that the first change drops, in [0, 1]
 * @param every steps from one change to the next, at least 1
 */
public record DynamicMask(
        @Origin("Mi-Peng/Sparse-Sharpness-Aware-Minimization, configs/defaulf_cfg.py") @Range("[0, 1]") double sparsity,
        @Origin("Mi-Peng/Sparse-Sharpness-Aware-Minimization, configs/defaulf_cfg.py") @Range("[0, 1]") double drop,
        @Origin("Mi-Peng/Sparse-Sharpness-Aware-Minimization, configs/defaulf_cfg.py: 5 epochs of 390 batches of 128") @Range("[1, inf)") int every)
        implements
            Mask {
    /** @throws OptionException if a number is out of its range */
    public DynamicMask {
        OptionException.check(DynamicMask.class, sparsity, drop, every);
    }

    /** A fifth is left out; half is dropped at first, every 1950 steps. */
    public static DynamicMask defaults() {
        return new DynamicMask(0.2, 0.5, 1950);
    }

    @Override
    public Tensor of(SamStep step) {
        int n = step.space().size();
        RandomKey key = step.key().fold("mask");
        Tensor mask = step.memory("mask");
        if (mask == null) {
            double[] scores = new double[n];
            for (int i = 0; i < n; i++) {
                scores[i] = key.fold("first").uniform(i);
            }
            mask = step.blank();
            int open = step.space().trainableSize();
            Largest.mark(step.space(), scores, open - (int) Math.ceil(open * sparsity), mask);
            step.remember("mask", mask);
        }
        if (step.number() >= step.memory("mask due", 0)) {
            step.remember("mask", changed(step, mask, key));
            step.remember("mask due", step.number() + every);
        }
        return mask;
    }

    private Tensor changed(SamStep step, Tensor last, RandomKey key) {
        int n = last.size();
        // Frozen since then, perhaps.
        Tensor mask = step.combine(1, last, 0, last);
        step.points().clearFrozen(step.space(), mask);
        Tensor g = step.gradient().vector();
        double[] kept = new double[n];
        double[] others = new double[n];
        int active = 0;
        for (int i = 0; i < n; i++) {
            boolean on = mask.get(i) != 0;
            active += on ? 1 : 0;
            kept[i] = on ? Math.abs(g.get(i)) : -1;
            others[i] = on ? -1 : key.uniform(i);
        }
        double rate = drop * (1 + Math.cos(Math.PI * step.progress())) / 2;
        int changes = (int) Math.min(active * rate, step.space().trainableSize() - active);
        Tensor next = step.blank();
        Largest.mark(step.space(), kept, active - changes, next);
        Tensor more = step.blank();
        Largest.mark(step.space(), others, changes, more);
        step.points().axpy(1, more, next);
        return next;
    }
}
