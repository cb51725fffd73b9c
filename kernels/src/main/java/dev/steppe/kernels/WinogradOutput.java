package dev.steppe.kernels;

import dev.steppe.kernels.WinogradTransform.Lines;

/** Transforms the products of strips back into outputs: {@code Y = A' M A}, first down the columns of each tile, then along its rows. */
final class WinogradOutput {
    private static final int L = Simd.LANES;
    private static final int POINTS = WinogradTransform.POINTS;
    private static final int TILE = WinogradTransform.TILE;

    private final Span.F32 y;
    private final int h;
    private final int w;
    private final int channels;
    private final WinogradTiles tiles;
    private final WinogradPlanes planes;
    private final int across;
    private final Lines points;
    private final Lines columnsDone;
    private final Lines rowsToDo;
    private final Lines image;
    private final Lines staged;

    /**
     * @param y images {@code [n, h, w, channels of the planes]}
     * @param planes what is read
     */
    WinogradOutput(Span.F32 y, int h, int w, WinogradTiles tiles, WinogradPlanes planes) {
        this.y = y;
        this.h = h;
        this.w = w;
        this.channels = planes.channels();
        this.tiles = tiles;
        this.planes = planes;
        this.across = tiles.across();
        this.points = new Lines(POINTS * planes.plane(), planes.plane(), planes.width());
        this.columnsDone = new Lines(POINTS * across * L, across * L, L);
        this.rowsToDo = new Lines(across * L, POINTS * across * L, L);
        this.image = new Lines(channels, w * channels, TILE * channels);
        this.staged = new Lines(L, TILE * across * L, TILE * L);
    }

    /**
     * Transforms some strips.
     *
     * @param tile which of the planes' tiles is their first one
     * @param m planes from {@code mo}
     */
    void unpack(int from, int end, int tile, SpanPool spans, float[] m, int mo) {
        Span.F32 scratch = (Span.F32) spans.take(DType.F32, TILE * (POINTS + TILE) * across * L);
        try {
            for (int strip = from; strip < end; strip++) {
                unpack(strip, tile + tiles.first(strip) - tiles.first(from), m, mo, scratch.array(), scratch.offset());
            }
        } finally {
            spans.give(scratch);
        }
    }

    private void unpack(int strip, int tile, float[] m, int mo, float[] scratch, int so) {
        int stage = so + TILE * POINTS * across * L;
        int count = tiles.count(strip);
        int rows = Math.min(TILE, h - tiles.row(strip));
        int columns = Math.min(TILE * count, w - tiles.column(strip));
        int pixel = y.offset() + ((tiles.image(strip) * h + tiles.row(strip)) * w + tiles.column(strip)) * channels;
        for (int c = 0; c < channels; c += L) {
            WinogradTransform.output(m, mo + planes.at(tile, c), points, scratch, so, columnsDone, POINTS, count);
            // tiles that lie in the image as a whole are written there, the others are copied as far as they do
            int whole = c + L <= channels ? columns / TILE : 0;
            WinogradTransform.output(scratch, so, rowsToDo, y.array(), pixel + c, image, rows, whole);
            if (whole < count) {
                WinogradTransform.output(scratch, so + whole * L, rowsToDo, scratch, stage, staged, rows, count - whole);
                copy(scratch, stage, rows, columns - whole * TILE, Math.min(L, channels - c), pixel + whole * TILE * channels + c);
            }
        }
    }

    private void copy(float[] from, int offset, int rows, int columns, int valid, int to) {
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                int pixel = offset + (i * TILE * across + j) * L;
                for (int c = 0; c < valid; c++) {
                    y.array()[to + (i * w + j) * channels + c] = from[pixel + c];
                }
            }
        }
    }
}
