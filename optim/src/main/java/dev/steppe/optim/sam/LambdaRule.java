package dev.steppe.optim.sam;

import dev.steppe.optim.*;

/** How {@link Samar} moves lambda. The published rule is not in the sources at hand: these are guesses at it, and open to a better one. */
@OneOf({LambdaRule.Banded.class, LambdaRule.Proportional.class, LambdaRule.Constant.class})
@FunctionalInterface
public interface LambdaRule {
    /**
     * The next lambda.
     *
     * @param ratio of the sharpness to that of the step before
     */
    double next(double lambda, double ratio);

    /**
     * {@code lambda up} above the band, {@code lambda down} below it, unchanged within; then between the bounds.
     *
     * @param up factor if the ratio is above hi, at least 1
     * @param down factor if the ratio is below lo, in [0, 1]
     * @param hi upper end of the band, at least lo
     * @param lo lower end of the band
     * @param min smallest lambda
     * @param max largest lambda
     */
    record Banded(
            @Origin("chosen here") @Range("[1, inf)") double up,
            @Origin("chosen here") @Range("[0, 1]") double down,
            @Origin("chosen here") @Range("[-inf, inf]") double hi,
            @Origin("chosen here") @Range("[-inf, inf]") double lo,
            @Origin("chosen here") @Range("[0, 1]") double min,
            @Origin("chosen here") @Range("[0, 1]") double max) implements LambdaRule {
        /** @throws OptionException if a number is out of its range */
        public Banded {
            OptionException.check(Banded.class, up, down, hi, lo, min, max);
            OptionException.require(hi >= lo, "banded", "hi", hi, "at least lo");
            requireBounds("banded", min, max);
        }

        /** A tenth up or down, no dead band, between 0.1 and 1. */
        public static Banded defaults() {
            return new Banded(1.1, 1 / 1.1, 1, 1, 0.1, 1);
        }

        @Override
        public double next(double lambda, double ratio) {
            return Math.clamp(ratio > hi ? lambda * up : ratio < lo ? lambda * down : lambda, min, max);
        }
    }

    /**
     * {@code lambda ratio}, between bounds.
     *
     * @param min smallest lambda
     * @param max largest lambda
     */
    record Proportional(@Origin("chosen here") @Range("[0, 1]") double min,
            @Origin("chosen here") @Range("[0, 1]") double max) implements LambdaRule {
        /** @throws OptionException if a number is out of its range */
        public Proportional {
            OptionException.check(Proportional.class, min, max);
            requireBounds("proportional", min, max);
        }

        /** Between 0.1 and 1. */
        public static Proportional defaults() {
            return new Proportional(0.1, 1);
        }

        @Override
        public double next(double lambda, double ratio) {
            return Math.clamp(lambda * ratio, min, max);
        }
    }

    /** Lambda stays what it is at first: coupled {@link Wsam} with {@code gamma = lambda / (1 + lambda)}. */
    record Constant() implements LambdaRule {
        /** The only one. */
        public static Constant defaults() {
            return new Constant();
        }

        @Override
        public double next(double lambda, double ratio) {
            return lambda;
        }
    }

    private static void requireBounds(String owner, double min, double max) {
        OptionException.require(min <= max, owner, "min", min, "in [0, max]");
    }
}
