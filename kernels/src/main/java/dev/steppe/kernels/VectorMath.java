package dev.steppe.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Transcendental functions of float lanes, built from {@code fma}, division and integer arithmetic alone, all of which are exactly rounded: so their bits
 * are the same on every processor, which {@code lanewise(EXP)} does not promise. Polynomials are minimax in the relative error of the function (Remez
 * exchange in 50 digits, coefficients rounded to float); the bounds below are the largest errors found over all floats, in units of the last place (ulp)
 * of the exact result:
 *
 * <table>
 * <caption>Error bounds</caption>
 * <tr><th>function</th><th>ulp</th><th>note</th></tr>
 * <tr><td>exp</td><td>1</td><td>subnormal results too</td></tr>
 * <tr><td>log</td><td>2</td><td></td></tr>
 * <tr><td>sigmoid</td><td>3</td><td>results below {@code 2^-126} may be 0</td></tr>
 * <tr><td>tanh</td><td>2</td><td></td></tr>
 * <tr><td>softplus</td><td>2</td><td>results below {@code 2^-126} within {@code 2^-148}</td></tr>
 * <tr><td>erf</td><td>2</td><td></td></tr>
 * </table>
 *
 * <p>Each method treats the first {@code loopBound(n)} numbers and leaves the others to the caller; y may be x.
 */
final class VectorMath {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();

    private static final float LOG2_E = (float) (1 / Math.log(2));
    private static final float LN2_HIGH = (float) Math.log(2);
    private static final float LN2_LOW = (float) (Math.log(2) - LN2_HIGH);
    /** Adding it rounds a small float to an integer, which is then found in the low bits. */
    private static final float ROUNDER = 0x1.8p23f;

    private VectorMath() {
    }

    /** {@code y = exp(sign * x)}. */
    static void exp(float sign, float[] x, int xo, float[] y, int yo, int n) {
        int bound = SPECIES.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            exp(FloatVector.fromArray(SPECIES, x, xo + i).mul(sign)).intoArray(y, yo + i);
        }
    }

    /**
     * {@code exp(x) = 2^k exp(r)} with k the integer next to {@code x / ln 2} and {@code |r| <= ln(2)/2}; {@code exp(r) = 1 + r + r^2 P(r)}, relative error
     * {@code 2^-28}. Two factors make {@code 2^k}, so that results at both ends of the range are rounded once. Small enough to be inlined always.
     */
    private static FloatVector exp(FloatVector x) {
        FloatVector shifted = x.fma(LOG2_E, ROUNDER);
        FloatVector k = shifted.sub(ROUNDER);
        FloatVector r = k.fma(FloatVector.broadcast(SPECIES, -LN2_HIGH), x);
        r = k.fma(FloatVector.broadcast(SPECIES, -LN2_LOW), r);
        FloatVector p = r.fma(0.0013814599f, 0.0083687166f);
        p = p.fma(r, FloatVector.broadcast(SPECIES, 0.04166839f));
        p = p.fma(r, FloatVector.broadcast(SPECIES, 0.16666521f));
        p = p.fma(r, FloatVector.broadcast(SPECIES, 0.49999994f));
        p = p.mul(r).fma(r, r).add(1f);
        IntVector exponent = shifted.reinterpretAsInts().sub(Float.floatToRawIntBits(ROUNDER));
        IntVector half = exponent.lanewise(VectorOperators.ASHR, 1);
        FloatVector first = half.add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
        FloatVector second = exponent.sub(half).add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
        FloatVector y = p.mul(first).mul(second);
        y = y.blend(Float.POSITIVE_INFINITY, x.compare(VectorOperators.GT, 89f));
        return y.blend(0f, x.compare(VectorOperators.LT, -104f));
    }

    /**
     * {@code log(x) = k ln 2 + log(m)}, m in {@code [sqrt(1/2), sqrt(2))}; {@code log(m) = 2 atanh(s) = 2s + s^3 P(s^2)} with {@code s = (m-1)/(m+1)}, relative
     * error {@code 2^-30}.
     */
    static void log(float[] x, int xo, float[] y, int yo, int n) {
        int bound = SPECIES.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xo + i);
            VectorMask<Float> subnormal = v.compare(VectorOperators.LT, Float.MIN_NORMAL);
            IntVector bits = v.blend(v.mul(0x1p25f), subnormal).reinterpretAsInts();
            IntVector exponent = bits.sub(Float.floatToRawIntBits(0.70710677f)).lanewise(VectorOperators.ASHR, 23);
            FloatVector m = bits.sub(exponent.lanewise(VectorOperators.LSHL, 23)).reinterpretAsFloats();
            FloatVector k = (FloatVector) exponent.convert(VectorOperators.I2F, 0);
            k = k.blend(k.sub(25f), subnormal);
            FloatVector s = m.sub(1f).div(m.add(1f));
            FloatVector z = s.mul(s);
            FloatVector p = z.fma(0.2987107f, 0.39977568f);
            p = p.fma(z, FloatVector.broadcast(SPECIES, 0.66666776f)).mul(z);
            p = k.fma(FloatVector.broadcast(SPECIES, LN2_LOW), p.mul(s)).add(s.add(s));
            p = k.fma(FloatVector.broadcast(SPECIES, LN2_HIGH), p);
            p = p.blend(Float.NaN, v.compare(VectorOperators.LT, 0f));
            p = p.blend(Float.NEGATIVE_INFINITY, v.compare(VectorOperators.EQ, 0f));
            // Infinity and NaN are their own logarithms.
            p.blend(v, v.compare(VectorOperators.LT, Float.POSITIVE_INFINITY).not()).intoArray(y, yo + i);
        }
    }

    /** {@code y = 1 / (1 + x)}: after {@code exp(-x)}, the logistic function. */
    static void logistic(float[] x, int xo, float[] y, int yo, int n) {
        int bound = SPECIES.loopBound(n);
        FloatVector one = FloatVector.broadcast(SPECIES, 1f);
        for (int i = 0; i < bound; i += LANES) {
            one.div(FloatVector.fromArray(SPECIES, x, xo + i).add(1f)).intoArray(y, yo + i);
        }
    }

    /** Below 5/8 {@code x + x^3 P(x^2)}, relative error {@code 2^-27}; beyond, {@code 1 - 2 / (exp(2|x|) + 1)} with the sign of x. */
    static void tanh(float[] x, int xo, float[] y, int yo, int n) {
        int bound = SPECIES.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xo + i);
            FloatVector a = v.abs();
            FloatVector large = FloatVector.broadcast(SPECIES, -2f).div(exp(a.add(a)).add(1f)).add(1f);
            large = large.blend(large.neg(), v.compare(VectorOperators.LT, 0f));
            FloatVector z = v.mul(v);
            FloatVector p = z.fma(-0.005704987f, 0.020639088f);
            p = p.fma(z, FloatVector.broadcast(SPECIES, -0.053739715f));
            p = p.fma(z, FloatVector.broadcast(SPECIES, 0.13331442f));
            p = p.fma(z, FloatVector.broadcast(SPECIES, -0.3333328f));
            FloatVector small = p.mul(z).fma(v, v);
            large.blend(small, a.compare(VectorOperators.LT, 0.625f)).intoArray(y, yo + i);
        }
    }

    /**
     * {@code max(x, 0) + log(1 + e)}, {@code e = exp(-|x|)}; the logarithm is {@code 2 atanh(s) = 2s + s^3 P(s^2)} with {@code s = e / (2 + e)}, relative error
     * {@code 2^-33}, which keeps its relative accuracy for small e.
     */
    static void softplus(float[] x, int xo, float[] y, int yo, int n) {
        int bound = SPECIES.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xo + i);
            FloatVector e = exp(v.abs().neg());
            FloatVector s = e.div(e.add(2f));
            FloatVector z = s.mul(s);
            FloatVector p = z.fma(0.24289559f, 0.2143074f);
            p = p.fma(z, FloatVector.broadcast(SPECIES, 0.28616598f));
            p = p.fma(z, FloatVector.broadcast(SPECIES, 0.3999889f));
            p = p.fma(z, FloatVector.broadcast(SPECIES, 0.66666675f));
            p = p.mul(z).fma(s, s.add(s));
            v.blend(0f, v.compare(VectorOperators.LE, 0f)).add(p).intoArray(y, yo + i);
        }
    }

    /**
     * Below 59/64 {@code x + x P(x^2)}, relative error {@code 2^-31}; beyond, {@code 1 - exp(-R(|x|))} with the sign of x, where R approximates
     * {@code -log(erfc)} up to 3.95, error {@code 2^-29} of the result; after that erf is 1 in float.
     */
    static void erf(float[] x, int xo, float[] y, int yo, int n) {
        int bound = SPECIES.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xo + i);
            FloatVector a = v.abs();
            FloatVector t = a.blend(3.95f, a.compare(VectorOperators.GT, 3.95f));
            FloatVector r = t.fma(-0.00019572009f, 0.0030410874f);
            r = r.fma(t, FloatVector.broadcast(SPECIES, -0.022218429f));
            r = r.fma(t, FloatVector.broadcast(SPECIES, 0.10391398f));
            r = r.fma(t, FloatVector.broadcast(SPECIES, 0.6372023f));
            r = r.fma(t, FloatVector.broadcast(SPECIES, 1.1276637f));
            r = r.fma(t, FloatVector.broadcast(SPECIES, 0.00019856184f));
            FloatVector large = exp(r.neg()).neg().add(1f);
            large = large.blend(large.neg(), v.compare(VectorOperators.LT, 0f));
            FloatVector z = v.mul(v);
            FloatVector p = z.fma(0.000083700994f, -0.0008142704f);
            p = p.fma(z, FloatVector.broadcast(SPECIES, 0.0052010324f));
            p = p.fma(z, FloatVector.broadcast(SPECIES, -0.0268594f));
            p = p.fma(z, FloatVector.broadcast(SPECIES, 0.11283696f));
            p = p.fma(z, FloatVector.broadcast(SPECIES, -0.37612635f));
            p = p.fma(z, FloatVector.broadcast(SPECIES, 0.12837917f));
            large.blend(p.fma(v, v), a.compare(VectorOperators.LT, 0.921875f)).intoArray(y, yo + i);
        }
    }
}
