package dev.steppe.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The products of Winograd's convolution at one point, as {@link GemmMicro} does them: a tile of the product is held in registers, and one number of one
 * operand at a time multiplies two vectors of the other. The other differs: images lie in chunks of channels, as {@link WinogradPlanes} says, so that their
 * transform writes whole vectors.
 */
final class WinogradMicro {
    private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
    private static final int L = S.length();
    private static final int CHUNK = WinogradPlanes.CHUNK;
    /** Tiles that {@link #forward} takes at most. */
    static final int MR = 12;
    /** Input channels that {@link #filter} takes at most, a divisor of CHUNK. */
    static final int CR = 8;

    private WinogradMicro() {
    }

    /** Output channels of a panel of U, M and W: two vectors, or one where that is all there is. */
    static int width(int channels) {
        return channels <= L ? L : 2 * L;
    }

    /** Tiles that {@link #forward} takes at once: two vectors of twelve tiles fill 32 registers, of six 16. */
    static int rows(int width, int tiles) {
        return tiles > MR / 2 && (width == L || Simd.WIDE) ? MR : MR / 2;
    }

    /**
     * {@code M = V U}.
     *
     * @param rows tiles, as {@link #rows} says
     * @param v {@code [tile, CHUNK]} from {@code vo}, for each chunk
     * @param u panel {@code [c, width]} from {@code uo}
     * @param c input channels
     * @param width of the panels
     * @param m {@code [tile, width]} from {@code mo}, written
     */
    static void forward(int rows, float[] v, int vo, float[] u, int uo, int c, int width, float[] m, int mo) {
        if (width == L) {
            if (rows == MR) {
                forward12x1(v, vo, u, uo, c, m, mo);
            } else {
                forward6x1(v, vo, u, uo, c, m, mo);
            }
        } else if (rows == MR) {
            forward12x2(v, vo, u, uo, c, m, mo);
        } else {
            forward6x2(v, vo, u, uo, c, m, mo);
        }
    }

    /** Input channels that {@link #filter} takes at once. */
    static int channels(int width) {
        return width == L || Simd.WIDE ? CR : CR / 2;
    }

    /**
     * {@code U += V' W}, so many input channels of a panel as {@link #channels} says.
     *
     * @param v {@code [tile, CHUNK]} from {@code vo}
     * @param w {@code [tile, width]} from {@code wo}
     * @param tiles how many
     * @param width of the panels
     * @param u {@code [channel, width]} from {@code uo}
     */
    static void filter(float[] v, int vo, float[] w, int wo, int tiles, int width, float[] u, int uo) {
        if (width == L) {
            filter8x1(v, vo, w, wo, tiles, u, uo);
        } else if (Simd.WIDE) {
            filter8x2(v, vo, w, wo, tiles, u, uo);
        } else {
            filter4x2(v, vo, w, wo, tiles, u, uo);
        }
    }

    // @formatter:off: one row of the tile a line
    private static void forward12x2(float[] v, int vo, float[] u, int uo, int c, float[] m, int mo) {
        FloatVector z = FloatVector.zero(S);
        FloatVector c00 = z, c01 = z, c10 = z, c11 = z, c20 = z, c21 = z, c30 = z, c31 = z;
        FloatVector c40 = z, c41 = z, c50 = z, c51 = z, c60 = z, c61 = z, c70 = z, c71 = z;
        FloatVector c80 = z, c81 = z, c90 = z, c91 = z, ca0 = z, ca1 = z, cb0 = z, cb1 = z;
        for (int i = 0; i < c; i++) {
            int vi = vo + (i >> 4) * WinogradPlanes.INPUT_CHUNK + (i & 15);
            FloatVector u0 = FloatVector.fromArray(S, u, uo + 2 * L * i);
            FloatVector u1 = FloatVector.fromArray(S, u, uo + 2 * L * i + L);
            FloatVector x = FloatVector.broadcast(S, v[vi]); c00 = x.fma(u0, c00); c01 = x.fma(u1, c01);
            x = FloatVector.broadcast(S, v[vi + 16]); c10 = x.fma(u0, c10); c11 = x.fma(u1, c11);
            x = FloatVector.broadcast(S, v[vi + 32]); c20 = x.fma(u0, c20); c21 = x.fma(u1, c21);
            x = FloatVector.broadcast(S, v[vi + 48]); c30 = x.fma(u0, c30); c31 = x.fma(u1, c31);
            x = FloatVector.broadcast(S, v[vi + 64]); c40 = x.fma(u0, c40); c41 = x.fma(u1, c41);
            x = FloatVector.broadcast(S, v[vi + 80]); c50 = x.fma(u0, c50); c51 = x.fma(u1, c51);
            x = FloatVector.broadcast(S, v[vi + 96]); c60 = x.fma(u0, c60); c61 = x.fma(u1, c61);
            x = FloatVector.broadcast(S, v[vi + 112]); c70 = x.fma(u0, c70); c71 = x.fma(u1, c71);
            x = FloatVector.broadcast(S, v[vi + 128]); c80 = x.fma(u0, c80); c81 = x.fma(u1, c81);
            x = FloatVector.broadcast(S, v[vi + 144]); c90 = x.fma(u0, c90); c91 = x.fma(u1, c91);
            x = FloatVector.broadcast(S, v[vi + 160]); ca0 = x.fma(u0, ca0); ca1 = x.fma(u1, ca1);
            x = FloatVector.broadcast(S, v[vi + 176]); cb0 = x.fma(u0, cb0); cb1 = x.fma(u1, cb1);
        }
        c00.intoArray(m, mo);
        c01.intoArray(m, mo + L);
        c10.intoArray(m, mo + 2 * L);
        c11.intoArray(m, mo + 3 * L);
        c20.intoArray(m, mo + 4 * L);
        c21.intoArray(m, mo + 5 * L);
        c30.intoArray(m, mo + 6 * L);
        c31.intoArray(m, mo + 7 * L);
        c40.intoArray(m, mo + 8 * L);
        c41.intoArray(m, mo + 9 * L);
        c50.intoArray(m, mo + 10 * L);
        c51.intoArray(m, mo + 11 * L);
        c60.intoArray(m, mo + 12 * L);
        c61.intoArray(m, mo + 13 * L);
        c70.intoArray(m, mo + 14 * L);
        c71.intoArray(m, mo + 15 * L);
        c80.intoArray(m, mo + 16 * L);
        c81.intoArray(m, mo + 17 * L);
        c90.intoArray(m, mo + 18 * L);
        c91.intoArray(m, mo + 19 * L);
        ca0.intoArray(m, mo + 20 * L);
        ca1.intoArray(m, mo + 21 * L);
        cb0.intoArray(m, mo + 22 * L);
        cb1.intoArray(m, mo + 23 * L);
    }

    private static void forward6x2(float[] v, int vo, float[] u, int uo, int c, float[] m, int mo) {
        FloatVector z = FloatVector.zero(S);
        FloatVector c00 = z, c01 = z, c10 = z, c11 = z, c20 = z, c21 = z, c30 = z, c31 = z, c40 = z, c41 = z, c50 = z, c51 = z;
        for (int i = 0; i < c; i++) {
            int vi = vo + (i >> 4) * WinogradPlanes.INPUT_CHUNK + (i & 15);
            FloatVector u0 = FloatVector.fromArray(S, u, uo + 2 * L * i);
            FloatVector u1 = FloatVector.fromArray(S, u, uo + 2 * L * i + L);
            FloatVector x = FloatVector.broadcast(S, v[vi]); c00 = x.fma(u0, c00); c01 = x.fma(u1, c01);
            x = FloatVector.broadcast(S, v[vi + 16]); c10 = x.fma(u0, c10); c11 = x.fma(u1, c11);
            x = FloatVector.broadcast(S, v[vi + 32]); c20 = x.fma(u0, c20); c21 = x.fma(u1, c21);
            x = FloatVector.broadcast(S, v[vi + 48]); c30 = x.fma(u0, c30); c31 = x.fma(u1, c31);
            x = FloatVector.broadcast(S, v[vi + 64]); c40 = x.fma(u0, c40); c41 = x.fma(u1, c41);
            x = FloatVector.broadcast(S, v[vi + 80]); c50 = x.fma(u0, c50); c51 = x.fma(u1, c51);
        }
        c00.intoArray(m, mo);
        c01.intoArray(m, mo + L);
        c10.intoArray(m, mo + 2 * L);
        c11.intoArray(m, mo + 3 * L);
        c20.intoArray(m, mo + 4 * L);
        c21.intoArray(m, mo + 5 * L);
        c30.intoArray(m, mo + 6 * L);
        c31.intoArray(m, mo + 7 * L);
        c40.intoArray(m, mo + 8 * L);
        c41.intoArray(m, mo + 9 * L);
        c50.intoArray(m, mo + 10 * L);
        c51.intoArray(m, mo + 11 * L);
    }

    private static void forward12x1(float[] v, int vo, float[] u, int uo, int c, float[] m, int mo) {
        FloatVector z = FloatVector.zero(S);
        FloatVector c0 = z, c1 = z, c2 = z, c3 = z, c4 = z, c5 = z;
        FloatVector c6 = z, c7 = z, c8 = z, c9 = z, ca = z, cb = z;
        for (int i = 0; i < c; i++) {
            int vi = vo + (i >> 4) * WinogradPlanes.INPUT_CHUNK + (i & 15);
            FloatVector u0 = FloatVector.fromArray(S, u, uo + L * i);
            c0 = FloatVector.broadcast(S, v[vi]).fma(u0, c0);
            c1 = FloatVector.broadcast(S, v[vi + 16]).fma(u0, c1);
            c2 = FloatVector.broadcast(S, v[vi + 32]).fma(u0, c2);
            c3 = FloatVector.broadcast(S, v[vi + 48]).fma(u0, c3);
            c4 = FloatVector.broadcast(S, v[vi + 64]).fma(u0, c4);
            c5 = FloatVector.broadcast(S, v[vi + 80]).fma(u0, c5);
            c6 = FloatVector.broadcast(S, v[vi + 96]).fma(u0, c6);
            c7 = FloatVector.broadcast(S, v[vi + 112]).fma(u0, c7);
            c8 = FloatVector.broadcast(S, v[vi + 128]).fma(u0, c8);
            c9 = FloatVector.broadcast(S, v[vi + 144]).fma(u0, c9);
            ca = FloatVector.broadcast(S, v[vi + 160]).fma(u0, ca);
            cb = FloatVector.broadcast(S, v[vi + 176]).fma(u0, cb);
        }
        c0.intoArray(m, mo);
        c1.intoArray(m, mo + L);
        c2.intoArray(m, mo + 2 * L);
        c3.intoArray(m, mo + 3 * L);
        c4.intoArray(m, mo + 4 * L);
        c5.intoArray(m, mo + 5 * L);
        c6.intoArray(m, mo + 6 * L);
        c7.intoArray(m, mo + 7 * L);
        c8.intoArray(m, mo + 8 * L);
        c9.intoArray(m, mo + 9 * L);
        ca.intoArray(m, mo + 10 * L);
        cb.intoArray(m, mo + 11 * L);
    }

    private static void forward6x1(float[] v, int vo, float[] u, int uo, int c, float[] m, int mo) {
        FloatVector z = FloatVector.zero(S);
        FloatVector c0 = z, c1 = z, c2 = z, c3 = z, c4 = z, c5 = z;
        for (int i = 0; i < c; i++) {
            int vi = vo + (i >> 4) * WinogradPlanes.INPUT_CHUNK + (i & 15);
            FloatVector u0 = FloatVector.fromArray(S, u, uo + L * i);
            c0 = FloatVector.broadcast(S, v[vi]).fma(u0, c0);
            c1 = FloatVector.broadcast(S, v[vi + 16]).fma(u0, c1);
            c2 = FloatVector.broadcast(S, v[vi + 32]).fma(u0, c2);
            c3 = FloatVector.broadcast(S, v[vi + 48]).fma(u0, c3);
            c4 = FloatVector.broadcast(S, v[vi + 64]).fma(u0, c4);
            c5 = FloatVector.broadcast(S, v[vi + 80]).fma(u0, c5);
        }
        c0.intoArray(m, mo);
        c1.intoArray(m, mo + L);
        c2.intoArray(m, mo + 2 * L);
        c3.intoArray(m, mo + 3 * L);
        c4.intoArray(m, mo + 4 * L);
        c5.intoArray(m, mo + 5 * L);
    }

    private static void filter8x2(float[] v, int vo, float[] w, int wo, int tiles, float[] u, int uo) {
        FloatVector z = FloatVector.zero(S);
        FloatVector c00 = z, c01 = z, c10 = z, c11 = z, c20 = z, c21 = z, c30 = z, c31 = z;
        FloatVector c40 = z, c41 = z, c50 = z, c51 = z, c60 = z, c61 = z, c70 = z, c71 = z;
        for (int i = 0; i < tiles; i++) {
            int vi = vo + CHUNK * i;
            FloatVector w0 = FloatVector.fromArray(S, w, wo + 2 * L * i);
            FloatVector w1 = FloatVector.fromArray(S, w, wo + 2 * L * i + L);
            FloatVector x = FloatVector.broadcast(S, v[vi]); c00 = x.fma(w0, c00); c01 = x.fma(w1, c01);
            x = FloatVector.broadcast(S, v[vi + 1]); c10 = x.fma(w0, c10); c11 = x.fma(w1, c11);
            x = FloatVector.broadcast(S, v[vi + 2]); c20 = x.fma(w0, c20); c21 = x.fma(w1, c21);
            x = FloatVector.broadcast(S, v[vi + 3]); c30 = x.fma(w0, c30); c31 = x.fma(w1, c31);
            x = FloatVector.broadcast(S, v[vi + 4]); c40 = x.fma(w0, c40); c41 = x.fma(w1, c41);
            x = FloatVector.broadcast(S, v[vi + 5]); c50 = x.fma(w0, c50); c51 = x.fma(w1, c51);
            x = FloatVector.broadcast(S, v[vi + 6]); c60 = x.fma(w0, c60); c61 = x.fma(w1, c61);
            x = FloatVector.broadcast(S, v[vi + 7]); c70 = x.fma(w0, c70); c71 = x.fma(w1, c71);
        }
        FloatVector.fromArray(S, u, uo).add(c00).intoArray(u, uo);
        FloatVector.fromArray(S, u, uo + L).add(c01).intoArray(u, uo + L);
        FloatVector.fromArray(S, u, uo + 2 * L).add(c10).intoArray(u, uo + 2 * L);
        FloatVector.fromArray(S, u, uo + 3 * L).add(c11).intoArray(u, uo + 3 * L);
        FloatVector.fromArray(S, u, uo + 4 * L).add(c20).intoArray(u, uo + 4 * L);
        FloatVector.fromArray(S, u, uo + 5 * L).add(c21).intoArray(u, uo + 5 * L);
        FloatVector.fromArray(S, u, uo + 6 * L).add(c30).intoArray(u, uo + 6 * L);
        FloatVector.fromArray(S, u, uo + 7 * L).add(c31).intoArray(u, uo + 7 * L);
        FloatVector.fromArray(S, u, uo + 8 * L).add(c40).intoArray(u, uo + 8 * L);
        FloatVector.fromArray(S, u, uo + 9 * L).add(c41).intoArray(u, uo + 9 * L);
        FloatVector.fromArray(S, u, uo + 10 * L).add(c50).intoArray(u, uo + 10 * L);
        FloatVector.fromArray(S, u, uo + 11 * L).add(c51).intoArray(u, uo + 11 * L);
        FloatVector.fromArray(S, u, uo + 12 * L).add(c60).intoArray(u, uo + 12 * L);
        FloatVector.fromArray(S, u, uo + 13 * L).add(c61).intoArray(u, uo + 13 * L);
        FloatVector.fromArray(S, u, uo + 14 * L).add(c70).intoArray(u, uo + 14 * L);
        FloatVector.fromArray(S, u, uo + 15 * L).add(c71).intoArray(u, uo + 15 * L);
    }

    private static void filter4x2(float[] v, int vo, float[] w, int wo, int tiles, float[] u, int uo) {
        FloatVector z = FloatVector.zero(S);
        FloatVector c00 = z, c01 = z, c10 = z, c11 = z, c20 = z, c21 = z, c30 = z, c31 = z;
        for (int i = 0; i < tiles; i++) {
            int vi = vo + CHUNK * i;
            FloatVector w0 = FloatVector.fromArray(S, w, wo + 2 * L * i);
            FloatVector w1 = FloatVector.fromArray(S, w, wo + 2 * L * i + L);
            FloatVector x = FloatVector.broadcast(S, v[vi]); c00 = x.fma(w0, c00); c01 = x.fma(w1, c01);
            x = FloatVector.broadcast(S, v[vi + 1]); c10 = x.fma(w0, c10); c11 = x.fma(w1, c11);
            x = FloatVector.broadcast(S, v[vi + 2]); c20 = x.fma(w0, c20); c21 = x.fma(w1, c21);
            x = FloatVector.broadcast(S, v[vi + 3]); c30 = x.fma(w0, c30); c31 = x.fma(w1, c31);
        }
        FloatVector.fromArray(S, u, uo).add(c00).intoArray(u, uo);
        FloatVector.fromArray(S, u, uo + L).add(c01).intoArray(u, uo + L);
        FloatVector.fromArray(S, u, uo + 2 * L).add(c10).intoArray(u, uo + 2 * L);
        FloatVector.fromArray(S, u, uo + 3 * L).add(c11).intoArray(u, uo + 3 * L);
        FloatVector.fromArray(S, u, uo + 4 * L).add(c20).intoArray(u, uo + 4 * L);
        FloatVector.fromArray(S, u, uo + 5 * L).add(c21).intoArray(u, uo + 5 * L);
        FloatVector.fromArray(S, u, uo + 6 * L).add(c30).intoArray(u, uo + 6 * L);
        FloatVector.fromArray(S, u, uo + 7 * L).add(c31).intoArray(u, uo + 7 * L);
    }

    private static void filter8x1(float[] v, int vo, float[] w, int wo, int tiles, float[] u, int uo) {
        FloatVector z = FloatVector.zero(S);
        FloatVector c0 = z, c1 = z, c2 = z, c3 = z, c4 = z, c5 = z, c6 = z, c7 = z;
        for (int i = 0; i < tiles; i++) {
            int vi = vo + CHUNK * i;
            FloatVector w0 = FloatVector.fromArray(S, w, wo + L * i);
            c0 = FloatVector.broadcast(S, v[vi]).fma(w0, c0);
            c1 = FloatVector.broadcast(S, v[vi + 1]).fma(w0, c1);
            c2 = FloatVector.broadcast(S, v[vi + 2]).fma(w0, c2);
            c3 = FloatVector.broadcast(S, v[vi + 3]).fma(w0, c3);
            c4 = FloatVector.broadcast(S, v[vi + 4]).fma(w0, c4);
            c5 = FloatVector.broadcast(S, v[vi + 5]).fma(w0, c5);
            c6 = FloatVector.broadcast(S, v[vi + 6]).fma(w0, c6);
            c7 = FloatVector.broadcast(S, v[vi + 7]).fma(w0, c7);
        }
        FloatVector.fromArray(S, u, uo).add(c0).intoArray(u, uo);
        FloatVector.fromArray(S, u, uo + L).add(c1).intoArray(u, uo + L);
        FloatVector.fromArray(S, u, uo + 2 * L).add(c2).intoArray(u, uo + 2 * L);
        FloatVector.fromArray(S, u, uo + 3 * L).add(c3).intoArray(u, uo + 3 * L);
        FloatVector.fromArray(S, u, uo + 4 * L).add(c4).intoArray(u, uo + 4 * L);
        FloatVector.fromArray(S, u, uo + 5 * L).add(c5).intoArray(u, uo + 5 * L);
        FloatVector.fromArray(S, u, uo + 6 * L).add(c6).intoArray(u, uo + 6 * L);
        FloatVector.fromArray(S, u, uo + 7 * L).add(c7).intoArray(u, uo + 7 * L);
    }
    // @formatter:on
}
