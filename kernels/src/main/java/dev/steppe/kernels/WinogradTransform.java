package dev.steppe.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The transforms of Winograd's minimal filtering F(4, 3) along one axis (Lavin and Gray 2015, "Fast Algorithms for Convolutional Neural Networks", section 4):
 * four outputs of a filter of three taps, {@code y = A' [(G g) * (B' d)]}, from six products instead of twelve. Along rows and columns they make F(4x4, 3x3),
 * 36 products instead of 144.
 *
 * <p>The matrices follow from six points: two polynomials of degrees 2 and 3, whose coefficients are g and h, are multiplied by evaluating both at each point
 * and interpolating; transposed in h, that is the filtering (Winograd 1980; Barabasz et al. 2020, "Error Analysis and Improving the Accuracy of Winograd
 * Convolution for Deep Neural Networks"). With {@code N(p)} the product of {@code p - q} over the other finite points q,
 *
 * <pre>
 * G  row p: (1, p, p^2) / N(p)                       at infinity: (0, 0, 1)
 * A  row p: (1, p, p^2, p^3)                         at infinity: (0, 0, 0, 1)
 * B' row p: coefficients of the product of (x - q)   at infinity: of the product over all finite q
 * </pre>
 *
 * The points are 0, 3/4, -3/4, 3/2, -3/2 and infinity, in this order. Their powers stay near 1, so that less cancels than with the usual 0, +-1, +-2 (errors
 * are a third of theirs), and all entries of A and B are exact in F32. Points come in pairs +-p: what is even and what is odd in p is computed once for both.
 *
 * <p>All methods work on many lines of vectors: number e of line (i, j) lies at {@code offset + e * step + i * outer + j * inner}.
 */
final class WinogradTransform {
    private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;

    /** Outputs of a tile along one axis. */
    static final int TILE = 4;
    /** Points, and numbers of the input that a tile reads along one axis. */
    static final int POINTS = 6;
    /** Points of the plane. */
    static final int PLANES = POINTS * POINTS;

    private static final float A = 0.75f;
    private static final float B = 1.5f;
    private static final float A2 = A * A;
    private static final float B2 = B * B;
    private static final float A3 = A * A * A;
    private static final float B3 = B * B * B;
    /** {@code 1 / N} of the points. */
    private static final float N0 = 1 / (A2 * B2);
    private static final float NA = 1 / (2 * A2 * (A2 - B2));
    private static final float NB = 1 / (2 * B2 * (B2 - A2));

    private WinogradTransform() {
    }

    /**
     * Where vectors lie.
     *
     * @param step distance of the numbers of a line
     * @param outer distance of lines i and i + 1
     * @param inner distance of lines j and j + 1
     */
    record Lines(int step, int outer, int inner) {
    }

    /** {@code B' d}: six inputs to six points. */
    static void input(float[] d, int from, Lines in, float[] v, int to, Lines out, int outer, int inner) {
        FloatVector a = FloatVector.broadcast(S, A);
        FloatVector b = FloatVector.broadcast(S, B);
        FloatVector minusA = FloatVector.broadcast(S, -A);
        FloatVector minusB = FloatVector.broadcast(S, -B);
        FloatVector minusA2 = FloatVector.broadcast(S, -A2);
        FloatVector minusB2 = FloatVector.broadcast(S, -B2);
        FloatVector minusSum = FloatVector.broadcast(S, -(A2 + B2));
        FloatVector product = FloatVector.broadcast(S, A2 * B2);
        int step = in.step;
        int next = out.step;
        for (int i = 0; i < outer; i++) {
            for (int j = 0; j < inner; j++) {
                int r = from + i * in.outer + j * in.inner;
                int o = to + i * out.outer + j * out.inner;
                FloatVector d0 = FloatVector.fromArray(S, d, r);
                FloatVector d1 = FloatVector.fromArray(S, d, r + step);
                FloatVector d2 = FloatVector.fromArray(S, d, r + 2 * step);
                FloatVector d3 = FloatVector.fromArray(S, d, r + 3 * step);
                FloatVector d4 = FloatVector.fromArray(S, d, r + 4 * step);
                FloatVector d5 = FloatVector.fromArray(S, d, r + 5 * step);
                FloatVector evenA = d2.fma(minusB2, d4);
                FloatVector oddA = d1.fma(minusB2, d3);
                FloatVector evenB = d2.fma(minusA2, d4);
                FloatVector oddB = d1.fma(minusA2, d3);
                d0.fma(product, d2.fma(minusSum, d4)).intoArray(v, o);
                oddA.fma(a, evenA).intoArray(v, o + next);
                oddA.fma(minusA, evenA).intoArray(v, o + 2 * next);
                oddB.fma(b, evenB).intoArray(v, o + 3 * next);
                oddB.fma(minusB, evenB).intoArray(v, o + 4 * next);
                d1.fma(product, d3.fma(minusSum, d5)).intoArray(v, o + 5 * next);
            }
        }
    }

    /** {@code A' m}: products at six points to four outputs. */
    static void output(float[] m, int from, Lines in, float[] y, int to, Lines out, int outer, int inner) {
        FloatVector a = FloatVector.broadcast(S, A);
        FloatVector b = FloatVector.broadcast(S, B);
        FloatVector a2 = FloatVector.broadcast(S, A2);
        FloatVector b2 = FloatVector.broadcast(S, B2);
        FloatVector a3 = FloatVector.broadcast(S, A3);
        FloatVector b3 = FloatVector.broadcast(S, B3);
        int step = in.step;
        int next = out.step;
        for (int i = 0; i < outer; i++) {
            for (int j = 0; j < inner; j++) {
                int r = from + i * in.outer + j * in.inner;
                int o = to + i * out.outer + j * out.inner;
                FloatVector m0 = FloatVector.fromArray(S, m, r);
                FloatVector m1 = FloatVector.fromArray(S, m, r + step);
                FloatVector m2 = FloatVector.fromArray(S, m, r + 2 * step);
                FloatVector m3 = FloatVector.fromArray(S, m, r + 3 * step);
                FloatVector m4 = FloatVector.fromArray(S, m, r + 4 * step);
                FloatVector m5 = FloatVector.fromArray(S, m, r + 5 * step);
                FloatVector evenA = m1.add(m2);
                FloatVector oddA = m1.sub(m2);
                FloatVector evenB = m3.add(m4);
                FloatVector oddB = m3.sub(m4);
                evenA.add(evenB).add(m0).intoArray(y, o);
                oddA.fma(a, oddB.mul(b)).intoArray(y, o + next);
                evenA.fma(a2, evenB.mul(b2)).intoArray(y, o + 2 * next);
                oddA.fma(a3, oddB.fma(b3, m5)).intoArray(y, o + 3 * next);
            }
        }
    }

    /** {@code A y}, the adjoint of {@link #output}: gradients of four outputs to six points. */
    static void gradient(float[] y, int from, Lines in, float[] w, int to, Lines out, int outer, int inner) {
        FloatVector a = FloatVector.broadcast(S, A);
        FloatVector b = FloatVector.broadcast(S, B);
        FloatVector minusA = FloatVector.broadcast(S, -A);
        FloatVector minusB = FloatVector.broadcast(S, -B);
        FloatVector a2 = FloatVector.broadcast(S, A2);
        FloatVector b2 = FloatVector.broadcast(S, B2);
        int step = in.step;
        int next = out.step;
        for (int i = 0; i < outer; i++) {
            for (int j = 0; j < inner; j++) {
                int r = from + i * in.outer + j * in.inner;
                int o = to + i * out.outer + j * out.inner;
                FloatVector y0 = FloatVector.fromArray(S, y, r);
                FloatVector y1 = FloatVector.fromArray(S, y, r + step);
                FloatVector y2 = FloatVector.fromArray(S, y, r + 2 * step);
                FloatVector y3 = FloatVector.fromArray(S, y, r + 3 * step);
                FloatVector evenA = y2.fma(a2, y0);
                FloatVector oddA = y3.fma(a2, y1);
                FloatVector evenB = y2.fma(b2, y0);
                FloatVector oddB = y3.fma(b2, y1);
                y0.intoArray(w, o);
                oddA.fma(a, evenA).intoArray(w, o + next);
                oddA.fma(minusA, evenA).intoArray(w, o + 2 * next);
                oddB.fma(b, evenB).intoArray(w, o + 3 * next);
                oddB.fma(minusB, evenB).intoArray(w, o + 4 * next);
                y3.intoArray(w, o + 5 * next);
            }
        }
    }

    /** {@code G g}: three taps to six points. */
    static void filter(float[] g, int from, Lines in, float[] u, int to, Lines out, int outer, int inner) {
        FloatVector n0 = FloatVector.broadcast(S, N0);
        FloatVector na = FloatVector.broadcast(S, NA);
        FloatVector a1 = FloatVector.broadcast(S, A * NA);
        FloatVector minusA1 = FloatVector.broadcast(S, -A * NA);
        FloatVector a2 = FloatVector.broadcast(S, A2 * NA);
        FloatVector nb = FloatVector.broadcast(S, NB);
        FloatVector b1 = FloatVector.broadcast(S, B * NB);
        FloatVector minusB1 = FloatVector.broadcast(S, -B * NB);
        FloatVector b2 = FloatVector.broadcast(S, B2 * NB);
        int step = in.step;
        int next = out.step;
        for (int i = 0; i < outer; i++) {
            for (int j = 0; j < inner; j++) {
                int r = from + i * in.outer + j * in.inner;
                int o = to + i * out.outer + j * out.inner;
                FloatVector g0 = FloatVector.fromArray(S, g, r);
                FloatVector g1 = FloatVector.fromArray(S, g, r + step);
                FloatVector g2 = FloatVector.fromArray(S, g, r + 2 * step);
                FloatVector evenA = g2.fma(a2, g0.mul(na));
                FloatVector evenB = g2.fma(b2, g0.mul(nb));
                g0.mul(n0).intoArray(u, o);
                g1.fma(a1, evenA).intoArray(u, o + next);
                g1.fma(minusA1, evenA).intoArray(u, o + 2 * next);
                g1.fma(b1, evenB).intoArray(u, o + 3 * next);
                g1.fma(minusB1, evenB).intoArray(u, o + 4 * next);
                g2.intoArray(u, o + 5 * next);
            }
        }
    }

    /** {@code G' u}, the adjoint of {@link #filter}: gradients at six points to those of three taps. */
    static void filterGradient(float[] u, int from, Lines in, float[] g, int to, Lines out, int outer, int inner) {
        FloatVector n0 = FloatVector.broadcast(S, N0);
        FloatVector na = FloatVector.broadcast(S, NA);
        FloatVector a1 = FloatVector.broadcast(S, A * NA);
        FloatVector a2 = FloatVector.broadcast(S, A2 * NA);
        FloatVector nb = FloatVector.broadcast(S, NB);
        FloatVector b1 = FloatVector.broadcast(S, B * NB);
        FloatVector b2 = FloatVector.broadcast(S, B2 * NB);
        int step = in.step;
        int next = out.step;
        for (int i = 0; i < outer; i++) {
            for (int j = 0; j < inner; j++) {
                int r = from + i * in.outer + j * in.inner;
                int o = to + i * out.outer + j * out.inner;
                FloatVector u0 = FloatVector.fromArray(S, u, r);
                FloatVector u1 = FloatVector.fromArray(S, u, r + step);
                FloatVector u2 = FloatVector.fromArray(S, u, r + 2 * step);
                FloatVector u3 = FloatVector.fromArray(S, u, r + 3 * step);
                FloatVector u4 = FloatVector.fromArray(S, u, r + 4 * step);
                FloatVector u5 = FloatVector.fromArray(S, u, r + 5 * step);
                FloatVector evenA = u1.add(u2);
                FloatVector oddA = u1.sub(u2);
                FloatVector evenB = u3.add(u4);
                FloatVector oddB = u3.sub(u4);
                evenA.fma(na, evenB.fma(nb, u0.mul(n0))).intoArray(g, o);
                oddA.fma(a1, oddB.mul(b1)).intoArray(g, o + next);
                evenA.fma(a2, evenB.fma(b2, u5)).intoArray(g, o + 2 * next);
            }
        }
    }
}
