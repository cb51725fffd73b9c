package dev.steppe.optim.sam;

import dev.steppe.core.Tensor;
import dev.steppe.optim.*;

/** In which steps a variant pays for its perturbation. Open: write your own. */
@OneOf({Trigger.EveryK.class, Trigger.Bernoulli.class, Trigger.Window.class, Trigger.Flat.class, Trigger.Cosine.class})
@FunctionalInterface
public interface Trigger {
    /** Whether this step pays. May be asked more than once in a step. */
    boolean fires(SamStep step);

    /** Told the gradient that the base optimizer gets, in each step. */
    default void saw(SamStep step, Tensor gradient) {
    }

    /**
     * Steps 0, k, 2 k, ...
     *
     * @param k at least 1
     */
    record EveryK(@Origin("lk-eg: VaSSORe, best accuracy per cost of the naive rules") @Range("[1, inf)") int k) implements Trigger {
        /** @throws OptionException if k is out of its range */
        public EveryK {
            OptionException.check(EveryK.class, k);
        }

        /** Every second step. */
        public static EveryK defaults() {
            return new EveryK(2);
        }

        @Override
        public boolean fires(SamStep step) {
            return step.number() % k == 0;
        }
    }

    /**
     * At random: randomised sharpness-aware training, SS-SAM (arXiv 2203.09962).
     *
     * @param p probability, in [0, 1]
     */
    record Bernoulli(@Origin("arXiv 2203.09962") @Range("[0, 1]") double p) implements Trigger {
        /** @throws OptionException if p is out of its range */
        public Bernoulli {
            OptionException.check(Bernoulli.class, p);
        }

        /** Every other step in the mean. */
        public static Bernoulli defaults() {
            return new Bernoulli(0.5);
        }

        @Override
        public boolean fires(SamStep step) {
            return step.key().fold("bernoulli").uniform(0) < p;
        }
    }

    /**
     * While a part of the run lasts; 0.8 to 1 are the last fifth of the epochs. Needs {@link dev.steppe.optim.Options#totalSteps}.
     *
     * @param from in [0, 1]
     * @param to in [from, 1], not in the window itself unless it is 1
     */
    record Window(
            @Origin("lk-eg: best accuracy per cost, epochs 160 to 200 of 200") @Range("[0, 1]") double from,
            @Origin("lk-eg: best accuracy per cost, epochs 160 to 200 of 200") @Range("[0, 1]") double to) implements Trigger {
        /** @throws OptionException if a number is out of its range */
        public Window {
            OptionException.check(Window.class, from, to);
            OptionException.require(to >= from, "window", "to", to, "in [from, 1]");
        }

        /** The last fifth. */
        public static Window defaults() {
            return new Window(0.8, 1);
        }

        @Override
        public boolean fires(SamStep step) {
            double done = step.progress();
            return done >= from && (done < to || to == 1);
        }
    }

    /**
     * gSAMflat: when the norm of the gradient falls below its running mean, {@code tau > ((1 - lambda) z + lambda) |g|} with
     * {@code tau = (1 - lambda) tau + lambda |g|}, both after the step before; always during the warm-up.
     *
     * @param lambda weight of the newest norm, in [0, 1]
     * @param z how far below, at least 0
     * @param warmup steps, at least 1
     */
    record Flat(
            @Origin("lk-eg") @Range("[0, 1]") double lambda,
            @Origin("lk-eg: 1.2 to 2.5") double z,
            @Origin("lk-eg") @Range("[1, inf)") int warmup) implements Trigger {
        /** @throws OptionException if a number is out of its range */
        public Flat {
            OptionException.check(Flat.class, lambda, z, warmup);
        }

        /** z 1.2 after 100 steps. */
        public static Flat defaults() {
            return new Flat(0.2, 1.2, 100);
        }

        @Override
        public boolean fires(SamStep step) {
            double norm = step.memory("norm", Double.NaN);
            return step.number() < warmup || Double.isNaN(norm) || step.memory("tau", 0) > ((1 - lambda) * z + lambda) * norm;
        }

        @Override
        public void saw(SamStep step, Tensor gradient) {
            double norm = step.norm(gradient);
            step.remember("tau", (1 - lambda) * step.memory("tau", norm) + lambda * norm);
            step.remember("norm", norm);
        }
    }

    /**
     * cosSim: when the gradient has turned, {@code cos(g of the last step, g of the one before) <= c}.
     *
     * @param c in [-1, 1]
     */
    record Cosine(@Origin("lk-eg; the value is not known, chosen here") @Range("[-1, 1]") double c) implements Trigger {
        /** @throws OptionException if c is out of its range */
        public Cosine {
            OptionException.check(Cosine.class, c);
        }

        /** At an angle of 90 degrees or more. */
        public static Cosine defaults() {
            return new Cosine(0);
        }

        @Override
        public boolean fires(SamStep step) {
            return step.memory("cosine", -1) <= c;
        }

        @Override
        public void saw(SamStep step, Tensor gradient) {
            Tensor last = step.memory("last");
            if (last != null) {
                double norms = step.norm(gradient) * step.norm(last);
                step.remember("cosine", norms == 0 ? 1 : step.points().dot(gradient, last) / norms);
            }
            step.remember("last", gradient);
        }
    }
}
