package dev.steppe.kernels;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * How a matrix {@code [rows, c]} is summed over its rows. One of few columns is read as one with several of its rows side by side ({@link #width}), so that
 * every c fills vectors and loops are long. A tile is {@value #TILE_ROWS} such rows: the longest sum in float. Tiles are put together in double, in order.
 */
final class VectorColumns {
    static final int TILE_ROWS = 64;
    /** Fewer numbers do not make a loop worth while. */
    private static final int MIN_WIDTH = 512;
    private static final int LANES = FloatVector.SPECIES_PREFERRED.length();

    private VectorColumns() {
    }

    /** How many numbers of {@code [rows, c]} are treated as one row: a multiple of c and, if c is small, of the lanes too. */
    static int width(int c) {
        if (c >= MIN_WIDTH) {
            return c;
        }
        int width = c;
        while (width % LANES != 0) {
            width += c;
        }
        return Math.ceilDiv(MIN_WIDTH, width) * width;
    }

    /** Rows of {@code [rows, c]} in a tile. */
    static int tileRows(int c) {
        return TILE_ROWS * (width(c) / c);
    }

    /** Adds up the rows that lie side by side, the second half to the first as long as there are two: the first c numbers become the column sums of {@code [width / c, c]}. */
    static void fold(float[] t, int to, int width, int c) {
        int rows = width / c;
        while (rows > 1) {
            int half = rows / 2;
            rows -= half;
            VectorNormLoops.add(t, to + rows * c, t, to, half * c);
        }
    }

    /** Repeats the first c numbers up to width. */
    static void spread(float[] t, int to, int width, int c) {
        for (int i = c; i < width; i += c) {
            System.arraycopy(t, to, t, to + i, c);
        }
    }

    /** {@code m += a t}. */
    static void addScaled(double a, float[] t, int to, double[] m, int mo, int c) {
        for (int j = 0; j < c; j++) {
            m[mo + j] += a * t[to + j];
        }
    }

    /** {@code y = sum over rows of x}, one matrix; c is at least 1. */
    static void sum(Workers workers, SpanPool spans, int rows, int c, Span.F32 x, Span y) {
        int width = width(c);
        int tileRows = tileRows(c);
        Span.F32 partial = (Span.F32) spans.take(DType.F32, Math.multiplyExact(Math.ceilDiv(rows, tileRows), width));
        Span.F64 total = (Span.F64) spans.take(DType.F64, c);
        try {
            workers.ranges(rows, tileRows, (from, to) -> sumTile(x.array(), x.offset() + from * c, (to - from) * c, c, partial.array(),
                    partial.offset() + from / tileRows * width));
            Rows.fill(total, 0, c, 0);
            for (int at = partial.offset(); at < partial.offset() + partial.length(); at += width) {
                addScaled(1, partial.array(), at, total.array(), total.offset(), c);
            }
            for (int j = 0; j < c; j++) {
                y.set(j, total.get(j));
            }
        } finally {
            spans.give(total);
            spans.give(partial);
        }
    }

    private static void sumTile(float[] x, int xo, int n, int c, float[] t, int to) {
        int width = width(c);
        Arrays.fill(t, to, to + width, 0);
        for (int at = 0; at < n; at += width) {
            VectorNormLoops.add(x, xo + at, t, to, Math.min(width, n - at));
        }
        fold(t, to, width, c);
    }
}
