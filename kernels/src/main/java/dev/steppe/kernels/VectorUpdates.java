package dev.steppe.kernels;

import jdk.incubator.vector.FloatVector;
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

    /** {@code m = b1 m + (1-b1) g}; {@code v = b2 v + (1-b2) g^2}; {@code w = keep w - rate m / (inverseRoot sqrt(v) + epsilon)}. */
    static void adamW(float[] w, int wo, float[] g, int go, float[] m, int mo, float[] v, int vo, Adam adam, int n) {
        int bound = SPECIES.loopBound(n);
        FloatVector beta1 = FloatVector.broadcast(SPECIES, adam.beta1);
        FloatVector beta2 = FloatVector.broadcast(SPECIES, adam.beta2);
        FloatVector inverseRoot = FloatVector.broadcast(SPECIES, adam.inverseRoot);
        FloatVector epsilon = FloatVector.broadcast(SPECIES, adam.epsilon);
        FloatVector keep = FloatVector.broadcast(SPECIES, adam.keep);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector gradient = FloatVector.fromArray(SPECIES, g, go + i);
            FloatVector mean = FloatVector.fromArray(SPECIES, m, mo + i).fma(beta1, gradient.mul(adam.rest1));
            FloatVector square = FloatVector.fromArray(SPECIES, v, vo + i).fma(beta2, gradient.mul(adam.rest2).mul(gradient));
            mean.intoArray(m, mo + i);
            square.intoArray(v, vo + i);
            FloatVector step = mean.mul(adam.rate).div(square.sqrt().fma(inverseRoot, epsilon));
            FloatVector.fromArray(SPECIES, w, wo + i).fma(keep, step.neg()).intoArray(w, wo + i);
        }
    }

    /** The constants of one AdamW step, worked out in double and rounded once: rest = 1 - beta, {@code rate} holds the correction of m. */
    record Adam(float beta1, float rest1, float beta2, float rest2, float rate, float inverseRoot, float epsilon, float keep) {
    }
}
