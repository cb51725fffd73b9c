package dev.steppe.optim.sam;

import dev.steppe.core.RandomKey;
import dev.steppe.core.Tensor;
import dev.steppe.kernels.Span;
import dev.steppe.optim.OneOf;
import dev.steppe.optim.SamStep;

/**
 * Where random perturbations come from: independent numbers of mean 0 and variance 1. Those of this library are counter-based, from {@link SamStep#key}: number i of
 * draw j of step t is the same whoever asks, on any number of threads. Open: write your own.
 */
@OneOf({Noise.Normal.class, Noise.Sign.class})
@FunctionalInterface
public interface Noise {
    /**
     * Fills a point.
     *
     * @param draw which of the draws of this step, from 0
     * @param out a point, to be written
     */
    void fill(SamStep step, int draw, Tensor out);

    /** One draw, a new point; 0 for parameters that are frozen. */
    default Tensor draw(SamStep step, int draw) {
        Tensor out = step.blank();
        draw(step, draw, out);
        return out;
    }

    /** One draw, written into a point; 0 for parameters that are frozen. */
    default void draw(SamStep step, int draw, Tensor out) {
        fill(step, draw, out);
        step.points().clearFrozen(step.space(), out);
    }

    /** Standard normal. */
    record Normal() implements Noise {
        /** From the multiples of 2^-53 in [0, 1) to numbers between them, so that 0 is not among them. */
        private static final double HALF_STEP = 0x1p-54;

        /** The only one. */
        public static Normal defaults() {
            return new Normal();
        }

        @Override
        public void fill(SamStep step, int draw, Tensor out) {
            RandomKey key = step.key().fold("noise").fold(draw);
            Span z = out.span();
            for (int i = 0; i < z.length(); i++) {
                double u = key.uniform(i);
                z.set(i, NormalQuantile.of(u - 0.5 + HALF_STEP, Math.min(u + HALF_STEP, 1 - u - HALF_STEP)));
            }
        }
    }

    /** +1 or -1, with equal chances (Rademacher). */
    record Sign() implements Noise {
        /** The only one. */
        public static Sign defaults() {
            return new Sign();
        }

        @Override
        public void fill(SamStep step, int draw, Tensor out) {
            RandomKey key = step.key().fold("noise").fold(draw);
            for (int i = 0; i < out.size(); i++) {
                out.span().set(i, key.bits(i) < 0 ? -1 : 1);
            }
        }
    }
}
