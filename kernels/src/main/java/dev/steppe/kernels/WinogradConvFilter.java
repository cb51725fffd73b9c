package dev.steppe.kernels;

import java.util.Arrays;

/**
 * The adjoint in the filter of {@link WinogradConv}, exactly: with V the transformed inputs and {@code W = A dY A'} the transformed output gradients of each
 * tile, {@code dU} is the sum over tiles of {@code V' W} at each point, and {@code dg = G' dU G}.
 *
 * <p>Where dU is small the tiles are cut into parts, each with a dU of its own, and added in the order of parts. Where it is not, the work on the points is
 * shared, over rounds of as many tiles as the last cache holds. Both by the shape alone.
 */
final class WinogradConvFilter {
    private static final int PLANES = WinogradTransform.PLANES;
    /** Floats of a dU that stays in the second-level cache beside a block's V and W. */
    private static final int SMALL = 1 << 18;
    /** Parts for eight threads to share evenly. */
    private static final int PARTS = 16;
    /** Floats of a block's V and W in a part, and in a round. */
    private static final int BLOCK_FLOATS = 1 << 18;
    private static final int ROUND_FLOATS = 1 << 22;
    private static final int MIN_TILES = 24;

    private final Workers workers;
    private final SpanPool spans;

    WinogradConvFilter(Workers workers, SpanPool spans) {
        this.workers = workers;
        this.spans = spans;
    }

    /** @param shape 3 x 3 taps, stride, dilation and groups 1 */
    void run(ConvShape shape, Span.F32 x, Span.F32 dy, Span.F32 dfilter) {
        ConvView view = ConvView.forward(shape);
        WinogradFilter filter = new WinogradFilter(view);
        Call call = new Call(view, spans, filter, x, dy, PARTS);
        Span.F32 u = (Span.F32) spans.take(DType.F32, call.parts * filter.size());
        try {
            if (call.shared) {
                Arrays.fill(u.array(), u.offset(), u.offset() + u.length(), 0);
                rounds(call, u);
            } else {
                workers.run(call.parts, part -> call.part(part, u));
            }
            filter.adjoint(workers, spans, u, dfilter);
        } finally {
            spans.give(u);
        }
    }

    /** Whether dU is so small that parts of the images can have one each: what {@link #addHere} asks for. */
    static boolean isSmall(WinogradFilter filter) {
        return filter.size() <= SMALL;
    }

    /** Adds what a few of many images contribute to the dU at {@code uo}, in the calling thread. */
    void addHere(ConvView view, WinogradFilter filter, Span.F32 x, Span.F32 dy, float[] u, int uo) {
        Call call = new Call(view, spans, filter, x, dy, 1);
        call.add(0, call.tiles.strips(), u, uo);
    }

    private void rounds(Call call, Span.F32 u) {
        WinogradTiles tiles = call.tiles;
        int round = Math.max(1, ROUND_FLOATS / (call.v.block() + call.w.block()));
        Span.F32 planes = (Span.F32) spans.take(DType.F32, round * (call.v.block() + call.w.block()));
        try {
            for (int first = 0; first < tiles.blocks(); first += round) {
                int begin = first;
                int last = Math.min(first + round, tiles.blocks());
                int wo = planes.offset() + round * call.v.block();
                int strip = tiles.begin(begin);
                workers.ranges(tiles.begin(last) - strip, 1,
                        (from, end) -> call.fill(strip + from, strip + end, strip, planes.array(), planes.offset(), wo));
                workers.run(PLANES * call.filter.panels(), i -> {
                    for (int block = begin; block < last; block++) {
                        call.multiply(i / call.filter.panels(), i % call.filter.panels(), tiles.tilesOf(block), planes.array(),
                                planes.offset() + (block - begin) * call.v.block(), wo + (block - begin) * call.w.block(), u.array(),
                                u.offset());
                    }
                });
            }
        } finally {
            spans.give(planes);
        }
    }

    /** What is the same for all tiles of one call. */
    private static final class Call {
        private final SpanPool spans;
        private final WinogradStage input;
        private final WinogradStage gradient;
        final WinogradFilter filter;
        final WinogradTiles tiles;
        final WinogradPlanes v;
        final WinogradPlanes w;
        /** Whether threads share one dU. */
        final boolean shared;
        final int parts;

        /** @param mostParts parts at most, for threads to share */
        Call(ConvView view, SpanPool spans, WinogradFilter filter, Span.F32 x, Span.F32 dy, int mostParts) {
            this.spans = spans;
            this.filter = filter;
            this.v = WinogradPlanes.inputs(view.in());
            this.w = WinogradPlanes.outputs(view.out());
            this.shared = !isSmall(filter);
            int most = shared
                    ? WinogradPlanes.TILES
                    : Math.clamp(BLOCK_FLOATS / (v.perTile() + w.perTile()), MIN_TILES, WinogradPlanes.TILES);
            WinogradTiles all = WinogradTiles.of(view.n(), view.outH(), view.outW(), most);
            this.parts = shared ? 1 : Math.clamp(all.count() / MIN_TILES, 1, Math.min(mostParts, Math.max(1, all.strips())));
            // as even as it gets: what is left over would fill no block
            int each = Math.max(1, Math.ceilDiv(all.strips(), parts));
            this.tiles = all.perBlock(Math.ceilDiv(each, Math.ceilDiv(each, all.perBlock())));
            this.input = new WinogradStage(x, view.h(), view.w(), view.minRow(), view.minColumn(), WinogradTransform.POINTS, tiles, v);
            this.gradient = new WinogradStage(dy, view.outH(), view.outW(), 0, 0, WinogradTransform.TILE, tiles, w);
        }

        /** Adds up a part of the tiles, block by block. */
        void part(int part, Span.F32 u) {
            int uo = u.offset() + part * filter.size();
            Arrays.fill(u.array(), uo, uo + filter.size(), 0);
            add((int) ((long) part * tiles.strips() / parts), (int) ((part + 1L) * tiles.strips() / parts), u.array(), uo);
        }

        /** Adds up some strips, block by block. */
        void add(int first, int last, float[] u, int uo) {
            Span.F32 planes = (Span.F32) spans.take(DType.F32, v.block() + w.block());
            int vo = planes.offset();
            int wo = vo + v.block();
            try {
                for (int from = first; from < last; from += tiles.perBlock()) {
                    int end = Math.min(from + tiles.perBlock(), last);
                    fill(from, end, from, planes.array(), vo, wo);
                    for (int point = 0; point < PLANES; point++) {
                        for (int panel = 0; panel < filter.panels(); panel++) {
                            multiply(point, panel, tiles.first(end) - tiles.first(from), planes.array(), vo, wo, u, uo);
                        }
                    }
                }
            } finally {
                spans.give(planes);
            }
        }

        void fill(int from, int end, int first, float[] planes, int vo, int wo) {
            input.fill(from, end, first, spans, planes, vo);
            gradient.fill(from, end, first, spans, planes, wo);
        }

        /** Adds what the {@code count} tiles of a block contribute to a panel of dU at one point. */
        void multiply(int point, int panel, int count, float[] planes, int vo, int wo, float[] u, int uo) {
            int width = filter.width();
            int step = WinogradMicro.channels(width);
            for (int c = 0; c < v.channels(); c += step) {
                WinogradMicro.filter(planes, vo + v.at(point, 0, c), planes, wo + w.at(point, 0, panel * width), count, width, u,
                        uo + filter.at(point, panel) + c * width);
            }
        }
    }
}
