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
    private static final int CHUNK = WinogradMicro.CHUNK;
    /** Floats of a dU that stays in the second-level cache beside a block's V and W. */
    private static final int SMALL = 1 << 18;
    /** Parts for eight threads to share evenly. */
    private static final int PARTS = 16;
    /** Floats of a block's V and W in a part, and in a round. */
    private static final int BLOCK_FLOATS = 1 << 18;
    private static final int ROUND_FLOATS = 1 << 22;
    private static final int MIN_TILES = 24;
    /** Tiles whose panel of W stays in the first-level cache while the channels of V pass by. */
    private static final int TOGETHER = 192;

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
        Call call = new Call(view, spans, filter, x, dy);
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

    private void rounds(Call call, Span.F32 u) {
        WinogradTiles tiles = call.tiles;
        Span.F32 planes = (Span.F32) spans.take(DType.F32, call.v.size() + call.w.size());
        try {
            for (int first = 0; first < tiles.strips(); first += call.strips) {
                int begin = first;
                int strips = Math.min(call.strips, tiles.strips() - first);
                int count = tiles.first(first + strips) - tiles.first(first);
                workers.ranges(strips, 1, (from, end) -> call.fill(begin + from, begin + end,
                        tiles.first(begin + from) - tiles.first(begin), planes));
                workers.run(PLANES * call.filter.panels(),
                        i -> call.multiply(i / call.filter.panels(), i % call.filter.panels(), count, planes, u.array(), u.offset()));
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
        private final int channels;
        final WinogradFilter filter;
        final WinogradTiles tiles;
        final WinogradPlanes v;
        final WinogradPlanes w;
        /** Whether threads share one dU. */
        final boolean shared;
        /** Strips of a block, or of a round. */
        final int strips;
        final int parts;

        Call(ConvView view, SpanPool spans, WinogradFilter filter, Span.F32 x, Span.F32 dy) {
            this.spans = spans;
            this.filter = filter;
            this.channels = view.in();
            this.shared = filter.size() > SMALL;
            int perTile = WinogradPlanes.perTile(view.in(), CHUNK) + WinogradPlanes.perTile(view.out(), filter.width());
            int most = Math.max(MIN_TILES, (shared ? ROUND_FLOATS : BLOCK_FLOATS) / perTile);
            this.tiles = WinogradTiles.of(view.n(), view.outH(), view.outW(), most);
            int together = Math.clamp(most / tiles.across(), 1, Math.max(1, tiles.strips()));
            this.parts = shared ? 1 : Math.clamp(tiles.count() / MIN_TILES, 1, Math.min(PARTS, Math.max(1, tiles.strips())));
            // as even as it gets: what is left over would fill no block
            int each = Math.max(1, Math.ceilDiv(tiles.strips(), parts));
            this.strips = Math.ceilDiv(each, Math.ceilDiv(each, together));
            this.v = WinogradPlanes.of(view.in(), CHUNK, strips * tiles.across());
            this.w = WinogradPlanes.of(view.out(), filter.width(), strips * tiles.across());
            this.input = new WinogradStage(x, view.h(), view.w(), view.minRow(), view.minColumn(), WinogradTransform.POINTS, tiles, v);
            this.gradient = new WinogradStage(dy, view.outH(), view.outW(), 0, 0, WinogradTransform.TILE, tiles, w);
        }

        /** Adds up a part of the tiles, block by block. */
        void part(int part, Span.F32 u) {
            int uo = u.offset() + part * filter.size();
            Arrays.fill(u.array(), uo, uo + filter.size(), 0);
            Span.F32 planes = (Span.F32) spans.take(DType.F32, v.size() + w.size());
            try {
                int last = (int) ((part + 1L) * tiles.strips() / parts);
                for (int from = (int) ((long) part * tiles.strips() / parts); from < last; from += strips) {
                    int end = Math.min(from + strips, last);
                    fill(from, end, 0, planes);
                    for (int point = 0; point < PLANES; point++) {
                        for (int panel = 0; panel < filter.panels(); panel++) {
                            multiply(point, panel, tiles.first(end) - tiles.first(from), planes, u.array(), uo);
                        }
                    }
                }
            } finally {
                spans.give(planes);
            }
        }

        void fill(int from, int end, int tile, Span.F32 planes) {
            input.fill(from, end, tile, spans, planes.array(), planes.offset());
            gradient.fill(from, end, tile, spans, planes.array(), planes.offset() + v.size());
        }

        /** Adds what the first {@code count} tiles contribute to a panel of dU at one point. */
        void multiply(int point, int panel, int count, Span.F32 planes, float[] u, int uo) {
            int vo = planes.offset() + point * v.plane();
            int wo = planes.offset() + v.size() + point * w.plane();
            int step = WinogradMicro.channels(filter.width());
            for (int tile = 0; tile < count; tile += TOGETHER) {
                int together = Math.min(TOGETHER, count - tile);
                for (int c = 0; c < channels; c += step) {
                    WinogradMicro.filter(planes.array(), vo + v.at(tile, c), planes.array(), wo + w.at(tile, panel * filter.width()),
                            together,
                            filter.width(), u, uo + filter.at(point, panel) + c * filter.width());
                }
            }
        }
    }
}
