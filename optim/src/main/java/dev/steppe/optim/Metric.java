package dev.steppe.optim;

import dev.steppe.core.Tensor;

/**
 * A diagonal matrix D with entries of at least 0: what a ball looks like in which a perturbation is chosen. ASAM's is {@code T^2}, Fisher-SAM's
 * {@code 1 / (1 + eta g^2)}, a mask is one of zeros and ones.
 */
@FunctionalInterface
public interface Metric {
    /** {@code out = D d}, element-wise; {@code out} is another tensor than {@code d}. */
    void apply(SamStep step, Tensor d, Tensor out);
}
