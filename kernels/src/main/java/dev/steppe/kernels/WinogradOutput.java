package dev.steppe.kernels;

/**
 * Transforms the products of strips back into outputs: {@code Y = A' M A}, first down the columns of each tile to {@code [tile, row, point, lane]}, then along
 * its rows.
 */
final class WinogradOutput {
    private static final int L = Simd.LANES;
    private static final int TILE = WinogradTransform.TILE;
    /** Floats of a tile's rows before they are transformed. */
    private static final int ROWS = TILE * WinogradTransform.COLUMN;

    private final int h;
    private final int w;
    private final int channels;
    private final WinogradTiles tiles;
    private final WinogradPlanes planes;

    /**
     * @param h height of the images
     * @param w width
     * @param planes what is read
     */
    WinogradOutput(int h, int w, WinogradTiles tiles, WinogradPlanes planes) {
        this.h = h;
        this.w = w;
        this.channels = planes.channels();
        this.tiles = tiles;
        this.planes = planes;
    }

    /**
     * Transforms some strips of blocks.
     *
     * @param first strip that the first block begins with
     * @param m blocks from {@code mo}
     * @param y images {@code [n, h, w, channels of the planes]}
     * @param yo where the first of all images lies in it, or would lie if the array began so early
     */
    void unpack(int from, int end, int first, SpanPool spans, float[] m, int mo, float[] y, int yo) {
        Span.F32 scratch = (Span.F32) spans.take(DType.F32, tiles.across() * (ROWS + TILE * TILE * L));
        try {
            for (int strip = from; strip < end; strip++) {
                int block = (strip - first) / tiles.perBlock();
                int tile = tiles.first(strip) - tiles.first(first + block * tiles.perBlock());
                unpack(strip, tile, m, mo + block * planes.block(), scratch.array(), scratch.offset(), y, yo);
            }
        } finally {
            spans.give(scratch);
        }
    }

    private void unpack(int strip, int tile, float[] m, int mo, float[] scratch, int so, float[] y, int yo) {
        int across = TILE * tiles.across();
        int stage = so + tiles.across() * ROWS;
        int count = tiles.count(strip);
        int rows = Math.min(TILE, h - tiles.row(strip));
        int columns = Math.min(TILE * count, w - tiles.column(strip));
        int pixel = yo + ((tiles.image(strip) * h + tiles.row(strip)) * w + tiles.column(strip)) * channels;
        for (int c = 0; c < channels; c += L) {
            WinogradTransform.outputColumns(m, mo + planes.at(0, tile, c), planes.width(), count, scratch, so);
            // tiles that lie in the image as a whole are written there, the others are copied as far as they do
            int whole = c + L <= channels ? columns / TILE : 0;
            WinogradTransform.outputRows(scratch, so, rows, whole, y, pixel + c, w * channels, channels);
            if (whole < count) {
                WinogradTransform.outputRows(scratch, so + whole * ROWS, rows, count - whole, scratch, stage, across * L, L);
                copy(scratch, stage, rows, columns - whole * TILE, Math.min(L, channels - c), y,
                        pixel + whole * TILE * channels + c);
            }
        }
    }

    private void copy(float[] from, int offset, int rows, int columns, int valid, float[] y, int to) {
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                int pixel = offset + (i * TILE * tiles.across() + j) * L;
                for (int c = 0; c < valid; c++) {
                    y[to + (i * w + j) * channels + c] = from[pixel + c];
                }
            }
        }
    }
}
