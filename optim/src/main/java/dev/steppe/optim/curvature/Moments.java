package dev.steppe.optim.curvature;

/** Mean and standard error of numbers that come one by one (Welford 1962, Technometrics 4(3)). */
public final class Moments {
    private int count;
    private double mean;
    private double squares;

    /** Of no numbers yet. */
    public Moments() {
    }

    /** One more number. */
    public void add(double x) {
        count++;
        double d = x - mean;
        mean += d / count;
        squares += d * (x - mean);
    }

    /** How many there were. */
    public int count() {
        return count;
    }

    /** Their mean. */
    public double mean() {
        return mean;
    }

    /** Of the mean, from their unbiased variance; NaN for fewer than two. */
    public double standardError() {
        return count < 2 ? Double.NaN : Math.sqrt(squares / (count - 1) / count);
    }
}
