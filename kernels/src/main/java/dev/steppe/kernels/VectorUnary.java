package dev.steppe.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Unary functions that need a few instructions: the same bits as the scalar twin. Each method treats the first {@code loopBound(n)} numbers and leaves the
 * others to the caller; y may be x.
 */
final class VectorUnary {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();

    private VectorUnary() {
    }

    static void scale(float p, float[] x, int xo, float[] y, int yo, int n) {
        int bound = SPECIES.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector.fromArray(SPECIES, x, xo + i).mul(p).intoArray(y, yo + i);
        }
    }

    static void shift(float p, float[] x, int xo, float[] y, int yo, int n) {
        int bound = SPECIES.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector.fromArray(SPECIES, x, xo + i).add(p).intoArray(y, yo + i);
        }
    }

    static void sqrt(float[] x, int xo, float[] y, int yo, int n) {
        int bound = SPECIES.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector.fromArray(SPECIES, x, xo + i).sqrt().intoArray(y, yo + i);
        }
    }

    static void abs(float[] x, int xo, float[] y, int yo, int n) {
        int bound = SPECIES.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector.fromArray(SPECIES, x, xo + i).abs().intoArray(y, yo + i);
        }
    }

    static void sign(float[] x, int xo, float[] y, int yo, int n) {
        int bound = SPECIES.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xo + i);
            v.blend(1f, v.compare(VectorOperators.GT, 0f)).blend(-1f, v.compare(VectorOperators.LT, 0f)).intoArray(y, yo + i);
        }
    }

    static void relu(float[] x, int xo, float[] y, int yo, int n) {
        int bound = SPECIES.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xo + i);
            v.blend(0f, v.compare(VectorOperators.LE, 0f)).intoArray(y, yo + i);
        }
    }

    static void leakyRelu(float p, float[] x, int xo, float[] y, int yo, int n) {
        int bound = SPECIES.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xo + i);
            v.mul(p).blend(v, v.compare(VectorOperators.GT, 0f)).intoArray(y, yo + i);
        }
    }

    static void step(float p, float[] x, int xo, float[] y, int yo, int n) {
        int bound = SPECIES.loopBound(n);
        FloatVector below = FloatVector.broadcast(SPECIES, p);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xo + i);
            below.blend(1f, v.compare(VectorOperators.GT, 0f)).intoArray(y, yo + i);
        }
    }

    static void clamp(float p, float q, float[] x, int xo, float[] y, int yo, int n) {
        int bound = SPECIES.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector.fromArray(SPECIES, x, xo + i).max(p).min(q).intoArray(y, yo + i);
        }
    }

    static void within(float p, float q, float[] x, int xo, float[] y, int yo, int n) {
        int bound = SPECIES.loopBound(n);
        FloatVector zero = FloatVector.zero(SPECIES);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xo + i);
            zero.blend(1f, v.compare(VectorOperators.GE, p).and(v.compare(VectorOperators.LE, q))).intoArray(y, yo + i);
        }
    }
}
