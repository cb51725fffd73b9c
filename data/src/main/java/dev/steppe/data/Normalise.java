package dev.steppe.data;

import dev.steppe.core.RandomKey;
import dev.steppe.core.Shape;
import dev.steppe.kernels.ShapeException;
import java.util.Arrays;

/** Subtracts a mean and divides by a standard deviation, one of each per channel: per index into the last axis of an example. Immutable. */
public final class Normalise implements Transform {
    private final float[] mean;
    private final float[] std;

    private Normalise(float[] mean, float[] std) {
        this.mean = mean;
        this.std = std;
    }

    /**
     * The given numbers, for images in units of the full range, 1.
     *
     * @param mean one per channel
     * @param std one per channel
     * @throws IllegalArgumentException if their numbers differ or are 0, or one of them is not finite, or a deviation is not positive
     */
    public static Normalise of(float[] mean, float[] std) {
        if (mean.length != std.length || mean.length == 0) {
            throw new IllegalArgumentException("normalise: " + mean.length + " means, " + std.length + " standard deviations");
        }
        for (int c = 0; c < mean.length; c++) {
            if (!Float.isFinite(mean[c]) || !(std[c] > 0) || !Float.isFinite(std[c])) {
                throw new IllegalArgumentException(
                        "normalise: channel " + c + " has mean " + mean[c] + " and standard deviation " + std[c]);
            }
        }
        return new Normalise(mean.clone(), std.clone());
    }

    /** Mean and (population) standard deviation of all examples; a channel that never changes keeps deviation 1. Measure the training set alone. */
    public static Normalise measure(Dataset data) {
        Shape shape = data.inputShape();
        int channels = shape.rank() == 0 ? 1 : shape.dim(-1);
        float[] values = new float[shape.size()];
        data.copy(0, values, 0);
        // Sums are taken from the first example on, so that data far from zero keep their digits.
        double[] origin = new double[channels];
        for (int c = 0; c < channels; c++) {
            origin[c] = values[c];
        }
        double[] sum = new double[channels];
        double[] squares = new double[channels];
        for (int i = 0; i < data.size(); i++) {
            data.copy(i, values, 0);
            for (int p = 0; p < values.length; p += channels) {
                for (int c = 0; c < channels; c++) {
                    double d = values[p + c] - origin[c];
                    sum[c] += d;
                    squares[c] += d * d;
                }
            }
        }
        double n = (double) data.size() * values.length / channels;
        float[] mean = new float[channels];
        float[] std = new float[channels];
        for (int c = 0; c < channels; c++) {
            double m = sum[c] / n;
            mean[c] = (float) (origin[c] + m);
            float deviation = (float) Math.sqrt(Math.max(0, squares[c] / n - m * m));
            std[c] = deviation > 0 ? deviation : 1;
        }
        return of(mean, std);
    }

    /** The means, a copy. */
    public float[] mean() {
        return mean.clone();
    }

    /** The standard deviations, a copy. */
    public float[] std() {
        return std.clone();
    }

    @Override
    public void apply(float[] values, int offset, Shape shape, RandomKey key) {
        int channels = mean.length;
        int size = shape.size();
        if ((shape.rank() == 0 ? 1 : shape.dim(-1)) != channels) {
            throw new ShapeException("normalise: " + channels + " means, examples of shape " + shape);
        }
        for (int c = 0; c < channels; c++) {
            float m = mean[c];
            float s = std[c];
            for (int i = offset + c; i < offset + size; i += channels) {
                values[i] = (values[i] - m) / s;
            }
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Normalise n && Arrays.equals(mean, n.mean) && Arrays.equals(std, n.std);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(mean) + Arrays.hashCode(std);
    }

    /** The numbers, for logs and records of runs. */
    @Override
    public String toString() {
        return "Normalise[mean=" + Arrays.toString(mean) + ", std=" + Arrays.toString(std) + "]";
    }
}
