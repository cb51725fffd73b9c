package dev.steppe.kernels;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The layout into which a tile's part of the input is copied before it is multiplied: {@code [chunk of channels, image, row, column phase, column, CHUNK]}.
 * Padding is there as zeros; columns that are {@code inStep} apart lie next to each other, so that neighbouring outputs read neighbouring pixels; and pixels
 * are {@link #CHUNK} floats apart whatever the number of channels, which makes all offsets in the micro-kernels constants.
 */
final class ConvStage {
    /** Channels of a chunk: a cache line of floats. */
    static final int CHUNK = 16;
    private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
    private static final int L = S.length();
    /** Pixels of a quad, the unit of {@link ConvMicro}. */
    static final int QUAD = 4;

    private final ConvView view;
    private final int columnPhases;
    private final int columns;
    private final int row;
    private final int image;
    private final int plane;
    private final int size;
    private final boolean[] readRow;
    private final boolean[] readColumn;

    /**
     * @param images of a tile
     * @param rows output rows of a tile
     */
    ConvStage(ConvView view, int images, int rows) {
        this.view = view;
        this.columnPhases = view.folded() ? 1 : view.inStep();
        this.columns = view.floats(Math.ceilDiv(view.columns(), QUAD) * (long) QUAD + view.columnSpan() / columnPhases);
        this.row = view.floats((long) columnPhases * columns * CHUNK);
        this.image = view.floats((long) inputRows(rows) * row);
        this.plane = view.floats((long) images * image);
        this.size = view.floats((long) chunks() * plane);
        this.readRow = new boolean[view.inStep()];
        this.readColumn = new boolean[columnPhases];
        for (ConvView.Phase phase : view.phases()) {
            for (ConvView.Tap tap : phase.taps()) {
                readRow[(tap.row() - view.minRow()) % view.inStep()] = true;
                readColumn[(tap.column() - view.minColumn()) % columnPhases] = true;
            }
        }
    }

    private int inputRows(int rows) {
        return (rows - 1) * view.inStep() + view.rowSpan() + 1;
    }

    /** How many chunks the channels make. */
    int chunks() {
        return Math.ceilDiv(view.in(), CHUNK);
    }

    /** Channels of one chunk, {@link #CHUNK} but for the last. */
    int channels(int chunk) {
        return Math.min(CHUNK, view.in() - chunk * CHUNK);
    }

    /** Floats of one chunk. */
    int plane() {
        return plane;
    }

    /** Floats of all of it. */
    int size() {
        return size;
    }

    /** Floats from image to image. */
    int image() {
        return image;
    }

    /** Floats from output row to output row. */
    int outputRow() {
        return view.inStep() * row;
    }

    /** Where a pixel that output {@code (image, i, j)} reads lies in a chunk: that of the tap with the smallest row and column. */
    int pixel(int n, int i, int j) {
        return n * image + i * outputRow() + j * CHUNK;
    }

    /** Where a tap reads, relative to {@link #pixel}. */
    int tap(ConvView.Tap tap) {
        int column = tap.column() - view.minColumn();
        return (tap.row() - view.minRow()) * row + (column % columnPhases * columns + column / columnPhases) * CHUNK;
    }

    /**
     * Copies what the output rows {@code i0 .. i0 + rows - 1} of some images read.
     *
     * @param x input images from {@code xo}
     * @param channel the first channel
     * @param n0 first image
     * @param firstChunk first chunk to copy, to the beginning of {@code to}
     * @param chunks how many chunks
     */
    void fill(float[] x, int xo, int channel, int n0, int images, int i0, int rows, int firstChunk, int chunks, float[] to, int offset) {
        for (int n = 0; n < images; n++) {
            for (int i = 0; i < inputRows(rows); i++) {
                if (!readRow[i % view.inStep()]) { continue; }
                int from = i0 * view.inStep() + view.minRow() + i;
                int at = offset + n * image + i * row;
                for (int chunk = 0; chunk < chunks; chunk++) {
                    int to0 = at + chunk * plane;
                    int first = (firstChunk + chunk) * CHUNK;
                    if (from < 0 || from >= view.h()) {
                        Arrays.fill(to, to0, to0 + row, 0);
                    } else if (view.folded()) {
                        foldRow(x, xo + ((n0 + n) * view.h() + from) * view.w() * view.inChannels(), first, to, to0);
                    } else {
                        fillRow(x, xo + ((n0 + n) * view.h() + from) * view.w() * view.inChannels() + channel + first,
                                channels(firstChunk + chunk), to, to0);
                    }
                }
            }
        }
    }

    private void fillRow(float[] x, int xo, int channels, float[] to, int offset) {
        for (int phase = 0; phase < columnPhases; phase++) {
            if (!readColumn[phase]) { continue; }
            int start = view.minColumn() + phase;
            int lo = Math.clamp(Math.ceilDiv(-start, columnPhases), 0, columns);
            int hi = Math.clamp(Math.ceilDiv(view.w() - start, columnPhases), lo, columns);
            int at = offset + phase * columns * CHUNK;
            Arrays.fill(to, at, at + lo * CHUNK, 0);
            copyPixels(x, xo + (start + lo * columnPhases) * view.inChannels(), columnPhases * view.inChannels(), channels, hi - lo, to,
                    at + lo * CHUNK);
            Arrays.fill(to, at + hi * CHUNK, at + columns * CHUNK, 0);
        }
    }

    private static void copyPixels(float[] x, int xo, int step, int channels, int pixels, float[] to, int offset) {
        if (channels == CHUNK) {
            for (int p = 0; p < pixels; p++) {
                for (int v = 0; v < CHUNK; v += L) {
                    FloatVector.fromArray(S, x, xo + p * step + v).intoArray(to, offset + p * CHUNK + v);
                }
            }
            return;
        }
        for (int p = 0; p < pixels; p++) {
            for (int c = 0; c < channels; c++) {
                to[offset + p * CHUNK + c] = x[xo + p * step + c];
            }
        }
    }

    /** The window of each output column: numbers {@code first ..} of it, as far as they lie in the row of the image. */
    private void foldRow(float[] x, int xo, int first, float[] to, int offset) {
        int width = view.w() * view.inChannels();
        int step = view.inStep() * view.inChannels();
        int count = Math.min(CHUNK, view.in() - first);
        int start = view.minColumn() * view.inChannels() + first;
        // windows within the row, of which whole chunks can be read: what is too much of them is read by nobody
        int lo = Math.clamp(Math.ceilDiv(-start, step), 0, columns);
        int hi = Math.clamp(Math.floorDiv(Math.min(width - count, x.length - CHUNK - xo) - start, step) + 1, lo, columns);
        for (int j = 0; j < lo; j++) {
            foldWindow(x, xo, start + j * step, width, count, to, offset + j * CHUNK);
        }
        copyPixels(x, xo + start + lo * step, step, CHUNK, hi - lo, to, offset + lo * CHUNK);
        for (int j = hi; j < columns; j++) {
            foldWindow(x, xo, start + j * step, width, count, to, offset + j * CHUNK);
        }
    }

    private static void foldWindow(float[] x, int xo, int start, int width, int count, float[] to, int offset) {
        int lo = Math.clamp(-start, 0, count);
        int hi = Math.clamp((long) width - start, lo, count);
        Arrays.fill(to, offset, offset + lo, 0);
        if (lo < hi) {
            System.arraycopy(x, xo + start + lo, to, offset + lo, hi - lo);
        }
        Arrays.fill(to, offset + hi, offset + count, 0);
    }
}
