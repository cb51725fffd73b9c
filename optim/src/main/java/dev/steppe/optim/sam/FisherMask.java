package dev.steppe.optim.sam;

import dev.steppe.core.Tensor;
import dev.steppe.optim.*;
import java.util.Arrays;

/**
 * SSAM-F (arXiv 2210.05177): perturbs the numbers of largest empirical Fisher information, {@code sum over examples of (gradient of its loss)^2}. All zeros in
 * the first step, which is one of the base optimizer; made after it, and again every so many steps.
 *
 * <p>The official code takes the examples from the whole training set, and counts in epochs. Here they are those of the batch at hand, as many as asked for and as
 * there are, chosen at random, each alone in a forward and a backward pass.
 *
 * @param sparsity the part that is not perturbed, in [0, 1]
 * @param samples at most so many examples, at least 1
 * @param every steps from one mask to the next, at least 1
 */
public record FisherMask(
        @Origin("Mi-Peng/Sparse-Sharpness-Aware-Minimization, configs/defaulf_cfg.py") @Range("[0, 1]") double sparsity,
        @Origin("Mi-Peng/Sparse-Sharpness-Aware-Minimization, configs/defaulf_cfg.py") @Range("[1, inf)") int samples,
        @Origin("Mi-Peng/Sparse-Sharpness-Aware-Minimization, configs/defaulf_cfg.py: 5 epochs of 390 batches of 128") @Range("[1, inf)") int every)
        implements
            Mask {
    /** @throws OptionException if a number is out of its range */
    public FisherMask {
        OptionException.check(FisherMask.class, sparsity, samples, every);
    }

    /** A fifth is left out; 1024 examples, every 1950 steps. */
    public static FisherMask defaults() {
        return new FisherMask(0.2, 1024, 1950);
    }

    @Override
    public Tensor of(SamStep step) {
        Tensor mask = step.memory("mask");
        if (mask != null && step.number() < step.memory("mask due", 0)) { return mask; }
        Tensor next = step.blank();
        if (mask == null) {
            step.kernels().move().fill(next.span(), 0);
        } else {
            int n = Math.min(samples, step.batch().size());
            int[] rows = Arrays.copyOf(step.key().fold("fisher").permutation(step.batch().size()), n);
            double[] scores = step.squaredGradients(step.batch().select(rows)).toDoubles();
            Largest.mark(step.space(), scores, (int) (step.space().trainableSize() * (1 - sparsity)), next);
        }
        step.remember("mask", next);
        step.remember("mask due", step.number() + (mask == null ? 1 : every));
        return next;
    }
}
