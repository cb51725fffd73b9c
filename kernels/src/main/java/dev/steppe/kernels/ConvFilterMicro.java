package dev.steppe.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The micro-kernels of convolution's adjoint in the filter: some input channels times one or two vectors of output channels, for one tap or for three
 * neighbouring ones, held in registers while the pixels of some images pass by.
 */
final class ConvFilterMicro {
    private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
    private static final int L = S.length();

    private ConvFilterMicro() {
    }

    /** Input channels of a block. Nine, tap by tap: a row of a 3 x 3 filter over three colours, folded. */
    static int channels(int in, boolean triple) {
        return !Simd.WIDE || in <= 4 ? 4 : in == 9 && !triple ? 9 : 8;
    }

    /**
     * Adds to a block what some rows of some images contribute, for three neighbouring taps: input column {@code j} meets output columns {@code j, j + 1,
     * j + 2}, for the last, middle and first tap.
     *
     * @param channels input channels of the block, 8 or 4
     * @param x staged input, its first pixel at {@code xo}
     * @param y staged output gradient, its first pixel at {@code yo}
     * @param d block {@code [3 taps, last first][channels][L]} from {@code to}
     */
    static void triple(int channels, float[] x, int xo, int xImage, int xRow, float[] y, int yo, int yImage, int yRow, int images, int rows,
            int columns, float[] d, int to) {
        if (channels == 8) {
            triple8(x, xo, xImage, xRow, y, yo, yImage, yRow, images, rows, columns, d, to);
        } else {
            triple4(x, xo, xImage, xRow, y, yo, yImage, yRow, images, rows, columns, d, to);
        }
    }

    /**
     * Adds to a block what some pixels contribute, for one tap and two vectors of output channels; the block is {@code [channels][2 L]}.
     *
     * @param channels input channels of the block, 9, 8 or 4
     * @param pixels where each lies in x, from {@code po}
     * @param count how many of them
     * @param yStep from pixel to pixel in y: L, or with 8 and 9 channels anything
     * @param yPlane from the first vector to the second
     */
    static void single(int channels, float[] x, int xo, int[] pixels, int po, int count, float[] y, int yo, int yStep, int yPlane,
            float[] d, int to) {
        if (channels == 9) {
            strided9(x, xo, pixels, po, count, y, yo, yStep, yPlane, d, to);
        } else if (channels == 8 && yStep != L) {
            strided8(x, xo, pixels, po, count, y, yo, yStep, yPlane, d, to);
        } else if (channels == 8) {
            single8(x, xo, pixels, po, count, y, yo, yPlane, d, to);
        } else {
            single4(x, xo, pixels, po, count, y, yo, yPlane, d, to);
        }
    }

    // @formatter:off: one input channel a line
    /** 8 input channels x 3 taps x 1 vector. */
    private static void triple8(float[] x, int xo, int xImage, int xRow, float[] y, int yo, int yImage, int yRow,
            int images, int rows, int columns, float[] d, int to) {
        FloatVector z = FloatVector.zero(S);
        FloatVector a0 = z, a1 = z, a2 = z, a3 = z, a4 = z, a5 = z, a6 = z, a7 = z;
        FloatVector b0 = z, b1 = z, b2 = z, b3 = z, b4 = z, b5 = z, b6 = z, b7 = z;
        FloatVector c0 = z, c1 = z, c2 = z, c3 = z, c4 = z, c5 = z, c6 = z, c7 = z;
        for (int n = 0; n < images; n++) {
            for (int i = 0; i < rows; i++) {
                int xr = xo + n * xImage + i * xRow;
                int yr = yo + n * yImage + i * yRow;
                for (int j = 0; j < columns; j++) {
                    FloatVector ya = FloatVector.fromArray(S, y, yr + j * L);
                    FloatVector yb = FloatVector.fromArray(S, y, yr + j * L + L);
                    FloatVector yc = FloatVector.fromArray(S, y, yr + j * L + 2 * L);
                    FloatVector v = FloatVector.broadcast(S, x[xr + 16 * j]); a0 = v.fma(ya, a0); b0 = v.fma(yb, b0); c0 = v.fma(yc, c0);
                    v = FloatVector.broadcast(S, x[xr + 16 * j + 1]); a1 = v.fma(ya, a1); b1 = v.fma(yb, b1); c1 = v.fma(yc, c1);
                    v = FloatVector.broadcast(S, x[xr + 16 * j + 2]); a2 = v.fma(ya, a2); b2 = v.fma(yb, b2); c2 = v.fma(yc, c2);
                    v = FloatVector.broadcast(S, x[xr + 16 * j + 3]); a3 = v.fma(ya, a3); b3 = v.fma(yb, b3); c3 = v.fma(yc, c3);
                    v = FloatVector.broadcast(S, x[xr + 16 * j + 4]); a4 = v.fma(ya, a4); b4 = v.fma(yb, b4); c4 = v.fma(yc, c4);
                    v = FloatVector.broadcast(S, x[xr + 16 * j + 5]); a5 = v.fma(ya, a5); b5 = v.fma(yb, b5); c5 = v.fma(yc, c5);
                    v = FloatVector.broadcast(S, x[xr + 16 * j + 6]); a6 = v.fma(ya, a6); b6 = v.fma(yb, b6); c6 = v.fma(yc, c6);
                    v = FloatVector.broadcast(S, x[xr + 16 * j + 7]); a7 = v.fma(ya, a7); b7 = v.fma(yb, b7); c7 = v.fma(yc, c7);
                }
            }
        }
        FloatVector.fromArray(S, d, to).add(a0).intoArray(d, to);
        FloatVector.fromArray(S, d, to + L).add(a1).intoArray(d, to + L);
        FloatVector.fromArray(S, d, to + 2 * L).add(a2).intoArray(d, to + 2 * L);
        FloatVector.fromArray(S, d, to + 3 * L).add(a3).intoArray(d, to + 3 * L);
        FloatVector.fromArray(S, d, to + 4 * L).add(a4).intoArray(d, to + 4 * L);
        FloatVector.fromArray(S, d, to + 5 * L).add(a5).intoArray(d, to + 5 * L);
        FloatVector.fromArray(S, d, to + 6 * L).add(a6).intoArray(d, to + 6 * L);
        FloatVector.fromArray(S, d, to + 7 * L).add(a7).intoArray(d, to + 7 * L);
        FloatVector.fromArray(S, d, to + 8 * L).add(b0).intoArray(d, to + 8 * L);
        FloatVector.fromArray(S, d, to + 9 * L).add(b1).intoArray(d, to + 9 * L);
        FloatVector.fromArray(S, d, to + 10 * L).add(b2).intoArray(d, to + 10 * L);
        FloatVector.fromArray(S, d, to + 11 * L).add(b3).intoArray(d, to + 11 * L);
        FloatVector.fromArray(S, d, to + 12 * L).add(b4).intoArray(d, to + 12 * L);
        FloatVector.fromArray(S, d, to + 13 * L).add(b5).intoArray(d, to + 13 * L);
        FloatVector.fromArray(S, d, to + 14 * L).add(b6).intoArray(d, to + 14 * L);
        FloatVector.fromArray(S, d, to + 15 * L).add(b7).intoArray(d, to + 15 * L);
        FloatVector.fromArray(S, d, to + 16 * L).add(c0).intoArray(d, to + 16 * L);
        FloatVector.fromArray(S, d, to + 17 * L).add(c1).intoArray(d, to + 17 * L);
        FloatVector.fromArray(S, d, to + 18 * L).add(c2).intoArray(d, to + 18 * L);
        FloatVector.fromArray(S, d, to + 19 * L).add(c3).intoArray(d, to + 19 * L);
        FloatVector.fromArray(S, d, to + 20 * L).add(c4).intoArray(d, to + 20 * L);
        FloatVector.fromArray(S, d, to + 21 * L).add(c5).intoArray(d, to + 21 * L);
        FloatVector.fromArray(S, d, to + 22 * L).add(c6).intoArray(d, to + 22 * L);
        FloatVector.fromArray(S, d, to + 23 * L).add(c7).intoArray(d, to + 23 * L);
    }

    /** 4 input channels x 3 taps x 1 vector. */
    private static void triple4(float[] x, int xo, int xImage, int xRow, float[] y, int yo, int yImage, int yRow,
            int images, int rows, int columns, float[] d, int to) {
        FloatVector z = FloatVector.zero(S);
        FloatVector a0 = z, a1 = z, a2 = z, a3 = z, b0 = z, b1 = z, b2 = z, b3 = z;
        FloatVector c0 = z, c1 = z, c2 = z, c3 = z;
        for (int n = 0; n < images; n++) {
            for (int i = 0; i < rows; i++) {
                int xr = xo + n * xImage + i * xRow;
                int yr = yo + n * yImage + i * yRow;
                for (int j = 0; j < columns; j++) {
                    FloatVector ya = FloatVector.fromArray(S, y, yr + j * L);
                    FloatVector yb = FloatVector.fromArray(S, y, yr + j * L + L);
                    FloatVector yc = FloatVector.fromArray(S, y, yr + j * L + 2 * L);
                    FloatVector v = FloatVector.broadcast(S, x[xr + 16 * j]); a0 = v.fma(ya, a0); b0 = v.fma(yb, b0); c0 = v.fma(yc, c0);
                    v = FloatVector.broadcast(S, x[xr + 16 * j + 1]); a1 = v.fma(ya, a1); b1 = v.fma(yb, b1); c1 = v.fma(yc, c1);
                    v = FloatVector.broadcast(S, x[xr + 16 * j + 2]); a2 = v.fma(ya, a2); b2 = v.fma(yb, b2); c2 = v.fma(yc, c2);
                    v = FloatVector.broadcast(S, x[xr + 16 * j + 3]); a3 = v.fma(ya, a3); b3 = v.fma(yb, b3); c3 = v.fma(yc, c3);
                }
            }
        }
        FloatVector.fromArray(S, d, to).add(a0).intoArray(d, to);
        FloatVector.fromArray(S, d, to + L).add(a1).intoArray(d, to + L);
        FloatVector.fromArray(S, d, to + 2 * L).add(a2).intoArray(d, to + 2 * L);
        FloatVector.fromArray(S, d, to + 3 * L).add(a3).intoArray(d, to + 3 * L);
        FloatVector.fromArray(S, d, to + 4 * L).add(b0).intoArray(d, to + 4 * L);
        FloatVector.fromArray(S, d, to + 5 * L).add(b1).intoArray(d, to + 5 * L);
        FloatVector.fromArray(S, d, to + 6 * L).add(b2).intoArray(d, to + 6 * L);
        FloatVector.fromArray(S, d, to + 7 * L).add(b3).intoArray(d, to + 7 * L);
        FloatVector.fromArray(S, d, to + 8 * L).add(c0).intoArray(d, to + 8 * L);
        FloatVector.fromArray(S, d, to + 9 * L).add(c1).intoArray(d, to + 9 * L);
        FloatVector.fromArray(S, d, to + 10 * L).add(c2).intoArray(d, to + 10 * L);
        FloatVector.fromArray(S, d, to + 11 * L).add(c3).intoArray(d, to + 11 * L);
    }

    /** 9 input channels x 2 vectors. */
    private static void strided9(float[] x, int xo, int[] pixels, int po, int count, float[] y, int yo, int yStep, int yPlane, float[] d, int to) {
        FloatVector z = FloatVector.zero(S);
        FloatVector l0 = z, h0 = z, l1 = z, h1 = z, l2 = z, h2 = z, l3 = z, h3 = z;
        FloatVector l4 = z, h4 = z, l5 = z, h5 = z, l6 = z, h6 = z, l7 = z, h7 = z, l8 = z, h8 = z;
        for (int p = 0; p < count; p++) {
            int xi = xo + pixels[po + p];
            int yi = yo + p * yStep;
            FloatVector yl = FloatVector.fromArray(S, y, yi);
            FloatVector yh = FloatVector.fromArray(S, y, yi + yPlane);
            FloatVector v = FloatVector.broadcast(S, x[xi]); l0 = v.fma(yl, l0); h0 = v.fma(yh, h0);
            v = FloatVector.broadcast(S, x[xi + 1]); l1 = v.fma(yl, l1); h1 = v.fma(yh, h1);
            v = FloatVector.broadcast(S, x[xi + 2]); l2 = v.fma(yl, l2); h2 = v.fma(yh, h2);
            v = FloatVector.broadcast(S, x[xi + 3]); l3 = v.fma(yl, l3); h3 = v.fma(yh, h3);
            v = FloatVector.broadcast(S, x[xi + 4]); l4 = v.fma(yl, l4); h4 = v.fma(yh, h4);
            v = FloatVector.broadcast(S, x[xi + 5]); l5 = v.fma(yl, l5); h5 = v.fma(yh, h5);
            v = FloatVector.broadcast(S, x[xi + 6]); l6 = v.fma(yl, l6); h6 = v.fma(yh, h6);
            v = FloatVector.broadcast(S, x[xi + 7]); l7 = v.fma(yl, l7); h7 = v.fma(yh, h7);
            v = FloatVector.broadcast(S, x[xi + 8]); l8 = v.fma(yl, l8); h8 = v.fma(yh, h8);
        }
        FloatVector.fromArray(S, d, to).add(l0).intoArray(d, to);
        FloatVector.fromArray(S, d, to + L).add(h0).intoArray(d, to + L);
        FloatVector.fromArray(S, d, to + 2 * L).add(l1).intoArray(d, to + 2 * L);
        FloatVector.fromArray(S, d, to + 3 * L).add(h1).intoArray(d, to + 3 * L);
        FloatVector.fromArray(S, d, to + 4 * L).add(l2).intoArray(d, to + 4 * L);
        FloatVector.fromArray(S, d, to + 5 * L).add(h2).intoArray(d, to + 5 * L);
        FloatVector.fromArray(S, d, to + 6 * L).add(l3).intoArray(d, to + 6 * L);
        FloatVector.fromArray(S, d, to + 7 * L).add(h3).intoArray(d, to + 7 * L);
        FloatVector.fromArray(S, d, to + 8 * L).add(l4).intoArray(d, to + 8 * L);
        FloatVector.fromArray(S, d, to + 9 * L).add(h4).intoArray(d, to + 9 * L);
        FloatVector.fromArray(S, d, to + 10 * L).add(l5).intoArray(d, to + 10 * L);
        FloatVector.fromArray(S, d, to + 11 * L).add(h5).intoArray(d, to + 11 * L);
        FloatVector.fromArray(S, d, to + 12 * L).add(l6).intoArray(d, to + 12 * L);
        FloatVector.fromArray(S, d, to + 13 * L).add(h6).intoArray(d, to + 13 * L);
        FloatVector.fromArray(S, d, to + 14 * L).add(l7).intoArray(d, to + 14 * L);
        FloatVector.fromArray(S, d, to + 15 * L).add(h7).intoArray(d, to + 15 * L);
        FloatVector.fromArray(S, d, to + 16 * L).add(l8).intoArray(d, to + 16 * L);
        FloatVector.fromArray(S, d, to + 17 * L).add(h8).intoArray(d, to + 17 * L);
    }

    /** 8 input channels x 2 vectors. */
    private static void single8(float[] x, int xo, int[] pixels, int po, int count, float[] y, int yo, int yPlane, float[] d, int to) {
        FloatVector z = FloatVector.zero(S);
        FloatVector l0 = z, h0 = z, l1 = z, h1 = z, l2 = z, h2 = z, l3 = z, h3 = z;
        FloatVector l4 = z, h4 = z, l5 = z, h5 = z, l6 = z, h6 = z, l7 = z, h7 = z;
        for (int p = 0; p < count; p++) {
            int xi = xo + pixels[po + p];
            FloatVector yl = FloatVector.fromArray(S, y, yo + p * L);
            FloatVector yh = FloatVector.fromArray(S, y, yo + p * L + yPlane);
            FloatVector v = FloatVector.broadcast(S, x[xi]); l0 = v.fma(yl, l0); h0 = v.fma(yh, h0);
            v = FloatVector.broadcast(S, x[xi + 1]); l1 = v.fma(yl, l1); h1 = v.fma(yh, h1);
            v = FloatVector.broadcast(S, x[xi + 2]); l2 = v.fma(yl, l2); h2 = v.fma(yh, h2);
            v = FloatVector.broadcast(S, x[xi + 3]); l3 = v.fma(yl, l3); h3 = v.fma(yh, h3);
            v = FloatVector.broadcast(S, x[xi + 4]); l4 = v.fma(yl, l4); h4 = v.fma(yh, h4);
            v = FloatVector.broadcast(S, x[xi + 5]); l5 = v.fma(yl, l5); h5 = v.fma(yh, h5);
            v = FloatVector.broadcast(S, x[xi + 6]); l6 = v.fma(yl, l6); h6 = v.fma(yh, h6);
            v = FloatVector.broadcast(S, x[xi + 7]); l7 = v.fma(yl, l7); h7 = v.fma(yh, h7);
        }
        FloatVector.fromArray(S, d, to).add(l0).intoArray(d, to);
        FloatVector.fromArray(S, d, to + L).add(h0).intoArray(d, to + L);
        FloatVector.fromArray(S, d, to + 2 * L).add(l1).intoArray(d, to + 2 * L);
        FloatVector.fromArray(S, d, to + 3 * L).add(h1).intoArray(d, to + 3 * L);
        FloatVector.fromArray(S, d, to + 4 * L).add(l2).intoArray(d, to + 4 * L);
        FloatVector.fromArray(S, d, to + 5 * L).add(h2).intoArray(d, to + 5 * L);
        FloatVector.fromArray(S, d, to + 6 * L).add(l3).intoArray(d, to + 6 * L);
        FloatVector.fromArray(S, d, to + 7 * L).add(h3).intoArray(d, to + 7 * L);
        FloatVector.fromArray(S, d, to + 8 * L).add(l4).intoArray(d, to + 8 * L);
        FloatVector.fromArray(S, d, to + 9 * L).add(h4).intoArray(d, to + 9 * L);
        FloatVector.fromArray(S, d, to + 10 * L).add(l5).intoArray(d, to + 10 * L);
        FloatVector.fromArray(S, d, to + 11 * L).add(h5).intoArray(d, to + 11 * L);
        FloatVector.fromArray(S, d, to + 12 * L).add(l6).intoArray(d, to + 12 * L);
        FloatVector.fromArray(S, d, to + 13 * L).add(h6).intoArray(d, to + 13 * L);
        FloatVector.fromArray(S, d, to + 14 * L).add(l7).intoArray(d, to + 14 * L);
        FloatVector.fromArray(S, d, to + 15 * L).add(h7).intoArray(d, to + 15 * L);
    }

    /** The same; pixels of y lie where they lie. The distance of which the compiler knows nothing costs checks, a tenth of the speed. */
    private static void strided8(float[] x, int xo, int[] pixels, int po, int count,
            float[] y, int yo, int yStep, int yPlane, float[] d, int to) {
        FloatVector z = FloatVector.zero(S);
        FloatVector l0 = z, h0 = z, l1 = z, h1 = z, l2 = z, h2 = z, l3 = z, h3 = z;
        FloatVector l4 = z, h4 = z, l5 = z, h5 = z, l6 = z, h6 = z, l7 = z, h7 = z;
        for (int p = 0; p < count; p++) {
            int xi = xo + pixels[po + p];
            int yi = yo + p * yStep;
            FloatVector yl = FloatVector.fromArray(S, y, yi);
            FloatVector yh = FloatVector.fromArray(S, y, yi + yPlane);
            FloatVector v = FloatVector.broadcast(S, x[xi]); l0 = v.fma(yl, l0); h0 = v.fma(yh, h0);
            v = FloatVector.broadcast(S, x[xi + 1]); l1 = v.fma(yl, l1); h1 = v.fma(yh, h1);
            v = FloatVector.broadcast(S, x[xi + 2]); l2 = v.fma(yl, l2); h2 = v.fma(yh, h2);
            v = FloatVector.broadcast(S, x[xi + 3]); l3 = v.fma(yl, l3); h3 = v.fma(yh, h3);
            v = FloatVector.broadcast(S, x[xi + 4]); l4 = v.fma(yl, l4); h4 = v.fma(yh, h4);
            v = FloatVector.broadcast(S, x[xi + 5]); l5 = v.fma(yl, l5); h5 = v.fma(yh, h5);
            v = FloatVector.broadcast(S, x[xi + 6]); l6 = v.fma(yl, l6); h6 = v.fma(yh, h6);
            v = FloatVector.broadcast(S, x[xi + 7]); l7 = v.fma(yl, l7); h7 = v.fma(yh, h7);
        }
        FloatVector.fromArray(S, d, to).add(l0).intoArray(d, to);
        FloatVector.fromArray(S, d, to + L).add(h0).intoArray(d, to + L);
        FloatVector.fromArray(S, d, to + 2 * L).add(l1).intoArray(d, to + 2 * L);
        FloatVector.fromArray(S, d, to + 3 * L).add(h1).intoArray(d, to + 3 * L);
        FloatVector.fromArray(S, d, to + 4 * L).add(l2).intoArray(d, to + 4 * L);
        FloatVector.fromArray(S, d, to + 5 * L).add(h2).intoArray(d, to + 5 * L);
        FloatVector.fromArray(S, d, to + 6 * L).add(l3).intoArray(d, to + 6 * L);
        FloatVector.fromArray(S, d, to + 7 * L).add(h3).intoArray(d, to + 7 * L);
        FloatVector.fromArray(S, d, to + 8 * L).add(l4).intoArray(d, to + 8 * L);
        FloatVector.fromArray(S, d, to + 9 * L).add(h4).intoArray(d, to + 9 * L);
        FloatVector.fromArray(S, d, to + 10 * L).add(l5).intoArray(d, to + 10 * L);
        FloatVector.fromArray(S, d, to + 11 * L).add(h5).intoArray(d, to + 11 * L);
        FloatVector.fromArray(S, d, to + 12 * L).add(l6).intoArray(d, to + 12 * L);
        FloatVector.fromArray(S, d, to + 13 * L).add(h6).intoArray(d, to + 13 * L);
        FloatVector.fromArray(S, d, to + 14 * L).add(l7).intoArray(d, to + 14 * L);
        FloatVector.fromArray(S, d, to + 15 * L).add(h7).intoArray(d, to + 15 * L);
    }

    /** 4 input channels x 2 vectors. */
    private static void single4(float[] x, int xo, int[] pixels, int po, int count, float[] y, int yo, int yPlane, float[] d, int to) {
        FloatVector z = FloatVector.zero(S);
        FloatVector l0 = z, h0 = z, l1 = z, h1 = z, l2 = z, h2 = z, l3 = z, h3 = z;
        for (int p = 0; p < count; p++) {
            int xi = xo + pixels[po + p];
            FloatVector yl = FloatVector.fromArray(S, y, yo + p * L);
            FloatVector yh = FloatVector.fromArray(S, y, yo + p * L + yPlane);
            FloatVector v = FloatVector.broadcast(S, x[xi]); l0 = v.fma(yl, l0); h0 = v.fma(yh, h0);
            v = FloatVector.broadcast(S, x[xi + 1]); l1 = v.fma(yl, l1); h1 = v.fma(yh, h1);
            v = FloatVector.broadcast(S, x[xi + 2]); l2 = v.fma(yl, l2); h2 = v.fma(yh, h2);
            v = FloatVector.broadcast(S, x[xi + 3]); l3 = v.fma(yl, l3); h3 = v.fma(yh, h3);
        }
        FloatVector.fromArray(S, d, to).add(l0).intoArray(d, to);
        FloatVector.fromArray(S, d, to + L).add(h0).intoArray(d, to + L);
        FloatVector.fromArray(S, d, to + 2 * L).add(l1).intoArray(d, to + 2 * L);
        FloatVector.fromArray(S, d, to + 3 * L).add(h1).intoArray(d, to + 3 * L);
        FloatVector.fromArray(S, d, to + 4 * L).add(l2).intoArray(d, to + 4 * L);
        FloatVector.fromArray(S, d, to + 5 * L).add(h2).intoArray(d, to + 5 * L);
        FloatVector.fromArray(S, d, to + 6 * L).add(l3).intoArray(d, to + 6 * L);
        FloatVector.fromArray(S, d, to + 7 * L).add(h3).intoArray(d, to + 7 * L);
    }
    // @formatter:on
}
