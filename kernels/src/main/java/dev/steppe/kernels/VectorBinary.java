package dev.steppe.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Binary functions over contiguous runs: the same bits as the scalar twin, which also computes the numbers after the last whole vector. */
final class VectorBinary {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();

    private VectorBinary() {
    }

    /** {@code y[i] = f(a[i], b[i])} for n numbers; y may be a or b. */
    static void apply(Binary f, float[] a, int ao, float[] b, int bo, float[] y, int yo, int n) {
        switch (f) {
            case ADD -> add(a, ao, b, bo, y, yo, n);
            case SUBTRACT -> subtract(a, ao, b, bo, y, yo, n);
            case MULTIPLY -> multiply(a, ao, b, bo, y, yo, n);
            case DIVIDE -> divide(a, ao, b, bo, y, yo, n);
            case MAXIMUM -> maximum(a, ao, b, bo, y, yo, n);
            case GREATER -> greater(a, ao, b, bo, y, yo, n);
            case WHERE_POSITIVE -> wherePositive(a, ao, b, bo, y, yo, n);
        }
        for (int i = SPECIES.loopBound(n); i < n; i++) {
            y[yo + i] = (float) ScalarElementwise.apply(f, a[ao + i], b[bo + i]);
        }
    }

    private static void add(float[] a, int ao, float[] b, int bo, float[] y, int yo, int n) {
        int bound = SPECIES.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector.fromArray(SPECIES, a, ao + i).add(FloatVector.fromArray(SPECIES, b, bo + i)).intoArray(y, yo + i);
        }
    }

    private static void subtract(float[] a, int ao, float[] b, int bo, float[] y, int yo, int n) {
        int bound = SPECIES.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector.fromArray(SPECIES, a, ao + i).sub(FloatVector.fromArray(SPECIES, b, bo + i)).intoArray(y, yo + i);
        }
    }

    private static void multiply(float[] a, int ao, float[] b, int bo, float[] y, int yo, int n) {
        int bound = SPECIES.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector.fromArray(SPECIES, a, ao + i).mul(FloatVector.fromArray(SPECIES, b, bo + i)).intoArray(y, yo + i);
        }
    }

    private static void divide(float[] a, int ao, float[] b, int bo, float[] y, int yo, int n) {
        int bound = SPECIES.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector.fromArray(SPECIES, a, ao + i).div(FloatVector.fromArray(SPECIES, b, bo + i)).intoArray(y, yo + i);
        }
    }

    private static void maximum(float[] a, int ao, float[] b, int bo, float[] y, int yo, int n) {
        int bound = SPECIES.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector.fromArray(SPECIES, a, ao + i).max(FloatVector.fromArray(SPECIES, b, bo + i)).intoArray(y, yo + i);
        }
    }

    private static void greater(float[] a, int ao, float[] b, int bo, float[] y, int yo, int n) {
        int bound = SPECIES.loopBound(n);
        FloatVector zero = FloatVector.zero(SPECIES);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector u = FloatVector.fromArray(SPECIES, a, ao + i);
            FloatVector v = FloatVector.fromArray(SPECIES, b, bo + i);
            zero.blend(1f, u.compare(VectorOperators.GT, v)).blend(0.5f, u.compare(VectorOperators.EQ, v)).intoArray(y, yo + i);
        }
    }

    private static void wherePositive(float[] a, int ao, float[] b, int bo, float[] y, int yo, int n) {
        int bound = SPECIES.loopBound(n);
        FloatVector zero = FloatVector.zero(SPECIES);
        for (int i = 0; i < bound; i += LANES) {
            VectorMask<Float> positive = FloatVector.fromArray(SPECIES, b, bo + i).compare(VectorOperators.GT, 0f);
            zero.blend(FloatVector.fromArray(SPECIES, a, ao + i), positive).intoArray(y, yo + i);
        }
    }
}
