package dev.steppe.kernels;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * Transcendental functions of float lanes, built from {@code fma}, division and integer arithmetic alone, all of which are exactly rounded: so their bits
 * are the same on every processor, which {@code lanewise(EXP)} does not promise. Polynomials are minimax in the relative error of the function (Remez
 * exchange in 50 digits, coefficients rounded to float). The bounds below, in units of the last place (ulp) of the exact result, hold for all floats:
 *
 * <table>
 * <caption>Error bounds</caption>
 * <tr><th>function</th><th>ulp</th><th>note</th></tr>
 * <tr><td>exp</td><td>1.1</td><td>subnormal results too</td></tr>
 * <tr><td>log</td><td>2.1</td><td></td></tr>
 * <tr><td>sigmoid</td><td>2.6</td><td>results below {@code 2^-126} may be 0</td></tr>
 * <tr><td>tanh</td><td>1.5</td><td></td></tr>
 * <tr><td>softplus</td><td>3</td><td>subnormal results too</td></tr>
 * <tr><td>erf</td><td>1.5</td><td></td></tr>
 * </table>
 *
 * <p>Functions that need an exponential get it in an array, a block at a time: a shared helper on vectors would box them wherever it is not inlined. Each
 * method treats the first {@code loopBound(n)} numbers and leaves the others to the caller; all arrays may be the same.
 */
final class VectorMath {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();

    private static final float LOG2_E = (float) (1 / Math.log(2));
    private static final float LN2_HIGH = (float) Math.log(2);
    private static final float LN2_LOW = (float) (Math.log(2) - LN2_HIGH);
    /** Adding it rounds a small float to an integer, which is then found in the low bits. */
    private static final float ROUNDER = 0x1.8p23f;

    /** As the second argument of {@link #exp}: x as it is. */
    static final int SIGNED = -1;
    /** As the second argument of {@link #exp}: x without its sign. */
    static final int ABSOLUTE = Integer.MAX_VALUE;

    private VectorMath() {
    }

    /**
     * {@code y = exp(factor * x)}, or with {@link #ABSOLUTE} {@code exp(factor * |x|)}; factor is a power of two or its negative.
     *
     * <p>{@code exp(x) = 2^k exp(r)} with k the integer next to {@code x / ln 2} and {@code |r| <= ln(2)/2}; {@code exp(r) = 1 + r + r^2 P(r)}, relative error
     * {@code 2^-28}. Two factors make {@code 2^k}, so that results at both ends of the range are rounded once.
     */
    static void exp(float factor, int bits, float[] x, int xo, float[] y, int yo, int n) {
        int bound = SPECIES.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xo + i).reinterpretAsInts().and(bits).reinterpretAsFloats().mul(factor);
            FloatVector shifted = v.fma(LOG2_E, ROUNDER);
            FloatVector k = shifted.sub(ROUNDER);
            FloatVector r = k.fma(FloatVector.broadcast(SPECIES, -LN2_HIGH), v);
            r = k.fma(FloatVector.broadcast(SPECIES, -LN2_LOW), r);
            FloatVector p = r.fma(0.0013814599f, 0.0083687166f);
            p = p.fma(r, FloatVector.broadcast(SPECIES, 0.04166839f));
            p = p.fma(r, FloatVector.broadcast(SPECIES, 0.16666521f));
            p = p.fma(r, FloatVector.broadcast(SPECIES, 0.49999994f));
            p = p.mul(r).fma(r, r).add(1f);
            IntVector exponent = shifted.reinterpretAsInts().sub(Float.floatToRawIntBits(ROUNDER));
            IntVector half = exponent.lanewise(ASHR, 1);
            p = p.mul(half.add(127).lanewise(LSHL, 23).reinterpretAsFloats());
            p = p.mul(exponent.sub(half).add(127).lanewise(LSHL, 23).reinterpretAsFloats());
            p = p.blend(Float.POSITIVE_INFINITY, v.compare(GT, 89f));
            p.blend(0f, v.compare(LT, -104f)).intoArray(y, yo + i);
        }
    }

    /**
     * {@code log(x) = k ln 2 + log(m)}, m in {@code [sqrt(1/2), sqrt(2))}; {@code log(m) = 2 atanh(s) = 2s + s^3 P(s^2)} with {@code s = (m-1)/(m+1)}, relative
     * error {@code 2^-30}.
     */
    static void log(float[] x, int xo, float[] y, int yo, int n) {
        int bound = SPECIES.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xo + i);
            VectorMask<Float> subnormal = v.compare(LT, Float.MIN_NORMAL);
            IntVector bits = v.blend(v.mul(0x1p25f), subnormal).reinterpretAsInts();
            IntVector exponent = bits.sub(Float.floatToRawIntBits(0.70710677f)).lanewise(ASHR, 23);
            FloatVector m = bits.sub(exponent.lanewise(LSHL, 23)).reinterpretAsFloats();
            FloatVector k = (FloatVector) exponent.convert(I2F, 0);
            k = k.blend(k.sub(25f), subnormal);
            FloatVector s = m.sub(1f).div(m.add(1f));
            FloatVector z = s.mul(s);
            FloatVector p = z.fma(0.2987107f, 0.39977568f);
            p = p.fma(z, FloatVector.broadcast(SPECIES, 0.66666776f)).mul(z);
            p = k.fma(FloatVector.broadcast(SPECIES, LN2_LOW), p.mul(s)).add(s.add(s));
            p = k.fma(FloatVector.broadcast(SPECIES, LN2_HIGH), p);
            p = p.blend(Float.NaN, v.compare(LT, 0f));
            p = p.blend(Float.NEGATIVE_INFINITY, v.compare(EQ, 0f));
            // Infinity and NaN are their own logarithms.
            p.blend(v, v.compare(LT, Float.POSITIVE_INFINITY).not()).intoArray(y, yo + i);
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

    /**
     * From {@code e = exp(2|x|)}: {@code 1 - 2 / (e + 1)}, but below 5/8 {@code |x| + |x|^3 P(x^2)}, relative error {@code 2^-27}; with the sign of x.
     */
    static void tanh(float[] x, int xo, float[] e, int eo, float[] y, int yo, int n) {
        int bound = SPECIES.loopBound(n);
        FloatVector minusTwo = FloatVector.broadcast(SPECIES, -2f);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xo + i);
            FloatVector a = v.abs();
            FloatVector large = minusTwo.div(FloatVector.fromArray(SPECIES, e, eo + i).add(1f)).add(1f);
            FloatVector z = v.mul(v);
            FloatVector p = z.fma(-0.005704987f, 0.020639088f);
            p = p.fma(z, FloatVector.broadcast(SPECIES, -0.053739715f));
            p = p.fma(z, FloatVector.broadcast(SPECIES, 0.13331442f));
            p = p.fma(z, FloatVector.broadcast(SPECIES, -0.3333328f));
            FloatVector magnitude = large.blend(p.mul(z).fma(a, a), a.compare(LT, 0.625f));
            magnitude.reinterpretAsInts().or(v.reinterpretAsInts().and(Integer.MIN_VALUE)).reinterpretAsFloats().intoArray(y, yo + i);
        }
    }

    /**
     * From {@code e = exp(-|x|)}: {@code max(x, 0) + log(1 + e)}; the logarithm is {@code 2 atanh(s) = 2s + s^3 P(s^2)} with {@code s = e / (2 + e)}, relative
     * error {@code 2^-33}, which keeps its relative accuracy for small e.
     */
    static void softplus(float[] x, int xo, float[] e, int eo, float[] y, int yo, int n) {
        int bound = SPECIES.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xo + i);
            FloatVector s = FloatVector.fromArray(SPECIES, e, eo + i);
            s = s.div(s.add(2f));
            FloatVector z = s.mul(s);
            FloatVector p = z.fma(0.24289559f, 0.2143074f);
            p = p.fma(z, FloatVector.broadcast(SPECIES, 0.28616598f));
            p = p.fma(z, FloatVector.broadcast(SPECIES, 0.3999889f));
            p = p.fma(z, FloatVector.broadcast(SPECIES, 0.66666675f));
            p = p.mul(z).fma(s, s.add(s));
            v.blend(0f, v.compare(LE, 0f)).add(p).intoArray(y, yo + i);
        }
    }

    /** {@code e = log(erfc(|x|))} for {@code |x|} from 59/64 to 3.95, where erf is 1 in float; the error of erf made of it is {@code 2^-29}. */
    static void logErfc(float[] x, int xo, float[] e, int eo, int n) {
        int bound = SPECIES.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector t = FloatVector.fromArray(SPECIES, x, xo + i).abs();
            t = t.blend(3.95f, t.compare(GT, 3.95f));
            FloatVector r = t.fma(0.00019572009f, -0.0030410874f);
            r = r.fma(t, FloatVector.broadcast(SPECIES, 0.022218429f));
            r = r.fma(t, FloatVector.broadcast(SPECIES, -0.10391398f));
            r = r.fma(t, FloatVector.broadcast(SPECIES, -0.6372023f));
            r = r.fma(t, FloatVector.broadcast(SPECIES, -1.1276637f));
            r.fma(t, FloatVector.broadcast(SPECIES, -0.00019856184f)).intoArray(e, eo + i);
        }
    }

    /** From {@code e = erfc(|x|)}: {@code 1 - e}, but below 59/64 {@code |x| + |x| P(x^2)}, relative error {@code 2^-31}; with the sign of x. */
    static void erf(float[] x, int xo, float[] e, int eo, float[] y, int yo, int n) {
        int bound = SPECIES.loopBound(n);
        FloatVector one = FloatVector.broadcast(SPECIES, 1f);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xo + i);
            FloatVector a = v.abs();
            FloatVector large = one.sub(FloatVector.fromArray(SPECIES, e, eo + i));
            FloatVector z = v.mul(v);
            FloatVector p = z.fma(0.000083700994f, -0.0008142704f);
            p = p.fma(z, FloatVector.broadcast(SPECIES, 0.0052010324f));
            p = p.fma(z, FloatVector.broadcast(SPECIES, -0.0268594f));
            p = p.fma(z, FloatVector.broadcast(SPECIES, 0.11283696f));
            p = p.fma(z, FloatVector.broadcast(SPECIES, -0.37612635f));
            p = p.fma(z, FloatVector.broadcast(SPECIES, 0.12837917f));
            FloatVector magnitude = large.blend(p.fma(a, a), a.compare(LT, 0.921875f));
            magnitude.reinterpretAsInts().or(v.reinterpretAsInts().and(Integer.MIN_VALUE)).reinterpretAsFloats().intoArray(y, yo + i);
        }
    }
}
