package dev.steppe.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Updates of points, one pass each. Each method treats the first {@code loopBound(n)} numbers and leaves the others to the caller. */
final class VectorUpdates {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();

    private VectorUpdates() {
    }

    /** {@code y += a x}. */
    static void axpy(float a, float[] x, int xo, float[] y, int yo, int n) {
        int bound = SPECIES.loopBound(n);
        FloatVector factor = FloatVector.broadcast(SPECIES, a);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector.fromArray(SPECIES, x, xo + i).fma(factor, FloatVector.fromArray(SPECIES, y, yo + i)).intoArray(y, yo + i);
        }
    }

    /** {@code out = a x + b y}. */
    static void combine(float a, float[] x, int xo, float b, float[] y, int yo, float[] out, int oo, int n) {
        int bound = SPECIES.loopBound(n);
        FloatVector factor = FloatVector.broadcast(SPECIES, a);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector.fromArray(SPECIES, x, xo + i).fma(factor, FloatVector.fromArray(SPECIES, y, yo + i).mul(b)).intoArray(out, oo + i);
        }
    }

    /** {@code out = x + t (y - x)}. */
    static void lerp(float[] x, int xo, float[] y, int yo, float t, float[] out, int oo, int n) {
        int bound = SPECIES.loopBound(n);
        FloatVector factor = FloatVector.broadcast(SPECIES, t);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector from = FloatVector.fromArray(SPECIES, x, xo + i);
            FloatVector.fromArray(SPECIES, y, yo + i).sub(from).fma(factor, from).intoArray(out, oo + i);
        }
    }

    /** {@code out = a (x * y)}. */
    static void multiply(float a, float[] x, int xo, float[] y, int yo, float[] out, int oo, int n) {
        int bound = SPECIES.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector.fromArray(SPECIES, x, xo + i).mul(FloatVector.fromArray(SPECIES, y, yo + i)).mul(a).intoArray(out, oo + i);
        }
    }

    /** {@code w -= rate (g + decay w)}. */
    static void sgd(float[] w, int wo, float[] g, int go, float rate, float decay, int n) {
        int bound = SPECIES.loopBound(n);
        FloatVector step = FloatVector.broadcast(SPECIES, -rate);
        FloatVector shrink = FloatVector.broadcast(SPECIES, decay);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector weight = FloatVector.fromArray(SPECIES, w, wo + i);
            FloatVector gradient = weight.fma(shrink, FloatVector.fromArray(SPECIES, g, go + i));
            gradient.fma(step, weight).intoArray(w, wo + i);
        }
    }

    /** {@code m = momentum m + g + decay w}; {@code w -= rate m}. */
    static void heavyBall(float[] w, int wo, float[] g, int go, float[] m, int mo, float rate, float momentum, float decay, int n) {
        int bound = SPECIES.loopBound(n);
        FloatVector step = FloatVector.broadcast(SPECIES, -rate);
        FloatVector friction = FloatVector.broadcast(SPECIES, momentum);
        FloatVector shrink = FloatVector.broadcast(SPECIES, decay);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector weight = FloatVector.fromArray(SPECIES, w, wo + i);
            FloatVector gradient = weight.fma(shrink, FloatVector.fromArray(SPECIES, g, go + i));
            FloatVector velocity = FloatVector.fromArray(SPECIES, m, mo + i).fma(friction, gradient);
            velocity.intoArray(m, mo + i);
            velocity.fma(step, weight).intoArray(w, wo + i);
        }
    }

    /** As {@link #heavyBall}, then Nesterov's {@code w -= rate (g + decay w + momentum m)}. */
    static void nesterov(float[] w, int wo, float[] g, int go, float[] m, int mo, float rate, float momentum, float decay, int n) {
        int bound = SPECIES.loopBound(n);
        FloatVector step = FloatVector.broadcast(SPECIES, -rate);
        FloatVector friction = FloatVector.broadcast(SPECIES, momentum);
        FloatVector shrink = FloatVector.broadcast(SPECIES, decay);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector weight = FloatVector.fromArray(SPECIES, w, wo + i);
            FloatVector gradient = weight.fma(shrink, FloatVector.fromArray(SPECIES, g, go + i));
            FloatVector velocity = FloatVector.fromArray(SPECIES, m, mo + i).fma(friction, gradient);
            velocity.intoArray(m, mo + i);
            velocity.fma(friction, gradient).fma(step, weight).intoArray(w, wo + i);
        }
    }

    /**
     * {@code g += shrink w}; {@code m = b1 m + (1-b1) g}; {@code v = b2 v + (1-b2) g^2}; {@code out = keep w - rate m / (inverseRoot sqrt(v) + epsilon)}. The output
     * may be the weights.
     */
    static void adam(float[] w, int wo, float[] g, int go, float[] m, int mo, float[] v, int vo, float[] out,
            int oo, Adam adam, int n) {
        int bound = SPECIES.loopBound(n);
        FloatVector beta1 = FloatVector.broadcast(SPECIES, adam.beta1);
        FloatVector beta2 = FloatVector.broadcast(SPECIES, adam.beta2);
        FloatVector inverseRoot = FloatVector.broadcast(SPECIES, adam.inverseRoot);
        FloatVector epsilon = FloatVector.broadcast(SPECIES, adam.epsilon);
        FloatVector keep = FloatVector.broadcast(SPECIES, adam.keep);
        FloatVector shrink = FloatVector.broadcast(SPECIES, adam.shrink);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector weight = FloatVector.fromArray(SPECIES, w, wo + i);
            FloatVector gradient = weight.fma(shrink, FloatVector.fromArray(SPECIES, g, go + i));
            FloatVector mean = FloatVector.fromArray(SPECIES, m, mo + i).fma(beta1, gradient.mul(adam.rest1));
            FloatVector square = FloatVector.fromArray(SPECIES, v, vo + i).fma(beta2, gradient.mul(adam.rest2).mul(gradient));
            mean.intoArray(m, mo + i);
            square.intoArray(v, vo + i);
            FloatVector step = mean.mul(adam.rate).div(square.sqrt().fma(inverseRoot, epsilon));
            weight.fma(keep, step.neg()).intoArray(out, oo + i);
        }
    }

    /**
     * The constants of one step of Adam's family, worked out in double and rounded once: rest = 1 - beta, {@code rate} holds the correction of m, {@code keep} the
     * decoupled decay and {@code shrink} the coupled one.
     */
    record Adam(float beta1, float rest1, float beta2, float rest2, float rate, float inverseRoot, float epsilon, float keep,
            float shrink) {
    }

    /** {@code g += decay w}; {@code v = alpha v + rest g^2}; {@code w -= rate g / (sqrt(v) + epsilon)}. */
    static void rmsProp(float[] w, int wo, float[] g, int go, float[] v, int vo, RmsProp rms, int n) {
        int bound = SPECIES.loopBound(n);
        FloatVector step = FloatVector.broadcast(SPECIES, -rms.rate);
        FloatVector shrink = FloatVector.broadcast(SPECIES, rms.decay);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector weight = FloatVector.fromArray(SPECIES, w, wo + i);
            FloatVector gradient = weight.fma(shrink, FloatVector.fromArray(SPECIES, g, go + i));
            FloatVector square = FloatVector.fromArray(SPECIES, v, vo + i).mul(rms.alpha);
            square = gradient.mul(rms.rest).fma(gradient, square);
            square.intoArray(v, vo + i);
            gradient.div(square.sqrt().add(rms.epsilon)).fma(step, weight).intoArray(w, wo + i);
        }
    }

    /** As {@link #rmsProp}, but {@code m = momentum m + g / (sqrt(v) + epsilon)}; {@code w -= rate m}. */
    static void rmsPropMomentum(float[] w, int wo, float[] g, int go, float[] v, int vo, float[] m, int mo, RmsProp rms, int n) {
        int bound = SPECIES.loopBound(n);
        FloatVector step = FloatVector.broadcast(SPECIES, -rms.rate);
        FloatVector shrink = FloatVector.broadcast(SPECIES, rms.decay);
        FloatVector friction = FloatVector.broadcast(SPECIES, rms.momentum);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector weight = FloatVector.fromArray(SPECIES, w, wo + i);
            FloatVector gradient = weight.fma(shrink, FloatVector.fromArray(SPECIES, g, go + i));
            FloatVector square = FloatVector.fromArray(SPECIES, v, vo + i).mul(rms.alpha);
            square = gradient.mul(rms.rest).fma(gradient, square);
            square.intoArray(v, vo + i);
            FloatVector velocity = FloatVector.fromArray(SPECIES, m, mo + i).fma(friction, gradient.div(square.sqrt().add(rms.epsilon)));
            velocity.intoArray(m, mo + i);
            velocity.fma(step, weight).intoArray(w, wo + i);
        }
    }

    /** The constants of RMSprop, rounded once: rest = 1 - alpha. */
    record RmsProp(float rate, float alpha, float rest, float epsilon, float decay, float momentum) {
    }

    /** {@code w = keep w - rate sign(b1 m + rest1 g)}; {@code m = b2 m + rest2 g}. */
    static void lion(float[] w, int wo, float[] g, int go, float[] m, int mo, Lion lion, int n) {
        int bound = SPECIES.loopBound(n);
        FloatVector beta1 = FloatVector.broadcast(SPECIES, lion.beta1);
        FloatVector beta2 = FloatVector.broadcast(SPECIES, lion.beta2);
        FloatVector keep = FloatVector.broadcast(SPECIES, lion.keep);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector gradient = FloatVector.fromArray(SPECIES, g, go + i);
            FloatVector mean = FloatVector.fromArray(SPECIES, m, mo + i);
            FloatVector direction = mean.fma(beta1, gradient.mul(lion.rest1));
            mean.fma(beta2, gradient.mul(lion.rest2)).intoArray(m, mo + i);
            // NaN, and zero with its sign, are their own
            FloatVector step = direction.mul(-lion.rate).blend(-lion.rate, direction.compare(VectorOperators.GT, 0))
                    .blend(lion.rate, direction.compare(VectorOperators.LT, 0));
            FloatVector.fromArray(SPECIES, w, wo + i).fma(keep, step).intoArray(w, wo + i);
        }
    }

    /** The constants of Lion, rounded once: rest = 1 - beta, keep = 1 - rate decay. */
    record Lion(float beta1, float rest1, float beta2, float rest2, float rate, float keep) {
    }
}
