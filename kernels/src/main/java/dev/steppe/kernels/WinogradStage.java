package dev.steppe.kernels;

import java.util.Arrays;

/**
 * Transforms strips of images into {@link WinogradPlanes}: first all columns that the tiles of a strip read, each once, to {@code [column, point, lane]}, then
 * the rows of each tile. Pixels outside the image are zeros.
 */
final class WinogradStage {
    private static final int L = Simd.LANES;
    private static final int POINTS = WinogradTransform.POINTS;
    private static final int TILE = WinogradTransform.TILE;
    private static final int COLUMN = WinogradTransform.COLUMN;

    private final int h;
    private final int w;
    private final int channels;
    private final int minRow;
    private final int minColumn;
    private final int reach;
    private final WinogradTiles tiles;
    private final WinogradPlanes planes;
    private final int columns;

    /**
     * @param h height of the images
     * @param w width
     * @param minRow row that the first tile reads first
     * @param minColumn column that the first tile reads first
     * @param reach rows and columns that a tile reads: {@link WinogradTransform#POINTS} of inputs, {@link WinogradTransform#TILE} of output gradients
     * @param planes what is written
     */
    WinogradStage(int h, int w, int minRow, int minColumn, int reach, WinogradTiles tiles, WinogradPlanes planes) {
        this.h = h;
        this.w = w;
        this.channels = planes.channels();
        this.minRow = minRow;
        this.minColumn = minColumn;
        this.reach = reach;
        this.tiles = tiles;
        this.planes = planes;
        this.columns = (tiles.across() - 1) * TILE + reach;
    }

    /**
     * Transforms some strips into blocks.
     *
     * @param x images {@code [n, h, w, channels of the planes]}
     * @param xo where the first of all images lies in it, or would lie if the array began so early
     * @param first strip that the first block begins with
     * @param to blocks from {@code offset}
     */
    void fill(float[] x, int xo, int from, int end, int first, SpanPool spans, float[] to, int offset) {
        Span.F32 scratch = (Span.F32) spans.take(DType.F32, (POINTS + reach) * columns * L);
        try {
            for (int strip = from; strip < end; strip++) {
                int block = (strip - first) / tiles.perBlock();
                int tile = tiles.first(strip) - tiles.first(first + block * tiles.perBlock());
                fill(x, xo, strip, tile, to, offset + block * planes.block(), scratch.array(), scratch.offset());
            }
        } finally {
            spans.give(scratch);
        }
    }

    private void fill(float[] x, int xo, int strip, int tile, float[] to, int offset, float[] scratch, int so) {
        int top = tiles.row(strip) + minRow;
        int left = tiles.column(strip) + minColumn;
        int count = tiles.count(strip);
        int across = (count - 1) * TILE + reach;
        int lo = Math.clamp(-left, 0, across);
        int hi = Math.clamp(w - left, lo, across);
        Arrays.fill(scratch, so, so + lo * COLUMN, 0);
        Arrays.fill(scratch, so + hi * COLUMN, so + across * COLUMN, 0);
        int present = present(top);
        int pixel = xo + ((tiles.image(strip) * h + top) * w + left + lo) * channels;
        for (int c = 0; c < channels; c += L) {
            if (c + L <= channels) {
                columns(x, pixel + c, w * channels, channels, present, hi - lo, scratch, so + lo * COLUMN);
            } else {
                int stage = so + columns * COLUMN;
                copy(x, pixel + c, present, hi - lo, channels - c, scratch, stage);
                columns(scratch, stage, columns * L, L, present, hi - lo, scratch, so + lo * COLUMN);
            }
            rows(scratch, so, count, to, offset + planes.at(0, tile, c));
        }
    }

    /** Bit i: whether row i of what is read lies in the image. */
    private int present(int top) {
        int lo = Math.clamp(-top, 0, reach);
        int hi = Math.clamp(h - top, lo, reach);
        return (1 << hi) - (1 << lo);
    }

    private void columns(float[] from, int fo, int row, int pixel, int present, int count, float[] scratch, int so) {
        if (reach == POINTS) {
            WinogradTransform.inputColumns(from, fo, row, pixel, present, count, scratch, so);
        } else {
            WinogradTransform.gradientColumns(from, fo, row, pixel, present, count, scratch, so);
        }
    }

    private void rows(float[] scratch, int so, int count, float[] to, int offset) {
        if (reach == POINTS) {
            WinogradTransform.inputRows(scratch, so, count, to, offset);
        } else {
            WinogradTransform.gradientRows(scratch, so, planes.width(), count, to, offset);
        }
    }

    /**
     * Copies the last channels of what a strip reads, fewer than a vector. Lanes of channels that do not exist may hold anything: nobody reads what becomes of
     * them.
     */
    private void copy(float[] x, int pixel, int present, int count, int valid, float[] to, int offset) {
        for (int i = 0; i < reach; i++) {
            for (int j = 0; (present >> i & 1) != 0 && j < count; j++) {
                for (int c = 0; c < valid; c++) {
                    to[offset + (i * columns + j) * L + c] = x[pixel + (i * w + j) * channels + c];
                }
            }
        }
    }
}
