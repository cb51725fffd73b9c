package dev.steppe.optim;

/**
 * The numbers that a {@link Range} allows.
 *
 * @param low the lower end, which belongs to it if {@code withLow}
 * @param high the upper end, which belongs to it if {@code withHigh}
 * @param words what a number in it must be: {@code in [0, 1), a part of the batch}
 */
record Interval(double low, boolean withLow, double high, boolean withHigh, String words) {
    private static final String LENGTH = "[0, inf)";

    /**
     * @param range null: finite and at least 0
     * @param whole whether the numbers are whole ones
     */
    static Interval of(Range range, boolean whole) {
        String text = range == null ? LENGTH : range.value();
        String[] ends = text.substring(1, text.length() - 1).split(", ");
        double low = number(ends[0]);
        double high = number(ends[1]);
        boolean withLow = text.startsWith("[");
        boolean withHigh = text.endsWith("]");
        String finite = whole || withHigh ? "" : low == Double.NEGATIVE_INFINITY ? "finite" : "finite and ";
        String words = high < Double.POSITIVE_INFINITY
                ? "in " + text
                : low == Double.NEGATIVE_INFINITY
                        ? withHigh ? "a number" : finite
                        : finite + (withLow ? "at least " : "greater than ") + ends[0];
        return new Interval(low, withLow, high, withHigh, range == null || range.of().isEmpty() ? words : words + ", " + range.of());
    }

    /** A number as ranges write it: infinity is {@code inf}. */
    static double number(String text) {
        return text.endsWith("inf") ? Double.valueOf(text.replace("inf", "Infinity")) : Double.valueOf(text);
    }

    /** NaN is in none. */
    boolean contains(double x) {
        return (withLow ? x >= low : x > low) && (withHigh ? x <= high : x < high);
    }
}
