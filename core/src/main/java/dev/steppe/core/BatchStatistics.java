package dev.steppe.core;

/**
 * What one or more training passes saw at one BatchNorm layer.
 *
 * @param count how many values per channel
 * @param mean per channel
 * @param variance per channel, biased (divided by {@code count})
 */
public record BatchStatistics(long count, double[] mean, double[] variance) {
    /** The statistics of both sets of values together: by count and total variance (Chan, Golub, LeVeque 1983). */
    public BatchStatistics merge(BatchStatistics other) {
        long n = count + other.count;
        double[] m = new double[mean.length];
        double[] v = new double[mean.length];
        for (int i = 0; i < m.length; i++) {
            double d = other.mean[i] - mean[i];
            double share = (double) other.count / n;
            m[i] = mean[i] + d * share;
            v[i] = variance[i] * (1 - share) + other.variance[i] * share + d * d * share * (1 - share);
        }
        return new BatchStatistics(n, m, v);
    }
}
