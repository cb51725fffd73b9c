package dev.steppe.optim.landscape;

/**
 * Where a slice is evaluated along one direction: evenly from one end to the other.
 *
 * @param from the first coordinate
 * @param to the last one
 * @param steps how many there are, at least 2
 */
public record Axis(double from, double to, int steps) {
    /** @throws IllegalArgumentException if there are fewer than 2 steps, or the ends are not finite and ascending */
    public Axis {
        if (steps < 2 || !(from < to) || !Double.isFinite(to - from)) {
            throw new IllegalArgumentException(
                    "axis: " + steps + " steps from " + from + " to " + to + "; expected at least 2, from a finite number to a larger one");
        }
    }

    /**
     * From {@code -radius} to {@code radius}; with an odd number of steps the one in the middle is exactly 0.
     *
     * @throws IllegalArgumentException if the radius is not positive and finite, or there are fewer than 2 steps
     */
    public static Axis around(double radius, int steps) {
        return new Axis(-radius, radius, steps);
    }

    /** All coordinates; symmetric to the last bit if the ends are. */
    public double[] coordinates() {
        double[] c = new double[steps];
        double middle = from / 2 + to / 2;
        double half = to / 2 - from / 2;
        for (int i = 0; i < steps; i++) {
            c[i] = middle + half * (2.0 * i - (steps - 1)) / (steps - 1);
        }
        c[0] = from;
        c[steps - 1] = to;
        return c;
    }
}
