package dev.steppe.core;

/**
 * The handle of one BatchNorm layer's running mean and variance, which live in {@link Buffers}. Handles are compared by identity.
 */
public final class RunningStatistics {
    private final int channels;
    private final double momentum;

    /**
     * @param channels how many means and variances there are
     * @param momentum the share of a new batch, in (0, 1]: {@code running = (1 - momentum) running + momentum batch} (PyTorch's convention; 0.1 by default)
     */
    public RunningStatistics(int channels, double momentum) {
        if (channels < 1 || !(momentum > 0 && momentum <= 1)) {
            throw new IllegalArgumentException(
                    "running statistics: need channels >= 1 and momentum in (0, 1], got " + channels + " and " + momentum);
        }
        this.channels = channels;
        this.momentum = momentum;
    }

    /** How many means and variances there are. */
    public int channels() {
        return channels;
    }

    /** The share of a new batch. */
    public double momentum() {
        return momentum;
    }
}
