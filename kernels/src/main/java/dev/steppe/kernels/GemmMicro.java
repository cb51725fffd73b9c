package dev.steppe.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The micro-kernels of the matrix product, in BLIS's sense: a packed panel of {@link #MR} rows of A times a packed panel of {@link #NR} columns of B, with
 * the sums in registers.
 *
 * <p>Each is one method of straight-line code with local accumulators and one k per pass: unrolled further, or with the sums in an array, C2 spills. The
 * sums start at zero and the old contents of C are added at the end, so nothing but the two panels is touched in the loop. The loop counts in steps that make
 * both indices cheap: three instructions less for each k, 4 to 8 % on a core that is shared.
 */
final class GemmMicro {
    private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
    private static final int L = S.length();

    /** Columns of a panel of B: two vectors. */
    static final int NR = 2 * L;
    /** Rows of a panel of A: with two vectors of B, twelve rows fill 32 registers, six fill 16. */
    static final int MR = Simd.WIDE ? 12 : 6;
    /** Rows of a low panel, for what remains of A below a multiple of {@link #MR}. */
    static final int LOW = 6;

    private GemmMicro() {
    }

    /**
     * {@code C += A B}.
     *
     * @param rows {@link #MR} or {@link #LOW}
     * @param a panel {@code [k, rows]} from {@code ao}
     * @param b panel {@code [k, NR]} from {@code bo}
     * @param c tile {@code [rows, NR]} from {@code co}
     */
    static void multiply(int rows, float[] a, int ao, float[] b, int bo, float[] c, int co, int k) {
        if (rows == LOW) {
            micro6x2(a, ao, b, bo, c, co, k);
        } else {
            micro12x2(a, ao, b, bo, c, co, k);
        }
    }

    // @formatter:off: one row of the tile a line
    private static void micro12x2(float[] a, int ao, float[] b, int bo, float[] c, int co, int k) {
        FloatVector z = FloatVector.zero(S);
        FloatVector c00 = z, c01 = z, c10 = z, c11 = z, c20 = z, c21 = z, c30 = z, c31 = z;
        FloatVector c40 = z, c41 = z, c50 = z, c51 = z, c60 = z, c61 = z, c70 = z, c71 = z;
        FloatVector c80 = z, c81 = z, c90 = z, c91 = z, ca0 = z, ca1 = z, cb0 = z, cb1 = z;
        for (int i = 0; i < 4 * k; i += 4) {
            int ai = ao + 3 * i;
            int bi = bo + NR / 4 * i;
            FloatVector b0 = FloatVector.fromArray(S, b, bi);
            FloatVector b1 = FloatVector.fromArray(S, b, bi + L);
            FloatVector x = FloatVector.broadcast(S, a[ai + 0]); c00 = x.fma(b0, c00); c01 = x.fma(b1, c01);
            x = FloatVector.broadcast(S, a[ai + 1]); c10 = x.fma(b0, c10); c11 = x.fma(b1, c11);
            x = FloatVector.broadcast(S, a[ai + 2]); c20 = x.fma(b0, c20); c21 = x.fma(b1, c21);
            x = FloatVector.broadcast(S, a[ai + 3]); c30 = x.fma(b0, c30); c31 = x.fma(b1, c31);
            x = FloatVector.broadcast(S, a[ai + 4]); c40 = x.fma(b0, c40); c41 = x.fma(b1, c41);
            x = FloatVector.broadcast(S, a[ai + 5]); c50 = x.fma(b0, c50); c51 = x.fma(b1, c51);
            x = FloatVector.broadcast(S, a[ai + 6]); c60 = x.fma(b0, c60); c61 = x.fma(b1, c61);
            x = FloatVector.broadcast(S, a[ai + 7]); c70 = x.fma(b0, c70); c71 = x.fma(b1, c71);
            x = FloatVector.broadcast(S, a[ai + 8]); c80 = x.fma(b0, c80); c81 = x.fma(b1, c81);
            x = FloatVector.broadcast(S, a[ai + 9]); c90 = x.fma(b0, c90); c91 = x.fma(b1, c91);
            x = FloatVector.broadcast(S, a[ai + 10]); ca0 = x.fma(b0, ca0); ca1 = x.fma(b1, ca1);
            x = FloatVector.broadcast(S, a[ai + 11]); cb0 = x.fma(b0, cb0); cb1 = x.fma(b1, cb1);
        }
        FloatVector.fromArray(S, c, co).add(c00).intoArray(c, co);
        FloatVector.fromArray(S, c, co + L).add(c01).intoArray(c, co + L);
        FloatVector.fromArray(S, c, co + 2 * L).add(c10).intoArray(c, co + 2 * L);
        FloatVector.fromArray(S, c, co + 3 * L).add(c11).intoArray(c, co + 3 * L);
        FloatVector.fromArray(S, c, co + 4 * L).add(c20).intoArray(c, co + 4 * L);
        FloatVector.fromArray(S, c, co + 5 * L).add(c21).intoArray(c, co + 5 * L);
        FloatVector.fromArray(S, c, co + 6 * L).add(c30).intoArray(c, co + 6 * L);
        FloatVector.fromArray(S, c, co + 7 * L).add(c31).intoArray(c, co + 7 * L);
        FloatVector.fromArray(S, c, co + 8 * L).add(c40).intoArray(c, co + 8 * L);
        FloatVector.fromArray(S, c, co + 9 * L).add(c41).intoArray(c, co + 9 * L);
        FloatVector.fromArray(S, c, co + 10 * L).add(c50).intoArray(c, co + 10 * L);
        FloatVector.fromArray(S, c, co + 11 * L).add(c51).intoArray(c, co + 11 * L);
        FloatVector.fromArray(S, c, co + 12 * L).add(c60).intoArray(c, co + 12 * L);
        FloatVector.fromArray(S, c, co + 13 * L).add(c61).intoArray(c, co + 13 * L);
        FloatVector.fromArray(S, c, co + 14 * L).add(c70).intoArray(c, co + 14 * L);
        FloatVector.fromArray(S, c, co + 15 * L).add(c71).intoArray(c, co + 15 * L);
        FloatVector.fromArray(S, c, co + 16 * L).add(c80).intoArray(c, co + 16 * L);
        FloatVector.fromArray(S, c, co + 17 * L).add(c81).intoArray(c, co + 17 * L);
        FloatVector.fromArray(S, c, co + 18 * L).add(c90).intoArray(c, co + 18 * L);
        FloatVector.fromArray(S, c, co + 19 * L).add(c91).intoArray(c, co + 19 * L);
        FloatVector.fromArray(S, c, co + 20 * L).add(ca0).intoArray(c, co + 20 * L);
        FloatVector.fromArray(S, c, co + 21 * L).add(ca1).intoArray(c, co + 21 * L);
        FloatVector.fromArray(S, c, co + 22 * L).add(cb0).intoArray(c, co + 22 * L);
        FloatVector.fromArray(S, c, co + 23 * L).add(cb1).intoArray(c, co + 23 * L);
    }

    private static void micro6x2(float[] a, int ao, float[] b, int bo, float[] c, int co, int k) {
        FloatVector z = FloatVector.zero(S);
        FloatVector c00 = z, c01 = z, c10 = z, c11 = z, c20 = z, c21 = z, c30 = z, c31 = z;
        FloatVector c40 = z, c41 = z, c50 = z, c51 = z;
        for (int i = 0; i < 2 * k; i += 2) {
            int ai = ao + 3 * i;
            int bi = bo + L * i;
            FloatVector b0 = FloatVector.fromArray(S, b, bi);
            FloatVector b1 = FloatVector.fromArray(S, b, bi + L);
            FloatVector x = FloatVector.broadcast(S, a[ai + 0]); c00 = x.fma(b0, c00); c01 = x.fma(b1, c01);
            x = FloatVector.broadcast(S, a[ai + 1]); c10 = x.fma(b0, c10); c11 = x.fma(b1, c11);
            x = FloatVector.broadcast(S, a[ai + 2]); c20 = x.fma(b0, c20); c21 = x.fma(b1, c21);
            x = FloatVector.broadcast(S, a[ai + 3]); c30 = x.fma(b0, c30); c31 = x.fma(b1, c31);
            x = FloatVector.broadcast(S, a[ai + 4]); c40 = x.fma(b0, c40); c41 = x.fma(b1, c41);
            x = FloatVector.broadcast(S, a[ai + 5]); c50 = x.fma(b0, c50); c51 = x.fma(b1, c51);
        }
        FloatVector.fromArray(S, c, co).add(c00).intoArray(c, co);
        FloatVector.fromArray(S, c, co + L).add(c01).intoArray(c, co + L);
        FloatVector.fromArray(S, c, co + 2 * L).add(c10).intoArray(c, co + 2 * L);
        FloatVector.fromArray(S, c, co + 3 * L).add(c11).intoArray(c, co + 3 * L);
        FloatVector.fromArray(S, c, co + 4 * L).add(c20).intoArray(c, co + 4 * L);
        FloatVector.fromArray(S, c, co + 5 * L).add(c21).intoArray(c, co + 5 * L);
        FloatVector.fromArray(S, c, co + 6 * L).add(c30).intoArray(c, co + 6 * L);
        FloatVector.fromArray(S, c, co + 7 * L).add(c31).intoArray(c, co + 7 * L);
        FloatVector.fromArray(S, c, co + 8 * L).add(c40).intoArray(c, co + 8 * L);
        FloatVector.fromArray(S, c, co + 9 * L).add(c41).intoArray(c, co + 9 * L);
        FloatVector.fromArray(S, c, co + 10 * L).add(c50).intoArray(c, co + 10 * L);
        FloatVector.fromArray(S, c, co + 11 * L).add(c51).intoArray(c, co + 11 * L);
    }
    // @formatter:on
}
