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
 * <p>No method passes a vector to another: C2 does not inline what is big, and a vector that is passed on then is an object for each call.
 *
 * <p>All methods work on many lines of vectors: number e of line (i, j) lies at {@code offset + e * step + i * outer + j * inner}.
 */
final class WinogradTransform {
    private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
    private static final int L = S.length();

    /** Outputs of a tile along one axis. */
    static final int TILE = 4;
    /** Points, and numbers of the input that a tile reads along one axis. */
    static final int POINTS = 6;
    /** Points of the plane. */
    static final int PLANES = POINTS * POINTS;

    /** Floats of the points of a column, or of a row of a tile. */
    static final int COLUMN = POINTS * L;
    private static final int V = WinogradPlanes.INPUT_PLANE;
    private static final int M = WinogradPlanes.OUTPUT_PLANE;

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
     * {@code B' d} down columns: six rows of an input to six points.
     *
     * @param row distance of rows
     * @param pixel distance of columns
     * @param present bit i: whether row i is there; it is zero if not
     * @param count columns
     * @param v {@code [column, point, lane]} from {@code to}
     */
    static void inputColumns(float[] d, int from, int row, int pixel, int present, int count, float[] v, int to) {
        FloatVector z = FloatVector.zero(S);
        for (int j = 0; j < count; j++) {
            int i = from + j * pixel;
            int o = to + j * COLUMN;
            FloatVector d0 = (present & 1) == 0 ? z : FloatVector.fromArray(S, d, i);
            FloatVector d1 = (present & 2) == 0 ? z : FloatVector.fromArray(S, d, i + row);
            FloatVector d2 = (present & 4) == 0 ? z : FloatVector.fromArray(S, d, i + 2 * row);
            FloatVector d3 = (present & 8) == 0 ? z : FloatVector.fromArray(S, d, i + 3 * row);
            FloatVector d4 = (present & 16) == 0 ? z : FloatVector.fromArray(S, d, i + 4 * row);
            FloatVector d5 = (present & 32) == 0 ? z : FloatVector.fromArray(S, d, i + 5 * row);
            d0.fma(FloatVector.broadcast(S, A2 * B2), d2.fma(FloatVector.broadcast(S, -(A2 + B2)), d4)).intoArray(v, o);
            FloatVector evenA = d2.fma(FloatVector.broadcast(S, -B2), d4);
            FloatVector oddA = d1.fma(FloatVector.broadcast(S, -B2), d3);
            oddA.fma(FloatVector.broadcast(S, A), evenA).intoArray(v, o + L);
            oddA.fma(FloatVector.broadcast(S, -A), evenA).intoArray(v, o + 2 * L);
            FloatVector evenB = d2.fma(FloatVector.broadcast(S, -A2), d4);
            FloatVector oddB = d1.fma(FloatVector.broadcast(S, -A2), d3);
            oddB.fma(FloatVector.broadcast(S, B), evenB).intoArray(v, o + 3 * L);
            oddB.fma(FloatVector.broadcast(S, -B), evenB).intoArray(v, o + 4 * L);
            d1.fma(FloatVector.broadcast(S, A2 * B2), d3.fma(FloatVector.broadcast(S, -(A2 + B2)), d5)).intoArray(v, o + 5 * L);
        }
    }

    /**
     * {@code B' d} along the rows of tiles, which begin four columns apart.
     *
     * @param d {@code [column, point, lane]} from {@code from}
     * @param count tiles
     * @param v {@code [point, point, tile, ..]} of {@link WinogradPlanes#inputs}
     */
    static void inputRows(float[] d, int from, int count, float[] v, int to) {
        for (int i = 0; i < POINTS; i++) {
            for (int j = 0; j < count; j++) {
                int r = from + i * L + j * TILE * COLUMN;
                int o = to + i * POINTS * V + j * WinogradPlanes.CHUNK;
                FloatVector d0 = FloatVector.fromArray(S, d, r);
                FloatVector d1 = FloatVector.fromArray(S, d, r + COLUMN);
                FloatVector d2 = FloatVector.fromArray(S, d, r + 2 * COLUMN);
                FloatVector d3 = FloatVector.fromArray(S, d, r + 3 * COLUMN);
                FloatVector d4 = FloatVector.fromArray(S, d, r + 4 * COLUMN);
                FloatVector d5 = FloatVector.fromArray(S, d, r + 5 * COLUMN);
                d0.fma(FloatVector.broadcast(S, A2 * B2), d2.fma(FloatVector.broadcast(S, -(A2 + B2)), d4)).intoArray(v, o);
                FloatVector evenA = d2.fma(FloatVector.broadcast(S, -B2), d4);
                FloatVector oddA = d1.fma(FloatVector.broadcast(S, -B2), d3);
                oddA.fma(FloatVector.broadcast(S, A), evenA).intoArray(v, o + V);
                oddA.fma(FloatVector.broadcast(S, -A), evenA).intoArray(v, o + 2 * V);
                FloatVector evenB = d2.fma(FloatVector.broadcast(S, -A2), d4);
                FloatVector oddB = d1.fma(FloatVector.broadcast(S, -A2), d3);
                oddB.fma(FloatVector.broadcast(S, B), evenB).intoArray(v, o + 3 * V);
                oddB.fma(FloatVector.broadcast(S, -B), evenB).intoArray(v, o + 4 * V);
                d1.fma(FloatVector.broadcast(S, A2 * B2), d3.fma(FloatVector.broadcast(S, -(A2 + B2)), d5)).intoArray(v, o + 5 * V);
            }
        }
    }

    /**
     * {@code A' m} down the columns of tiles: products at six points to four outputs.
     *
     * @param m {@code [point, point, tile, ..]} of {@link WinogradPlanes#outputs}, tiles {@code width} apart
     * @param count tiles
     * @param y {@code [tile, row, point, lane]} from {@code to}
     */
    static void outputColumns(float[] m, int from, int width, int count, float[] y, int to) {
        for (int i = 0; i < POINTS; i++) {
            for (int j = 0; j < count; j++) {
                int r = from + i * M + j * width;
                int o = to + i * L + j * TILE * COLUMN;
                FloatVector m1 = FloatVector.fromArray(S, m, r + POINTS * M);
                FloatVector m2 = FloatVector.fromArray(S, m, r + 2 * POINTS * M);
                FloatVector m3 = FloatVector.fromArray(S, m, r + 3 * POINTS * M);
                FloatVector m4 = FloatVector.fromArray(S, m, r + 4 * POINTS * M);
                FloatVector evenA = m1.add(m2);
                FloatVector oddA = m1.sub(m2);
                FloatVector evenB = m3.add(m4);
                FloatVector oddB = m3.sub(m4);
                evenA.add(evenB).add(FloatVector.fromArray(S, m, r)).intoArray(y, o);
                oddA.fma(FloatVector.broadcast(S, A), oddB.mul(FloatVector.broadcast(S, B))).intoArray(y, o + COLUMN);
                evenA.fma(FloatVector.broadcast(S, A2), evenB.mul(FloatVector.broadcast(S, B2))).intoArray(y, o + 2 * COLUMN);
                oddA.fma(FloatVector.broadcast(S, A3),
                        oddB.fma(FloatVector.broadcast(S, B3), FloatVector.fromArray(S, m, r + 5 * POINTS * M)))
                        .intoArray(y, o + 3 * COLUMN);
            }
        }
    }

    /**
     * {@code A' m} along the rows of tiles.
     *
     * @param m {@code [tile, row, point, lane]} from {@code from}
     * @param rows of each tile that are wanted
     * @param count tiles
     * @param row distance of rows of y
     * @param pixel distance of columns of y
     */
    static void outputRows(float[] m, int from, int rows, int count, float[] y, int to, int row, int pixel) {
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < count; j++) {
                int r = from + i * COLUMN + j * TILE * COLUMN;
                int o = to + i * row + j * TILE * pixel;
                FloatVector m1 = FloatVector.fromArray(S, m, r + L);
                FloatVector m2 = FloatVector.fromArray(S, m, r + 2 * L);
                FloatVector m3 = FloatVector.fromArray(S, m, r + 3 * L);
                FloatVector m4 = FloatVector.fromArray(S, m, r + 4 * L);
                FloatVector evenA = m1.add(m2);
                FloatVector oddA = m1.sub(m2);
                FloatVector evenB = m3.add(m4);
                FloatVector oddB = m3.sub(m4);
                evenA.add(evenB).add(FloatVector.fromArray(S, m, r)).intoArray(y, o);
                oddA.fma(FloatVector.broadcast(S, A), oddB.mul(FloatVector.broadcast(S, B))).intoArray(y, o + pixel);
                evenA.fma(FloatVector.broadcast(S, A2), evenB.mul(FloatVector.broadcast(S, B2))).intoArray(y, o + 2 * pixel);
                oddA.fma(FloatVector.broadcast(S, A3), oddB.fma(FloatVector.broadcast(S, B3), FloatVector.fromArray(S, m, r + 5 * L)))
                        .intoArray(y, o + 3 * pixel);
            }
        }
    }

    /**
     * {@code A y} down columns, the adjoint of {@link #outputRows}: gradients of four rows to six points.
     *
     * @param row distance of rows
     * @param pixel distance of columns
     * @param present as in {@link #inputColumns}
     * @param count columns
     * @param w {@code [column, point, lane]} from {@code to}
     */
    static void gradientColumns(float[] y, int from, int row, int pixel, int present, int count, float[] w, int to) {
        FloatVector z = FloatVector.zero(S);
        for (int j = 0; j < count; j++) {
            int i = from + j * pixel;
            int o = to + j * COLUMN;
            FloatVector y0 = (present & 1) == 0 ? z : FloatVector.fromArray(S, y, i);
            FloatVector y1 = (present & 2) == 0 ? z : FloatVector.fromArray(S, y, i + row);
            FloatVector y2 = (present & 4) == 0 ? z : FloatVector.fromArray(S, y, i + 2 * row);
            FloatVector y3 = (present & 8) == 0 ? z : FloatVector.fromArray(S, y, i + 3 * row);
            y0.intoArray(w, o);
            FloatVector evenA = y2.fma(FloatVector.broadcast(S, A2), y0);
            FloatVector oddA = y3.fma(FloatVector.broadcast(S, A2), y1);
            oddA.fma(FloatVector.broadcast(S, A), evenA).intoArray(w, o + L);
            oddA.fma(FloatVector.broadcast(S, -A), evenA).intoArray(w, o + 2 * L);
            FloatVector evenB = y2.fma(FloatVector.broadcast(S, B2), y0);
            FloatVector oddB = y3.fma(FloatVector.broadcast(S, B2), y1);
            oddB.fma(FloatVector.broadcast(S, B), evenB).intoArray(w, o + 3 * L);
            oddB.fma(FloatVector.broadcast(S, -B), evenB).intoArray(w, o + 4 * L);
            y3.intoArray(w, o + 5 * L);
        }
    }

    /**
     * {@code A y} along the rows of tiles.
     *
     * @param y {@code [column, point, lane]} from {@code from}
     * @param width distance of tiles of w
     * @param count tiles
     * @param w {@code [point, point, tile, ..]} of {@link WinogradPlanes#outputs}
     */
    static void gradientRows(float[] y, int from, int width, int count, float[] w, int to) {
        for (int i = 0; i < POINTS; i++) {
            for (int j = 0; j < count; j++) {
                int r = from + i * L + j * TILE * COLUMN;
                int o = to + i * POINTS * M + j * width;
                FloatVector y0 = FloatVector.fromArray(S, y, r);
                FloatVector y1 = FloatVector.fromArray(S, y, r + COLUMN);
                FloatVector y2 = FloatVector.fromArray(S, y, r + 2 * COLUMN);
                FloatVector y3 = FloatVector.fromArray(S, y, r + 3 * COLUMN);
                y0.intoArray(w, o);
                FloatVector evenA = y2.fma(FloatVector.broadcast(S, A2), y0);
                FloatVector oddA = y3.fma(FloatVector.broadcast(S, A2), y1);
                oddA.fma(FloatVector.broadcast(S, A), evenA).intoArray(w, o + M);
                oddA.fma(FloatVector.broadcast(S, -A), evenA).intoArray(w, o + 2 * M);
                FloatVector evenB = y2.fma(FloatVector.broadcast(S, B2), y0);
                FloatVector oddB = y3.fma(FloatVector.broadcast(S, B2), y1);
                oddB.fma(FloatVector.broadcast(S, B), evenB).intoArray(w, o + 3 * M);
                oddB.fma(FloatVector.broadcast(S, -B), evenB).intoArray(w, o + 4 * M);
                y3.intoArray(w, o + 5 * M);
            }
        }
    }

    /**
     * {@code G g}: three taps to six points, in lines of vectors. Number e of line (i, j) lies at {@code e * step + i * outer + j}.
     *
     * @param lines how many i
     * @param length how many j, a multiple of a vector
     */
    static void filter(float[] g, int from, int step, int outer, float[] u, int to, int next, int toOuter, int lines, int length) {
        for (int i = 0; i < lines; i++) {
            for (int j = 0; j < length; j += L) {
                int r = from + i * outer + j;
                int o = to + i * toOuter + j;
                FloatVector g0 = FloatVector.fromArray(S, g, r);
                FloatVector g1 = FloatVector.fromArray(S, g, r + step);
                FloatVector g2 = FloatVector.fromArray(S, g, r + 2 * step);
                g0.mul(FloatVector.broadcast(S, N0)).intoArray(u, o);
                FloatVector evenA = g2.fma(FloatVector.broadcast(S, A2 * NA), g0.mul(FloatVector.broadcast(S, NA)));
                g1.fma(FloatVector.broadcast(S, A * NA), evenA).intoArray(u, o + next);
                g1.fma(FloatVector.broadcast(S, -A * NA), evenA).intoArray(u, o + 2 * next);
                FloatVector evenB = g2.fma(FloatVector.broadcast(S, B2 * NB), g0.mul(FloatVector.broadcast(S, NB)));
                g1.fma(FloatVector.broadcast(S, B * NB), evenB).intoArray(u, o + 3 * next);
                g1.fma(FloatVector.broadcast(S, -B * NB), evenB).intoArray(u, o + 4 * next);
                g2.intoArray(u, o + 5 * next);
            }
        }
    }

    /** {@code G' u}, the adjoint of {@link #filter}: gradients at six points to those of three taps. */
    static void filterGradient(float[] u, int from, int step, int outer, float[] g, int to, int next, int toOuter, int lines, int length) {
        for (int i = 0; i < lines; i++) {
            for (int j = 0; j < length; j += L) {
                int r = from + i * outer + j;
                int o = to + i * toOuter + j;
                FloatVector u1 = FloatVector.fromArray(S, u, r + step);
                FloatVector u2 = FloatVector.fromArray(S, u, r + 2 * step);
                FloatVector u3 = FloatVector.fromArray(S, u, r + 3 * step);
                FloatVector u4 = FloatVector.fromArray(S, u, r + 4 * step);
                FloatVector evenA = u1.add(u2);
                FloatVector oddA = u1.sub(u2);
                FloatVector evenB = u3.add(u4);
                FloatVector oddB = u3.sub(u4);
                evenA.fma(FloatVector.broadcast(S, NA),
                        evenB.fma(FloatVector.broadcast(S, NB), FloatVector.fromArray(S, u, r).mul(FloatVector.broadcast(S, N0))))
                        .intoArray(g, o);
                oddA.fma(FloatVector.broadcast(S, A * NA), oddB.mul(FloatVector.broadcast(S, B * NB))).intoArray(g, o + next);
                evenA.fma(FloatVector.broadcast(S, A2 * NA),
                        evenB.fma(FloatVector.broadcast(S, B2 * NB), FloatVector.fromArray(S, u, r + 5 * step))).intoArray(g, o + 2 * next);
            }
        }
    }
}
