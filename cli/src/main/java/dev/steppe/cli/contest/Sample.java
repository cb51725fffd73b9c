package dev.steppe.cli.contest;

import java.util.Arrays;

/**
 * Some numbers that chance made: their mean, and how sure it is.
 *
 * @param values one for each seed; those that are no numbers are left out
 */
record Sample(double... values) {
    /** 97.5 % quantiles of Student's t for 1, 2, .. degrees of freedom. */
    // @formatter:off
    private static final double[] STUDENT = {
        12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281,
        2.2010, 2.1788, 2.1604, 2.1448, 2.1314, 2.1199, 2.1098, 2.1009, 2.0930, 2.0860,
        2.0796, 2.0739, 2.0687, 2.0639, 2.0595, 2.0555, 2.0518, 2.0484, 2.0452, 2.0423};
    // @formatter:on

    Sample {
        values = Arrays.stream(values).filter(Double::isFinite).toArray();
    }

    int size() {
        return values.length;
    }

    double mean() {
        return Arrays.stream(values).average().orElse(Double.NaN);
    }

    /** The standard deviation of single values (n - 1 in the denominator); NaN for fewer than two. */
    double deviation() {
        double mean = mean();
        return values.length < 2
                ? Double.NaN
                : Math.sqrt(Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum() / (values.length - 1));
    }

    /** Half the width of the 95 % confidence interval of the mean, by Student's t; NaN for fewer than two. */
    double halfWidth() {
        int freedom = values.length - 1;
        // Beyond the table the quantile differs from its value there by less than 0.03 for 60 and more, and the interval is a little too wide.
        return freedom < 1 ? Double.NaN : STUDENT[Math.min(freedom, STUDENT.length) - 1] * deviation() / Math.sqrt(values.length);
    }
}
