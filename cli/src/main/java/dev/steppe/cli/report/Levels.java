package dev.steppe.cli.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The levels of a contour plot: round numbers, evenly apart, or in ratio where the numbers span more than a power of ten.
 *
 * @param values ascending
 */
public record Levels(List<Double> values) {
    private static final int WANTED = 11;
    /** Of what spans more only the upper part is resolved. */
    private static final double SPAN = 3000;
    private static final double[][] RATIOS = {{1, 1.25, 1.6, 2, 2.5, 3.2, 4, 5, 6.3, 8}, {1, 1.6, 2.5, 4, 6.3}, {1, 2, 5}, {1, 3}};

    /** Those that suit some numbers; what is not finite does not count. */
    public static Levels of(double[][] z) {
        double[] finite = Arrays.stream(z).flatMapToDouble(Arrays::stream).filter(Double::isFinite).sorted().toArray();
        if (finite.length == 0 || finite[0] == finite[finite.length - 1]) {
            return new Levels(List.of());
        }
        double low = finite[0];
        double high = finite[finite.length - 1];
        return areRatios(low, high) ? ratios(floor(low, high), high) : even(low, high);
    }

    /** Whether numbers between these are shown in ratios. */
    static boolean areRatios(double low, double high) {
        return low >= 0 && high > 10 * low;
    }

    /** What is the lowest number that is told apart, in ratios. */
    static double floor(double low, double high) {
        return Math.max(low, high / SPAN);
    }

    private static Levels ratios(double low, double high) {
        for (double[] mantissas : RATIOS) {
            List<Double> levels = new ArrayList<>();
            for (int power = (int) Math.floor(Math.log10(low)); power <= Math.log10(high); power++) {
                for (double mantissa : mantissas) {
                    double level = new BigDecimal(mantissa * Math.pow(10, power)).round(new MathContext(3)).doubleValue();
                    if (level > low && level < high) {
                        levels.add(level);
                    }
                }
            }
            if (levels.size() <= WANTED + 2) { return new Levels(levels); }
        }
        return even(low, high);
    }

    private static Levels even(double low, double high) {
        double rough = (high - low) / WANTED;
        double power = Math.pow(10, Math.floor(Math.log10(rough)));
        double step = rough <= power ? power : rough <= 2 * power ? 2 * power : rough <= 5 * power ? 5 * power : 10 * power;
        List<Double> levels = new ArrayList<>();
        for (long k = (long) Math.floor(low / step) + 1; k * step < high; k++) {
            double level = new BigDecimal(k * step).round(new MathContext(6)).doubleValue();
            if (level > low && level < high) {
                levels.add(level);
            }
        }
        return new Levels(levels);
    }

    /** A level in as few digits as it needs. */
    static String text(double level) {
        BigDecimal number = new BigDecimal(level).round(new MathContext(6)).stripTrailingZeros();
        int digits = number.precision() - number.scale();
        return digits > -4 && digits < 7 ? number.toPlainString() : number.toString();
    }
}
