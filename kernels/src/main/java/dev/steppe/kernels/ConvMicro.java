package dev.steppe.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The micro-kernels of direct convolution. A strip of output pixels times a panel of output channels is held in registers, while taps and input channels pass
 * by. Images are {@linkplain ConvStage staged}: neighbouring pixels lie {@link ConvStage#CHUNK} floats apart, so that one index serves the four pixels of a
 * quad, and quads may lie anywhere: in one row, in several, in several images.
 *
 * <p>As in {@link GemmMicro}, each is one method of straight-line code.
 */
final class ConvMicro {
    private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
    private static final int L = S.length();

    /** The shape of what is held in registers. */
    enum Strip {
        /** Three neighbouring taps of a row at once: each input read serves three products, so one vector of output channels keeps the multipliers busy. */
        TRIPLE(3, Simd.WIDE ? 6 : 2, L),
        /** Tap by tap, with two vectors of output channels for the same reason. */
        PAIR(1, 3, 2 * L),
        /** Tap by tap, where there is no second vector of output channels, or no register for it. */
        SINGLE(1, Simd.WIDE ? 6 : 3, L);

        /** Taps of a run. */
        final int taps;
        /** Quads of output pixels. */
        final int quads;
        /** Output channels of a panel. */
        final int width;

        Strip(int taps, int quads, int width) {
            this.taps = taps;
            this.quads = quads;
            this.width = width;
        }

        /**
         * @param triples whether the taps form triples of neighbours in a row
         * @param out output channels
         */
        static Strip of(boolean triples, int out) {
            return triples ? TRIPLE : Simd.WIDE && out > L ? PAIR : SINGLE;
        }

        /** Floats of the sums. */
        int floats() {
            return quads * ConvStage.QUAD * width;
        }
    }

    private ConvMicro() {
    }

    /**
     * Adds to one strip what some input channels contribute.
     *
     * @param x staged image
     * @param xo where the chunk of channels begins in it
     * @param quads where each quad begins in the chunk, for the first tap
     * @param q index of the strip's first quad
     * @param terms where each channel of each tap, or of the first of three taps, lies relative to a quad
     * @param count how many of them
     * @param f panel {@code [term, tap of the run, width]} from {@code fo}
     * @param y sums {@code [quad, 4, width]} from {@code yo}
     */
    static void add(Strip strip, float[] x, int xo, int[] quads, int q, int[] terms, int count, float[] f, int fo, float[] y, int yo) {
        switch (strip) {
            case TRIPLE -> {
                if (Simd.WIDE) {
                    triple6(x, xo, quads, q, terms, count, f, fo, y, yo);
                } else {
                    triple2(x, xo, quads, q, terms, count, f, fo, y, yo);
                }
            }
            case PAIR -> single3x2(x, xo, quads, q, terms, count, f, fo, y, yo);
            case SINGLE -> {
                if (Simd.WIDE) {
                    single6(x, xo, quads, q, terms, count, f, fo, y, yo);
                } else {
                    single3(x, xo, quads, q, terms, count, f, fo, y, yo);
                }
            }
        }
    }

    // @formatter:off: one input pixel a line
    /** 24 outputs x 1 vector of channels, three taps at a time. */
    private static void triple6(float[] x, int xo, int[] quads, int q, int[] terms, int count,
            float[] f, int fo, float[] y, int yo) {
        FloatVector z = FloatVector.zero(S);
        FloatVector a0 = z, a1 = z, a2 = z, a3 = z, b0 = z, b1 = z, b2 = z, b3 = z;
        FloatVector c0 = z, c1 = z, c2 = z, c3 = z, d0 = z, d1 = z, d2 = z, d3 = z;
        FloatVector e0 = z, e1 = z, e2 = z, e3 = z, f0 = z, f1 = z, f2 = z, f3 = z;
        int pa = xo + quads[q + 0];
        int pb = xo + quads[q + 1];
        int pc = xo + quads[q + 2];
        int pd = xo + quads[q + 3];
        int pe = xo + quads[q + 4];
        int pf = xo + quads[q + 5];
        for (int i = 0; i < count; i++) {
            int t = terms[i];
            FloatVector w0 = FloatVector.fromArray(S, f, fo + i * 3 * L);
            FloatVector w1 = FloatVector.fromArray(S, f, fo + i * 3 * L + L);
            FloatVector w2 = FloatVector.fromArray(S, f, fo + i * 3 * L + 2 * L);
            FloatVector v = FloatVector.broadcast(S, x[pa + t]); a0 = v.fma(w0, a0);
            v = FloatVector.broadcast(S, x[pa + t + 16]); a1 = v.fma(w0, a1); a0 = v.fma(w1, a0);
            v = FloatVector.broadcast(S, x[pa + t + 32]); a2 = v.fma(w0, a2); a1 = v.fma(w1, a1); a0 = v.fma(w2, a0);
            v = FloatVector.broadcast(S, x[pa + t + 48]); a3 = v.fma(w0, a3); a2 = v.fma(w1, a2); a1 = v.fma(w2, a1);
            v = FloatVector.broadcast(S, x[pa + t + 64]); a3 = v.fma(w1, a3); a2 = v.fma(w2, a2);
            v = FloatVector.broadcast(S, x[pa + t + 80]); a3 = v.fma(w2, a3);
            v = FloatVector.broadcast(S, x[pb + t]); b0 = v.fma(w0, b0);
            v = FloatVector.broadcast(S, x[pb + t + 16]); b1 = v.fma(w0, b1); b0 = v.fma(w1, b0);
            v = FloatVector.broadcast(S, x[pb + t + 32]); b2 = v.fma(w0, b2); b1 = v.fma(w1, b1); b0 = v.fma(w2, b0);
            v = FloatVector.broadcast(S, x[pb + t + 48]); b3 = v.fma(w0, b3); b2 = v.fma(w1, b2); b1 = v.fma(w2, b1);
            v = FloatVector.broadcast(S, x[pb + t + 64]); b3 = v.fma(w1, b3); b2 = v.fma(w2, b2);
            v = FloatVector.broadcast(S, x[pb + t + 80]); b3 = v.fma(w2, b3);
            v = FloatVector.broadcast(S, x[pc + t]); c0 = v.fma(w0, c0);
            v = FloatVector.broadcast(S, x[pc + t + 16]); c1 = v.fma(w0, c1); c0 = v.fma(w1, c0);
            v = FloatVector.broadcast(S, x[pc + t + 32]); c2 = v.fma(w0, c2); c1 = v.fma(w1, c1); c0 = v.fma(w2, c0);
            v = FloatVector.broadcast(S, x[pc + t + 48]); c3 = v.fma(w0, c3); c2 = v.fma(w1, c2); c1 = v.fma(w2, c1);
            v = FloatVector.broadcast(S, x[pc + t + 64]); c3 = v.fma(w1, c3); c2 = v.fma(w2, c2);
            v = FloatVector.broadcast(S, x[pc + t + 80]); c3 = v.fma(w2, c3);
            v = FloatVector.broadcast(S, x[pd + t]); d0 = v.fma(w0, d0);
            v = FloatVector.broadcast(S, x[pd + t + 16]); d1 = v.fma(w0, d1); d0 = v.fma(w1, d0);
            v = FloatVector.broadcast(S, x[pd + t + 32]); d2 = v.fma(w0, d2); d1 = v.fma(w1, d1); d0 = v.fma(w2, d0);
            v = FloatVector.broadcast(S, x[pd + t + 48]); d3 = v.fma(w0, d3); d2 = v.fma(w1, d2); d1 = v.fma(w2, d1);
            v = FloatVector.broadcast(S, x[pd + t + 64]); d3 = v.fma(w1, d3); d2 = v.fma(w2, d2);
            v = FloatVector.broadcast(S, x[pd + t + 80]); d3 = v.fma(w2, d3);
            v = FloatVector.broadcast(S, x[pe + t]); e0 = v.fma(w0, e0);
            v = FloatVector.broadcast(S, x[pe + t + 16]); e1 = v.fma(w0, e1); e0 = v.fma(w1, e0);
            v = FloatVector.broadcast(S, x[pe + t + 32]); e2 = v.fma(w0, e2); e1 = v.fma(w1, e1); e0 = v.fma(w2, e0);
            v = FloatVector.broadcast(S, x[pe + t + 48]); e3 = v.fma(w0, e3); e2 = v.fma(w1, e2); e1 = v.fma(w2, e1);
            v = FloatVector.broadcast(S, x[pe + t + 64]); e3 = v.fma(w1, e3); e2 = v.fma(w2, e2);
            v = FloatVector.broadcast(S, x[pe + t + 80]); e3 = v.fma(w2, e3);
            v = FloatVector.broadcast(S, x[pf + t]); f0 = v.fma(w0, f0);
            v = FloatVector.broadcast(S, x[pf + t + 16]); f1 = v.fma(w0, f1); f0 = v.fma(w1, f0);
            v = FloatVector.broadcast(S, x[pf + t + 32]); f2 = v.fma(w0, f2); f1 = v.fma(w1, f1); f0 = v.fma(w2, f0);
            v = FloatVector.broadcast(S, x[pf + t + 48]); f3 = v.fma(w0, f3); f2 = v.fma(w1, f2); f1 = v.fma(w2, f1);
            v = FloatVector.broadcast(S, x[pf + t + 64]); f3 = v.fma(w1, f3); f2 = v.fma(w2, f2);
            v = FloatVector.broadcast(S, x[pf + t + 80]); f3 = v.fma(w2, f3);
        }
        FloatVector.fromArray(S, y, yo).add(a0).intoArray(y, yo);
        FloatVector.fromArray(S, y, yo + L).add(a1).intoArray(y, yo + L);
        FloatVector.fromArray(S, y, yo + 2 * L).add(a2).intoArray(y, yo + 2 * L);
        FloatVector.fromArray(S, y, yo + 3 * L).add(a3).intoArray(y, yo + 3 * L);
        FloatVector.fromArray(S, y, yo + 4 * L).add(b0).intoArray(y, yo + 4 * L);
        FloatVector.fromArray(S, y, yo + 5 * L).add(b1).intoArray(y, yo + 5 * L);
        FloatVector.fromArray(S, y, yo + 6 * L).add(b2).intoArray(y, yo + 6 * L);
        FloatVector.fromArray(S, y, yo + 7 * L).add(b3).intoArray(y, yo + 7 * L);
        FloatVector.fromArray(S, y, yo + 8 * L).add(c0).intoArray(y, yo + 8 * L);
        FloatVector.fromArray(S, y, yo + 9 * L).add(c1).intoArray(y, yo + 9 * L);
        FloatVector.fromArray(S, y, yo + 10 * L).add(c2).intoArray(y, yo + 10 * L);
        FloatVector.fromArray(S, y, yo + 11 * L).add(c3).intoArray(y, yo + 11 * L);
        FloatVector.fromArray(S, y, yo + 12 * L).add(d0).intoArray(y, yo + 12 * L);
        FloatVector.fromArray(S, y, yo + 13 * L).add(d1).intoArray(y, yo + 13 * L);
        FloatVector.fromArray(S, y, yo + 14 * L).add(d2).intoArray(y, yo + 14 * L);
        FloatVector.fromArray(S, y, yo + 15 * L).add(d3).intoArray(y, yo + 15 * L);
        FloatVector.fromArray(S, y, yo + 16 * L).add(e0).intoArray(y, yo + 16 * L);
        FloatVector.fromArray(S, y, yo + 17 * L).add(e1).intoArray(y, yo + 17 * L);
        FloatVector.fromArray(S, y, yo + 18 * L).add(e2).intoArray(y, yo + 18 * L);
        FloatVector.fromArray(S, y, yo + 19 * L).add(e3).intoArray(y, yo + 19 * L);
        FloatVector.fromArray(S, y, yo + 20 * L).add(f0).intoArray(y, yo + 20 * L);
        FloatVector.fromArray(S, y, yo + 21 * L).add(f1).intoArray(y, yo + 21 * L);
        FloatVector.fromArray(S, y, yo + 22 * L).add(f2).intoArray(y, yo + 22 * L);
        FloatVector.fromArray(S, y, yo + 23 * L).add(f3).intoArray(y, yo + 23 * L);
    }

    /** 12 outputs x 2 vectors, tap by tap. */
    private static void single3x2(float[] x, int xo, int[] quads, int q, int[] terms, int count,
            float[] f, int fo, float[] y, int yo) {
        FloatVector z = FloatVector.zero(S);
        FloatVector a0l = z, a0h = z, a1l = z, a1h = z, a2l = z, a2h = z, a3l = z, a3h = z;
        FloatVector b0l = z, b0h = z, b1l = z, b1h = z, b2l = z, b2h = z, b3l = z, b3h = z;
        FloatVector c0l = z, c0h = z, c1l = z, c1h = z, c2l = z, c2h = z, c3l = z, c3h = z;
        int pa = xo + quads[q + 0];
        int pb = xo + quads[q + 1];
        int pc = xo + quads[q + 2];
        for (int i = 0; i < count; i++) {
            int t = terms[i];
            FloatVector wl = FloatVector.fromArray(S, f, fo + i * 2 * L);
            FloatVector wh = FloatVector.fromArray(S, f, fo + i * 2 * L + L);
            FloatVector v = FloatVector.broadcast(S, x[pa + t]); a0l = v.fma(wl, a0l); a0h = v.fma(wh, a0h);
            v = FloatVector.broadcast(S, x[pa + t + 16]); a1l = v.fma(wl, a1l); a1h = v.fma(wh, a1h);
            v = FloatVector.broadcast(S, x[pa + t + 32]); a2l = v.fma(wl, a2l); a2h = v.fma(wh, a2h);
            v = FloatVector.broadcast(S, x[pa + t + 48]); a3l = v.fma(wl, a3l); a3h = v.fma(wh, a3h);
            v = FloatVector.broadcast(S, x[pb + t]); b0l = v.fma(wl, b0l); b0h = v.fma(wh, b0h);
            v = FloatVector.broadcast(S, x[pb + t + 16]); b1l = v.fma(wl, b1l); b1h = v.fma(wh, b1h);
            v = FloatVector.broadcast(S, x[pb + t + 32]); b2l = v.fma(wl, b2l); b2h = v.fma(wh, b2h);
            v = FloatVector.broadcast(S, x[pb + t + 48]); b3l = v.fma(wl, b3l); b3h = v.fma(wh, b3h);
            v = FloatVector.broadcast(S, x[pc + t]); c0l = v.fma(wl, c0l); c0h = v.fma(wh, c0h);
            v = FloatVector.broadcast(S, x[pc + t + 16]); c1l = v.fma(wl, c1l); c1h = v.fma(wh, c1h);
            v = FloatVector.broadcast(S, x[pc + t + 32]); c2l = v.fma(wl, c2l); c2h = v.fma(wh, c2h);
            v = FloatVector.broadcast(S, x[pc + t + 48]); c3l = v.fma(wl, c3l); c3h = v.fma(wh, c3h);
        }
        FloatVector.fromArray(S, y, yo).add(a0l).intoArray(y, yo);
        FloatVector.fromArray(S, y, yo + L).add(a0h).intoArray(y, yo + L);
        FloatVector.fromArray(S, y, yo + 2 * L).add(a1l).intoArray(y, yo + 2 * L);
        FloatVector.fromArray(S, y, yo + 3 * L).add(a1h).intoArray(y, yo + 3 * L);
        FloatVector.fromArray(S, y, yo + 4 * L).add(a2l).intoArray(y, yo + 4 * L);
        FloatVector.fromArray(S, y, yo + 5 * L).add(a2h).intoArray(y, yo + 5 * L);
        FloatVector.fromArray(S, y, yo + 6 * L).add(a3l).intoArray(y, yo + 6 * L);
        FloatVector.fromArray(S, y, yo + 7 * L).add(a3h).intoArray(y, yo + 7 * L);
        FloatVector.fromArray(S, y, yo + 8 * L).add(b0l).intoArray(y, yo + 8 * L);
        FloatVector.fromArray(S, y, yo + 9 * L).add(b0h).intoArray(y, yo + 9 * L);
        FloatVector.fromArray(S, y, yo + 10 * L).add(b1l).intoArray(y, yo + 10 * L);
        FloatVector.fromArray(S, y, yo + 11 * L).add(b1h).intoArray(y, yo + 11 * L);
        FloatVector.fromArray(S, y, yo + 12 * L).add(b2l).intoArray(y, yo + 12 * L);
        FloatVector.fromArray(S, y, yo + 13 * L).add(b2h).intoArray(y, yo + 13 * L);
        FloatVector.fromArray(S, y, yo + 14 * L).add(b3l).intoArray(y, yo + 14 * L);
        FloatVector.fromArray(S, y, yo + 15 * L).add(b3h).intoArray(y, yo + 15 * L);
        FloatVector.fromArray(S, y, yo + 16 * L).add(c0l).intoArray(y, yo + 16 * L);
        FloatVector.fromArray(S, y, yo + 17 * L).add(c0h).intoArray(y, yo + 17 * L);
        FloatVector.fromArray(S, y, yo + 18 * L).add(c1l).intoArray(y, yo + 18 * L);
        FloatVector.fromArray(S, y, yo + 19 * L).add(c1h).intoArray(y, yo + 19 * L);
        FloatVector.fromArray(S, y, yo + 20 * L).add(c2l).intoArray(y, yo + 20 * L);
        FloatVector.fromArray(S, y, yo + 21 * L).add(c2h).intoArray(y, yo + 21 * L);
        FloatVector.fromArray(S, y, yo + 22 * L).add(c3l).intoArray(y, yo + 22 * L);
        FloatVector.fromArray(S, y, yo + 23 * L).add(c3h).intoArray(y, yo + 23 * L);
    }

    /** 24 outputs x 1 vector, tap by tap. */
    private static void single6(float[] x, int xo, int[] quads, int q, int[] terms, int count,
            float[] f, int fo, float[] y, int yo) {
        FloatVector z = FloatVector.zero(S);
        FloatVector a0 = z, a1 = z, a2 = z, a3 = z, b0 = z, b1 = z, b2 = z, b3 = z;
        FloatVector c0 = z, c1 = z, c2 = z, c3 = z, d0 = z, d1 = z, d2 = z, d3 = z;
        FloatVector e0 = z, e1 = z, e2 = z, e3 = z, f0 = z, f1 = z, f2 = z, f3 = z;
        int pa = xo + quads[q + 0];
        int pb = xo + quads[q + 1];
        int pc = xo + quads[q + 2];
        int pd = xo + quads[q + 3];
        int pe = xo + quads[q + 4];
        int pf = xo + quads[q + 5];
        for (int i = 0; i < count; i++) {
            int t = terms[i];
            FloatVector w0 = FloatVector.fromArray(S, f, fo + i * L);
            FloatVector v = FloatVector.broadcast(S, x[pa + t]); a0 = v.fma(w0, a0);
            v = FloatVector.broadcast(S, x[pa + t + 16]); a1 = v.fma(w0, a1);
            v = FloatVector.broadcast(S, x[pa + t + 32]); a2 = v.fma(w0, a2);
            v = FloatVector.broadcast(S, x[pa + t + 48]); a3 = v.fma(w0, a3);
            v = FloatVector.broadcast(S, x[pb + t]); b0 = v.fma(w0, b0);
            v = FloatVector.broadcast(S, x[pb + t + 16]); b1 = v.fma(w0, b1);
            v = FloatVector.broadcast(S, x[pb + t + 32]); b2 = v.fma(w0, b2);
            v = FloatVector.broadcast(S, x[pb + t + 48]); b3 = v.fma(w0, b3);
            v = FloatVector.broadcast(S, x[pc + t]); c0 = v.fma(w0, c0);
            v = FloatVector.broadcast(S, x[pc + t + 16]); c1 = v.fma(w0, c1);
            v = FloatVector.broadcast(S, x[pc + t + 32]); c2 = v.fma(w0, c2);
            v = FloatVector.broadcast(S, x[pc + t + 48]); c3 = v.fma(w0, c3);
            v = FloatVector.broadcast(S, x[pd + t]); d0 = v.fma(w0, d0);
            v = FloatVector.broadcast(S, x[pd + t + 16]); d1 = v.fma(w0, d1);
            v = FloatVector.broadcast(S, x[pd + t + 32]); d2 = v.fma(w0, d2);
            v = FloatVector.broadcast(S, x[pd + t + 48]); d3 = v.fma(w0, d3);
            v = FloatVector.broadcast(S, x[pe + t]); e0 = v.fma(w0, e0);
            v = FloatVector.broadcast(S, x[pe + t + 16]); e1 = v.fma(w0, e1);
            v = FloatVector.broadcast(S, x[pe + t + 32]); e2 = v.fma(w0, e2);
            v = FloatVector.broadcast(S, x[pe + t + 48]); e3 = v.fma(w0, e3);
            v = FloatVector.broadcast(S, x[pf + t]); f0 = v.fma(w0, f0);
            v = FloatVector.broadcast(S, x[pf + t + 16]); f1 = v.fma(w0, f1);
            v = FloatVector.broadcast(S, x[pf + t + 32]); f2 = v.fma(w0, f2);
            v = FloatVector.broadcast(S, x[pf + t + 48]); f3 = v.fma(w0, f3);
        }
        FloatVector.fromArray(S, y, yo).add(a0).intoArray(y, yo);
        FloatVector.fromArray(S, y, yo + L).add(a1).intoArray(y, yo + L);
        FloatVector.fromArray(S, y, yo + 2 * L).add(a2).intoArray(y, yo + 2 * L);
        FloatVector.fromArray(S, y, yo + 3 * L).add(a3).intoArray(y, yo + 3 * L);
        FloatVector.fromArray(S, y, yo + 4 * L).add(b0).intoArray(y, yo + 4 * L);
        FloatVector.fromArray(S, y, yo + 5 * L).add(b1).intoArray(y, yo + 5 * L);
        FloatVector.fromArray(S, y, yo + 6 * L).add(b2).intoArray(y, yo + 6 * L);
        FloatVector.fromArray(S, y, yo + 7 * L).add(b3).intoArray(y, yo + 7 * L);
        FloatVector.fromArray(S, y, yo + 8 * L).add(c0).intoArray(y, yo + 8 * L);
        FloatVector.fromArray(S, y, yo + 9 * L).add(c1).intoArray(y, yo + 9 * L);
        FloatVector.fromArray(S, y, yo + 10 * L).add(c2).intoArray(y, yo + 10 * L);
        FloatVector.fromArray(S, y, yo + 11 * L).add(c3).intoArray(y, yo + 11 * L);
        FloatVector.fromArray(S, y, yo + 12 * L).add(d0).intoArray(y, yo + 12 * L);
        FloatVector.fromArray(S, y, yo + 13 * L).add(d1).intoArray(y, yo + 13 * L);
        FloatVector.fromArray(S, y, yo + 14 * L).add(d2).intoArray(y, yo + 14 * L);
        FloatVector.fromArray(S, y, yo + 15 * L).add(d3).intoArray(y, yo + 15 * L);
        FloatVector.fromArray(S, y, yo + 16 * L).add(e0).intoArray(y, yo + 16 * L);
        FloatVector.fromArray(S, y, yo + 17 * L).add(e1).intoArray(y, yo + 17 * L);
        FloatVector.fromArray(S, y, yo + 18 * L).add(e2).intoArray(y, yo + 18 * L);
        FloatVector.fromArray(S, y, yo + 19 * L).add(e3).intoArray(y, yo + 19 * L);
        FloatVector.fromArray(S, y, yo + 20 * L).add(f0).intoArray(y, yo + 20 * L);
        FloatVector.fromArray(S, y, yo + 21 * L).add(f1).intoArray(y, yo + 21 * L);
        FloatVector.fromArray(S, y, yo + 22 * L).add(f2).intoArray(y, yo + 22 * L);
        FloatVector.fromArray(S, y, yo + 23 * L).add(f3).intoArray(y, yo + 23 * L);
    }

    /** 8 outputs x 1 vector, three taps at a time: for 16 registers. */
    private static void triple2(float[] x, int xo, int[] quads, int q, int[] terms, int count,
            float[] f, int fo, float[] y, int yo) {
        FloatVector z = FloatVector.zero(S);
        FloatVector a0 = z, a1 = z, a2 = z, a3 = z, b0 = z, b1 = z, b2 = z, b3 = z;
        int pa = xo + quads[q + 0];
        int pb = xo + quads[q + 1];
        for (int i = 0; i < count; i++) {
            int t = terms[i];
            FloatVector w0 = FloatVector.fromArray(S, f, fo + i * 3 * L);
            FloatVector w1 = FloatVector.fromArray(S, f, fo + i * 3 * L + L);
            FloatVector w2 = FloatVector.fromArray(S, f, fo + i * 3 * L + 2 * L);
            FloatVector v = FloatVector.broadcast(S, x[pa + t]); a0 = v.fma(w0, a0);
            v = FloatVector.broadcast(S, x[pa + t + 16]); a1 = v.fma(w0, a1); a0 = v.fma(w1, a0);
            v = FloatVector.broadcast(S, x[pa + t + 32]); a2 = v.fma(w0, a2); a1 = v.fma(w1, a1); a0 = v.fma(w2, a0);
            v = FloatVector.broadcast(S, x[pa + t + 48]); a3 = v.fma(w0, a3); a2 = v.fma(w1, a2); a1 = v.fma(w2, a1);
            v = FloatVector.broadcast(S, x[pa + t + 64]); a3 = v.fma(w1, a3); a2 = v.fma(w2, a2);
            v = FloatVector.broadcast(S, x[pa + t + 80]); a3 = v.fma(w2, a3);
            v = FloatVector.broadcast(S, x[pb + t]); b0 = v.fma(w0, b0);
            v = FloatVector.broadcast(S, x[pb + t + 16]); b1 = v.fma(w0, b1); b0 = v.fma(w1, b0);
            v = FloatVector.broadcast(S, x[pb + t + 32]); b2 = v.fma(w0, b2); b1 = v.fma(w1, b1); b0 = v.fma(w2, b0);
            v = FloatVector.broadcast(S, x[pb + t + 48]); b3 = v.fma(w0, b3); b2 = v.fma(w1, b2); b1 = v.fma(w2, b1);
            v = FloatVector.broadcast(S, x[pb + t + 64]); b3 = v.fma(w1, b3); b2 = v.fma(w2, b2);
            v = FloatVector.broadcast(S, x[pb + t + 80]); b3 = v.fma(w2, b3);
        }
        FloatVector.fromArray(S, y, yo).add(a0).intoArray(y, yo);
        FloatVector.fromArray(S, y, yo + L).add(a1).intoArray(y, yo + L);
        FloatVector.fromArray(S, y, yo + 2 * L).add(a2).intoArray(y, yo + 2 * L);
        FloatVector.fromArray(S, y, yo + 3 * L).add(a3).intoArray(y, yo + 3 * L);
        FloatVector.fromArray(S, y, yo + 4 * L).add(b0).intoArray(y, yo + 4 * L);
        FloatVector.fromArray(S, y, yo + 5 * L).add(b1).intoArray(y, yo + 5 * L);
        FloatVector.fromArray(S, y, yo + 6 * L).add(b2).intoArray(y, yo + 6 * L);
        FloatVector.fromArray(S, y, yo + 7 * L).add(b3).intoArray(y, yo + 7 * L);
    }

    /** 12 outputs x 1 vector, tap by tap: for 16 registers. */
    private static void single3(float[] x, int xo, int[] quads, int q, int[] terms, int count,
            float[] f, int fo, float[] y, int yo) {
        FloatVector z = FloatVector.zero(S);
        FloatVector a0 = z, a1 = z, a2 = z, a3 = z, b0 = z, b1 = z, b2 = z, b3 = z;
        FloatVector c0 = z, c1 = z, c2 = z, c3 = z;
        int pa = xo + quads[q + 0];
        int pb = xo + quads[q + 1];
        int pc = xo + quads[q + 2];
        for (int i = 0; i < count; i++) {
            int t = terms[i];
            FloatVector w0 = FloatVector.fromArray(S, f, fo + i * L);
            FloatVector v = FloatVector.broadcast(S, x[pa + t]); a0 = v.fma(w0, a0);
            v = FloatVector.broadcast(S, x[pa + t + 16]); a1 = v.fma(w0, a1);
            v = FloatVector.broadcast(S, x[pa + t + 32]); a2 = v.fma(w0, a2);
            v = FloatVector.broadcast(S, x[pa + t + 48]); a3 = v.fma(w0, a3);
            v = FloatVector.broadcast(S, x[pb + t]); b0 = v.fma(w0, b0);
            v = FloatVector.broadcast(S, x[pb + t + 16]); b1 = v.fma(w0, b1);
            v = FloatVector.broadcast(S, x[pb + t + 32]); b2 = v.fma(w0, b2);
            v = FloatVector.broadcast(S, x[pb + t + 48]); b3 = v.fma(w0, b3);
            v = FloatVector.broadcast(S, x[pc + t]); c0 = v.fma(w0, c0);
            v = FloatVector.broadcast(S, x[pc + t + 16]); c1 = v.fma(w0, c1);
            v = FloatVector.broadcast(S, x[pc + t + 32]); c2 = v.fma(w0, c2);
            v = FloatVector.broadcast(S, x[pc + t + 48]); c3 = v.fma(w0, c3);
        }
        FloatVector.fromArray(S, y, yo).add(a0).intoArray(y, yo);
        FloatVector.fromArray(S, y, yo + L).add(a1).intoArray(y, yo + L);
        FloatVector.fromArray(S, y, yo + 2 * L).add(a2).intoArray(y, yo + 2 * L);
        FloatVector.fromArray(S, y, yo + 3 * L).add(a3).intoArray(y, yo + 3 * L);
        FloatVector.fromArray(S, y, yo + 4 * L).add(b0).intoArray(y, yo + 4 * L);
        FloatVector.fromArray(S, y, yo + 5 * L).add(b1).intoArray(y, yo + 5 * L);
        FloatVector.fromArray(S, y, yo + 6 * L).add(b2).intoArray(y, yo + 6 * L);
        FloatVector.fromArray(S, y, yo + 7 * L).add(b3).intoArray(y, yo + 7 * L);
        FloatVector.fromArray(S, y, yo + 8 * L).add(c0).intoArray(y, yo + 8 * L);
        FloatVector.fromArray(S, y, yo + 9 * L).add(c1).intoArray(y, yo + 9 * L);
        FloatVector.fromArray(S, y, yo + 10 * L).add(c2).intoArray(y, yo + 10 * L);
        FloatVector.fromArray(S, y, yo + 11 * L).add(c3).intoArray(y, yo + 11 * L);
    }
    // @formatter:on
}
