package dev.steppe.kernels;

import java.util.ArrayList;
import java.util.List;

/**
 * A convolution, or its adjoint in the input, as a gathering of taps. The outputs are cut into phases; output {@code (i, j)} of a phase lies in the output
 * image at row {@code i * outStep + phase.row} and column {@code j * outStep + phase.column} and is
 *
 * <pre>{@code sum over taps, c of input[i * inStep + tap.row, j * inStep + tap.column, c] * filter[tap.index, c, o]}</pre>
 *
 * A convolution is one phase with {@code inStep} its stride. Its adjoint with stride 1 is one phase too, with the taps mirrored and the channels swapped;
 * with stride t there are t x t phases, each with the taps that reach it.
 *
 * @param n images
 * @param h input height
 * @param w input width
 * @param inChannels input channels, all groups
 * @param in input channels of a group; times the filter's width if columns are folded
 * @param outH output height
 * @param outW output width
 * @param outChannels output channels, all groups
 * @param out output channels of a group
 * @param inStep see above
 * @param outStep see above
 * @param folded whether the columns of the filter were folded into channels, which serves inputs of very few channels: input column {@code j} then stands for
 *        the window of output column j, {@code in} numbers that begin at column {@code j * inStep + tap.column} of the image
 * @param filterTap distance of two taps in the filter
 * @param filterIn distance of two input channels in the filter
 * @param filterOut distance of two output channels in the filter
 * @param phases see above
 * @param minRow the smallest row of a tap
 * @param minColumn the smallest column of a tap
 * @param rowSpan the largest row of a tap less the smallest
 * @param columnSpan the largest column of a tap less the smallest
 */
record ConvView(int n, int h, int w, int inChannels, int in, int outH, int outW, int outChannels, int out, int inStep, int outStep,
        boolean folded,
        int filterTap, int filterIn, int filterOut, List<Phase> phases, int minRow, int minColumn, int rowSpan, int columnSpan) {

    /** Up to this many channels, columns are folded. */
    private static final int FEW_CHANNELS = 4;

    /** Where one tap of the filter reads. */
    record Tap(int row, int column, int index) {
    }

    /**
     * Outputs with the same taps.
     *
     * @param row first row in the output image
     * @param column first column
     * @param rows how many rows
     * @param columns how many columns
     * @param taps by row, then column
     * @param strip which micro-kernel fits the taps
     */
    record Phase(int row, int column, int rows, int columns, List<Tap> taps, ConvMicro.Strip strip) {
    }

    static ConvView forward(ConvShape s) {
        return forward(s, true);
    }

    /** @param triples whether three taps at a time are preferred to a folded filter where there is a choice */
    static ConvView forward(ConvShape s, boolean triples) {
        int in = s.c() / s.groups();
        int out = s.k() / s.groups();
        List<Tap> taps = new ArrayList<>();
        for (int r = 0; r < s.r(); r++) {
            for (int q = 0; q < s.s(); q++) {
                taps.add(new Tap(r * s.dilation() - s.padding(), q * s.dilation() - s.padding(), r * s.s() + q));
            }
        }
        boolean three = s.stride() == 1 && triples(taps);
        boolean folded = !(triples && three) && s.groups() == 1 && s.dilation() == 1 && in <= FEW_CHANNELS;
        if (folded) {
            taps.clear();
            for (int r = 0; r < s.r(); r++) {
                taps.add(new Tap(r - s.padding(), -s.padding(), r));
            }
            in *= s.s();
        }
        Phase all = new Phase(0, 0, s.oh(), s.ow(), List.copyOf(taps), ConvMicro.Strip.of(three && !folded, out));
        return of(s.n(), s.h(), s.w(), s.c(), in, s.oh(), s.ow(), s.k(), out, s.stride(), 1, folded, in * s.k(), s.k(), 1, List.of(all));
    }

    static ConvView backwardInput(ConvShape s) {
        int out = s.c() / s.groups();
        List<Phase> phases = new ArrayList<>();
        for (int a = 0; a < Math.min(s.stride(), s.h()); a++) {
            for (int b = 0; b < Math.min(s.stride(), s.w()); b++) {
                List<Tap> taps = new ArrayList<>();
                for (int r = s.r() - 1; r >= 0; r--) {
                    for (int q = s.s() - 1; q >= 0; q--) {
                        int row = a + s.padding() - r * s.dilation();
                        int column = b + s.padding() - q * s.dilation();
                        if (row % s.stride() == 0 && column % s.stride() == 0) {
                            taps.add(new Tap(row / s.stride(), column / s.stride(), r * s.s() + q));
                        }
                    }
                }
                phases.add(new Phase(a, b, Math.ceilDiv(s.h() - a, s.stride()), Math.ceilDiv(s.w() - b, s.stride()), taps,
                        ConvMicro.Strip.of(triples(taps), out)));
            }
        }
        return of(s.n(), s.oh(), s.ow(), s.k(), s.k() / s.groups(), s.h(), s.w(), s.c(), out, 1, s.stride(), false, out * s.k(), 1, s.k(),
                phases);
    }

    private static ConvView of(int n, int h, int w, int inChannels, int in, int outH, int outW, int outChannels, int out, int inStep,
            int outStep,
            boolean folded, int filterTap, int filterIn, int filterOut, List<Phase> phases) {
        int minRow = Integer.MAX_VALUE;
        int minColumn = Integer.MAX_VALUE;
        int maxRow = Integer.MIN_VALUE;
        int maxColumn = Integer.MIN_VALUE;
        for (Phase phase : phases) {
            for (Tap tap : phase.taps()) {
                minRow = Math.min(minRow, tap.row());
                maxRow = Math.max(maxRow, tap.row());
                minColumn = Math.min(minColumn, tap.column());
                maxColumn = Math.max(maxColumn, tap.column());
            }
        }
        if (minRow > maxRow) { // no tap: a filter that jumps over all inputs
            minRow = maxRow = minColumn = maxColumn = 0;
        }
        return new ConvView(n, h, w, inChannels, in, outH, outW, outChannels, out, inStep, outStep, folded, filterTap, filterIn, filterOut,
                phases, minRow, minColumn, maxRow - minRow, maxColumn - minColumn);
    }

    /**
     * The length of an array of so many floats.
     *
     * @throws ShapeException if there is no such array: a tile is a row of outputs at least
     */
    int floats(long count) {
        if (count > Integer.MAX_VALUE - 64) {
            throw new ShapeException(
                    "conv2d: from [" + n + "," + h + "," + w + "," + inChannels + "] to [" + n + "," + outH + "," + outW + ","
                            + outChannels + "], a tile takes " + count + " floats, more than an array holds");
        }
        return (int) count;
    }

    /** Whether the taps, three by three, are neighbours in a row. */
    private static boolean triples(List<Tap> taps) {
        boolean triples = !taps.isEmpty() && taps.size() % 3 == 0;
        for (int t = 0; triples && t < taps.size(); t++) {
            Tap first = taps.get(t - t % 3);
            triples = taps.get(t).row() == first.row() && taps.get(t).column() == first.column() + t % 3;
        }
        return triples;
    }

    /** The largest number of rows of a phase. */
    int rows() {
        return phases.getFirst().rows();
    }

    /** The largest number of columns of a phase. */
    int columns() {
        return phases.getFirst().columns();
    }
}
