package dev.steppe.kernels;

import dev.steppe.kernels.WinogradTransform.Lines;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Transforms strips of images into {@code [point, chunk of channels, tile, width of a chunk]}: first all columns that the tiles of a strip read, each once,
 * then the rows of each tile. Pixels outside the image are zeros.
 */
final class WinogradStage {
    private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
    private static final int L = S.length();
    private static final int POINTS = WinogradTransform.POINTS;
    private static final int TILE = WinogradTransform.TILE;

    private final Span.F32 x;
    private final int h;
    private final int w;
    private final int channels;
    private final int minRow;
    private final int minColumn;
    /** Rows and columns that a tile reads: six of an input, the four of an output gradient. */
    private final int reach;
    private final WinogradTiles tiles;
    private final WinogradPlanes planes;
    private final int columns;
    private final Lines image;
    private final Lines staged;
    private final Lines columnsDone;
    private final Lines rowsToDo;
    private final Lines points;

    /**
     * @param x images {@code [n, h, w, channels of the planes]}
     * @param minRow row that the first tile reads first
     * @param minColumn column that the first tile reads first
     * @param reach {@link WinogradTransform#POINTS} for inputs, {@link WinogradTransform#TILE} for output gradients
     * @param planes what is written
     */
    WinogradStage(Span.F32 x, int h, int w, int minRow, int minColumn, int reach, WinogradTiles tiles,
            WinogradPlanes planes) {
        this.x = x;
        this.h = h;
        this.w = w;
        this.channels = planes.channels();
        this.minRow = minRow;
        this.minColumn = minColumn;
        this.reach = reach;
        this.tiles = tiles;
        this.planes = planes;
        this.columns = (tiles.across() - 1) * TILE + reach;
        this.image = new Lines(w * channels, 0, channels);
        this.staged = new Lines(columns * L, 0, L);
        this.columnsDone = new Lines(columns * L, 0, L);
        this.rowsToDo = new Lines(L, columns * L, TILE * L);
        this.points = new Lines(planes.plane(), POINTS * planes.plane(), planes.width());
    }

    /**
     * Transforms a strip.
     *
     * @param tile which of the planes' tiles its first one becomes
     * @param to planes from {@code offset}
     */
    private void fill(int strip, int tile, float[] to, int offset, float[] scratch, int so) {
        int top = tiles.row(strip) + minRow;
        int left = tiles.column(strip) + minColumn;
        int count = tiles.count(strip);
        int across = (count - 1) * TILE + reach;
        int lo = Math.clamp(-left, 0, across);
        int hi = Math.clamp(w - left, lo, across);
        for (int i = 0; i < POINTS; i++) {
            int row = so + i * columns * L;
            Arrays.fill(scratch, row, row + lo * L, 0);
            Arrays.fill(scratch, row + hi * L, row + across * L, 0);
        }
        boolean inside = top >= 0 && top + reach <= h;
        int pixel = x.offset() + ((tiles.image(strip) * h + top) * w + left + lo) * channels;
        for (int c = 0; c < channels; c += L) {
            if (inside && c + L <= channels) {
                transform(x.array(), pixel + c, image, scratch, so + lo * L, columnsDone, 1, hi - lo);
            } else {
                int stage = so + POINTS * columns * L;
                copy(pixel + c, top, hi - lo, Math.min(L, channels - c), scratch, stage);
                transform(scratch, stage, staged, scratch, so + lo * L, columnsDone, 1, hi - lo);
            }
            transform(scratch, so, rowsToDo, to, offset + planes.at(tile, c), points, POINTS, count);
        }
    }

    /** Transforms some strips, whose tiles follow each other. */
    void fill(int from, int end, int tile, SpanPool spans, float[] to, int offset) {
        Span.F32 scratch = (Span.F32) spans.take(DType.F32, (POINTS + reach) * columns * L);
        try {
            for (int strip = from; strip < end; strip++) {
                fill(strip, tile + tiles.first(strip) - tiles.first(from), to, offset, scratch.array(), scratch.offset());
            }
        } finally {
            spans.give(scratch);
        }
    }

    private void transform(float[] from, int fo, Lines in, float[] to, int too, Lines out, int outer, int inner) {
        if (reach == POINTS) {
            WinogradTransform.input(from, fo, in, to, too, out, outer, inner);
        } else {
            WinogradTransform.gradient(from, fo, in, to, too, out, outer, inner);
        }
    }

    /**
     * Copies some channels of what a strip reads, with zeros for rows outside the image. Lanes of channels that do not exist may hold anything: nobody reads
     * what becomes of them.
     */
    private void copy(int pixel, int top, int count, int valid, float[] to, int offset) {
        for (int i = 0; i < reach; i++) {
            int row = offset + i * columns * L;
            if (top + i < 0 || top + i >= h) {
                Arrays.fill(to, row, row + count * L, 0);
            } else if (valid == L) {
                copyVectors(x.array(), pixel + i * w * channels, channels, count, to, row);
            } else {
                copyNumbers(x.array(), pixel + i * w * channels, channels, count, valid, to, row);
            }
        }
    }

    private static void copyVectors(float[] x, int from, int step, int count, float[] to, int offset) {
        for (int j = 0; j < count; j++) {
            FloatVector.fromArray(S, x, from + j * step).intoArray(to, offset + j * L);
        }
    }

    private static void copyNumbers(float[] x, int from, int step, int count, int valid, float[] to, int offset) {
        for (int j = 0; j < count; j++) {
            for (int c = 0; c < valid; c++) {
                to[offset + j * L + c] = x[from + j * step + c];
            }
        }
    }
}
