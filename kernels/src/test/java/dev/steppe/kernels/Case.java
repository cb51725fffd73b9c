package dev.steppe.kernels;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * One call of one kernel method with its arguments, what it should compute and how far off it may be. Built by the {@code *Samples} classes and run by
 * {@link TwinsTest} for every provider and type.
 */
final class Case {
    /** What an argument is for. OUT arguments start as NaN. */
    enum Role {
        IN, OUT, INOUT
    }

    /** Of which type an argument is: the floating type under test, always F64, or I32. */
    enum Kind {
        FLOATING, DOUBLE, INT
    }

    record Argument(Role role, Kind kind, double[] values) {
    }

    /** Calls the kernel. */
    @FunctionalInterface
    interface Call {
        void run(Kernels kernels, Span[] arguments);
    }

    /** The expected numbers of all OUT and INOUT arguments, in order, computed in double by the definition. */
    @FunctionalInterface
    interface Reference {
        double[][] of(double[][] arguments);
    }

    /** The bound on the absolute error of each of them, if the unit round-off of the type under test is u. */
    @FunctionalInterface
    interface Bound {
        double[][] of(double u, double[][] arguments, double[][] expected);
    }

    final String description;
    final List<Argument> arguments = new ArrayList<>();
    /** Pairs (output, input) that may be the same span. */
    final List<int[]> aliases = new ArrayList<>();
    /** Whether one number less is as good a length: nothing to refuse. */
    boolean anyLength;
    Call call;
    private Reference reference;
    private Bound bound;
    private double[][] expected;

    Case(String description) {
        this.description = description;
    }

    Case in(double... values) {
        arguments.add(new Argument(Role.IN, Kind.FLOATING, values));
        return this;
    }

    Case index(int... values) {
        arguments.add(new Argument(Role.IN, Kind.INT, IntStream.of(values).asDoubleStream().toArray()));
        return this;
    }

    Case inout(double... values) {
        arguments.add(new Argument(Role.INOUT, Kind.FLOATING, values));
        return this;
    }

    Case out(int length) {
        return out(Kind.FLOATING, length);
    }

    Case out(Kind kind, int length) {
        double[] values = new double[length];
        Arrays.fill(values, Double.NaN);
        arguments.add(new Argument(Role.OUT, kind, values));
        return this;
    }

    Case alias(int output, int input) {
        aliases.add(new int[] {output, input});
        return this;
    }

    Case anyLength(boolean any) {
        anyLength = any;
        return this;
    }

    Case call(Call call) {
        this.call = call;
        return this;
    }

    Case expect(Reference reference) {
        this.reference = reference;
        return this;
    }

    Case within(Bound bound) {
        this.bound = bound;
        return this;
    }

    /** Results have to be exact. */
    Case exactly() {
        return within((u, a, expected) -> Arrays.stream(expected).map(e -> new double[e.length]).toArray(double[][]::new));
    }

    /** What the outputs should be. */
    double[][] expected() {
        if (expected == null) {
            expected = reference.of(values());
        }
        return expected;
    }

    /** How far off they may be. */
    double[][] bounds(double u) {
        return bound.of(u, values(), expected());
    }

    double[][] values() {
        return arguments.stream().map(a -> a.values().clone()).toArray(double[][]::new);
    }

    @Override
    public String toString() {
        return description;
    }

    /** {@code k u / (1 - k u)}: bounds the relative error of k roundings (Higham, Accuracy and Stability, section 3.1). */
    static double gamma(double u, double k) {
        return k * u / (1 - k * u);
    }

    private static final int[] ODD_SIZES = {0, 1, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 48, 63, 64, 65, 127, 128, 129};

    /** A size that is likely to be at the edge of something. */
    static int size(SplittableRandom random, int most) {
        while (true) {
            int size = random.nextInt(4) == 0 ? random.nextInt(most + 1) : ODD_SIZES[random.nextInt(ODD_SIZES.length)];
            if (size <= most) {
                return size;
            }
        }
    }

    /** A size of at least 1. */
    static int positive(SplittableRandom random, int most) {
        return Math.max(1, size(random, most));
    }

    /** Numbers that are exact in float, between -2 and 2. */
    static double[] numbers(SplittableRandom random, int length) {
        double[] x = new double[length];
        for (int i = 0; i < length; i++) {
            x[i] = (float) (random.nextDouble() * 4 - 2);
        }
        return x;
    }

    /** Numbers that are exact in float, between 1/4 and 2. */
    static double[] positives(SplittableRandom random, int length) {
        double[] x = new double[length];
        for (int i = 0; i < length; i++) {
            x[i] = (float) (random.nextDouble() * 1.75 + 0.25);
        }
        return x;
    }
}
