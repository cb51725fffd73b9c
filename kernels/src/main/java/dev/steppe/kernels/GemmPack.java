package dev.steppe.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Packs panels: {@code width} neighbouring rows of op(A), or columns of op(B), next to each other for each k. What a matrix lacks of a whole panel is filled
 * with zeros, which only reach parts of a tile that are thrown away.
 */
final class GemmPack {
    private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
    private static final int L = S.length();

    /** Floats after a panel that {@link #across} may overwrite. */
    static final int SLACK = 16;

    private GemmPack() {
    }

    /**
     * Packs from a matrix in which the {@code width} of one k lie next to each other: B of NN, A of TN.
     *
     * @param source matrix
     * @param so index of the first number of the panel
     * @param step from one k to the next
     * @param valid how many of {@code width} there are
     * @param panel {@code [k, width]} from {@code po}, and {@link #SLACK} more
     */
    static void across(float[] source, int so, int step, int valid, int width, int k, float[] panel, int po) {
        int whole = 0;
        if (valid == width && k > 0) {
            int reach = GemmPlan.roundUp(width, L);
            whole = Math.clamp(((long) source.length - reach - so) / step + 1, 0, k);
            if (so + (long) reach > source.length) { whole = 0; }
            for (int i = 0; i < whole; i++) {
                for (int v = 0; v < width; v += L) {
                    FloatVector.fromArray(S, source, so + i * step + v).intoArray(panel, po + i * width + v);
                }
            }
        }
        for (int i = whole; i < k; i++) {
            int p = po + i * width;
            for (int j = 0; j < valid; j++) {
                panel[p + j] = source[so + i * step + j];
            }
            for (int j = valid; j < width; j++) {
                panel[p + j] = 0;
            }
        }
    }

    /** Packs one row of B into its panels, two vectors into each, the panels {@code step} apart. */
    static void row(float[] source, int so, int length, float[] panels, int po, int step) {
        for (int j = 0; j < length; j += 2 * L) {
            FloatVector v0 = FloatVector.fromArray(S, source, so + j);
            FloatVector v1 = FloatVector.fromArray(S, source, so + j + L);
            v0.intoArray(panels, po);
            v1.intoArray(panels, po + L);
            po += step;
        }
    }

    /**
     * Packs from a matrix in which the k of one row or column lie next to each other: A of NN and NT, B of NT.
     *
     * @param source matrix
     * @param so index of the first number of the panel
     * @param step from one row or column to the next
     * @param valid how many of {@code width} there are
     * @param panel {@code [k, width]} from {@code po}
     */
    static void along(float[] source, int so, int step, int valid, int width, int k, float[] panel, int po) {
        int j = 0;
        for (; j + 4 <= valid; j += 4) {
            four(source, so + j * step, step, width, k, panel, po + j);
        }
        for (; j < valid; j++) {
            for (int i = 0; i < k; i++) {
                panel[po + i * width + j] = source[so + j * step + i];
            }
        }
        for (; j < width; j++) {
            for (int i = 0; i < k; i++) {
                panel[po + i * width + j] = 0;
            }
        }
    }

    /** Four rows at once, so that what is written shares cache lines. */
    private static void four(float[] source, int s0, int step, int width, int k, float[] panel, int po) {
        int s1 = s0 + step;
        int s2 = s1 + step;
        int s3 = s2 + step;
        for (int i = 0; i < k; i++) {
            int p = po + i * width;
            panel[p] = source[s0 + i];
            panel[p + 1] = source[s1 + i];
            panel[p + 2] = source[s2 + i];
            panel[p + 3] = source[s3 + i];
        }
    }
}
