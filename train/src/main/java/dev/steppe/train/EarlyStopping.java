package dev.steppe.train;

import java.util.List;

/**
 * Ends a run when the test accuracy no longer grows (Prechelt: Early Stopping, but when?, 1998).
 *
 * @param patience how many epochs in a row may pass without a gain; at least 1
 * @param gain by how much the best accuracy so far, a share from 0 to 1, has to be surpassed; at least 0
 */
public record EarlyStopping(int patience, double gain) {
    /** @throws IllegalArgumentException if a number is out of its range */
    public EarlyStopping {
        if (patience < 1 || !(gain >= 0 && gain <= 1)) {
            throw new IllegalArgumentException(
                    "early stopping: patience " + patience + " and gain " + gain + "; expected at least 1 epoch, and from 0 to 1");
        }
    }

    /** Whether to end after these epochs. */
    boolean isDue(List<EpochReport> epochs) {
        double best = Double.NEGATIVE_INFINITY;
        int last = 0;
        for (EpochReport e : epochs) {
            if (e.testAccuracy() > best + (last == 0 ? 0 : gain)) {
                best = e.testAccuracy();
                last = e.epoch();
            }
        }
        return !epochs.isEmpty() && epochs.getLast().epoch() - last >= patience;
    }
}
