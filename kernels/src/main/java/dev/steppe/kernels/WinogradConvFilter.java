package dev.steppe.kernels;

import java.util.Arrays;

/**
 * The adjoint in the filter of {@link WinogradConv}, exactly: with V the transformed inputs and {@code W = A dY A'} the transformed output gradients of each
 * tile, {@code dU} is the sum over tiles of {@code V' W} at each point, and {@code dg = G' dU G}.
 *
 * <p>Where dU is small the tiles are cut into parts, each with a dU of its own, and added in the order of parts. Where it is not, the work on the points is
 * shared, over rounds of a few blocks: rounds of 16 MiB took twice the time in some processes. Both by the shape alone.
 */
final class WinogradConvFilter {
    private static final int PLANES = WinogradTransform.PLANES;
    /** Floats of a dU that stays in the second-level cache beside a block's V and W. */
    private static final int SMALL = 1 << 18;
    /** Parts for eight threads to share evenly. */
    private static final int PARTS = 16;
    /** Floats of a block's V and W in a part, and in a round. */
    private static final int BLOCK_FLOATS = 1 << 18;
    private static final int ROUND_FLOATS = 1 << 20;
    private static final int MIN_TILES = 24;

    private final Workers workers;
    private final SpanPool spans;
    private final PerShape<Plan> plans;

    WinogradConvFilter(Workers workers, SpanPool spans) {
        this.workers = workers;
        this.spans = spans;
        this.plans = new PerShape<>(shape -> new Plan(ConvView.forward(shape), PARTS));
    }

    /** @param shape 3 x 3 taps, stride, dilation and groups 1 */
    void run(ConvShape shape, Span.F32 x, Span.F32 dy, Span.F32 dfilter) {
        Plan plan = plans.of(shape);
        Span.F32 u = (Span.F32) spans.take(DType.F32, plan.parts * plan.filter.size());
        try {
            if (plan.shared) {
                Arrays.fill(u.array(), u.offset(), u.offset() + u.length(), 0);
                rounds(plan, x, dy, u);
            } else {
                workers.run(plan.parts, part -> {
                    int uo = u.offset() + part * plan.filter.size();
                    Arrays.fill(u.array(), uo, uo + plan.filter.size(), 0);
                    plan.add(spans, plan.begin(part), plan.begin(part + 1), x.array(), x.offset(), dy.array(), dy.offset(), u.array(), uo);
                });
            }
            plan.filter.adjoint(workers, spans, u, dfilter);
        } finally {
            spans.give(u);
        }
    }

    private void rounds(Plan plan, Span.F32 x, Span.F32 dy, Span.F32 u) {
        WinogradTiles tiles = plan.tiles;
        int round = Math.max(1, ROUND_FLOATS / (plan.v.block() + plan.w.block()));
        Span.F32 planes = (Span.F32) spans.take(DType.F32, round * (plan.v.block() + plan.w.block()));
        try {
            for (int first = 0; first < tiles.blocks(); first += round) {
                int begin = first;
                int last = Math.min(first + round, tiles.blocks());
                int wo = planes.offset() + round * plan.v.block();
                int strip = tiles.begin(begin);
                workers.ranges(tiles.begin(last) - strip, 1, (from, end) -> plan.fill(spans, strip + from, strip + end, strip, x.array(),
                        x.offset(), dy.array(), dy.offset(), planes.array(), planes.offset(), wo));
                int panels = plan.filter.panels();
                workers.run(PLANES * panels, i -> {
                    for (int block = begin; block < last; block++) {
                        plan.multiply(i / panels, i % panels, tiles.tilesOf(block), planes.array(),
                                planes.offset() + (block - begin) * plan.v.block(), wo + (block - begin) * plan.w.block(), u.array(),
                                u.offset());
                    }
                });
            }
        } finally {
            spans.give(planes);
        }
    }

    /** What follows from the shape. */
    static final class Plan {
        final WinogradFilter filter;
        private final WinogradStage input;
        private final WinogradStage gradient;
        private final WinogradTiles tiles;
        private final WinogradPlanes v;
        private final WinogradPlanes w;
        /** Whether threads share one dU. */
        final boolean shared;
        private final int parts;

        /**
         * @param view of the convolution
         * @param mostParts parts at most, for threads to share
         */
        Plan(ConvView view, int mostParts) {
            this.filter = new WinogradFilter(view);
            this.v = WinogradPlanes.inputs(view.in());
            this.w = WinogradPlanes.outputs(view.out());
            this.shared = filter.size() > SMALL;
            int most = shared
                    ? WinogradPlanes.TILES
                    : Math.clamp(BLOCK_FLOATS / (v.perTile() + w.perTile()), MIN_TILES, WinogradPlanes.TILES);
            WinogradTiles all = WinogradTiles.of(view.n(), view.outH(), view.outW(), most);
            this.parts = shared ? 1 : Math.clamp(all.count() / MIN_TILES, 1, Math.min(mostParts, Math.max(1, all.strips())));
            // as even as it gets: what is left over would fill no block
            int each = Math.max(1, Math.ceilDiv(all.strips(), parts));
            this.tiles = all.perBlock(Math.ceilDiv(each, Math.ceilDiv(each, all.perBlock())));
            this.input = new WinogradStage(view.h(), view.w(), view.minRow(), view.minColumn(), WinogradTransform.POINTS, tiles, v);
            this.gradient = new WinogradStage(view.outH(), view.outW(), 0, 0, WinogradTransform.TILE, tiles, w);
        }

        /** First strip of a part. */
        private int begin(int part) {
            return (int) ((long) part * tiles.strips() / parts);
        }

        /**
         * Adds what some images contribute to the dU at {@code uo}, in the calling thread.
         *
         * @param from first image
         * @param end image after the last
         * @param xo where the first of all images lies in x, or would lie if the array began so early
         * @param yo the same in dy
         */
        void addImages(SpanPool spans, int from, int end, float[] x, int xo, float[] dy, int yo, float[] u, int uo) {
            add(spans, from * tiles.stripsPerImage(), end * tiles.stripsPerImage(), x, xo, dy, yo, u, uo);
        }

        /** Adds up some strips, block by block. */
        private void add(SpanPool spans, int first, int last, float[] x, int xo, float[] dy, int yo, float[] u, int uo) {
            Span.F32 planes = (Span.F32) spans.take(DType.F32, v.block() + w.block());
            int vo = planes.offset();
            int wo = vo + v.block();
            try {
                for (int from = first; from < last; from += tiles.perBlock()) {
                    int end = Math.min(from + tiles.perBlock(), last);
                    fill(spans, from, end, from, x, xo, dy, yo, planes.array(), vo, wo);
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

        private void fill(SpanPool spans, int from, int end, int first, float[] x, int xo, float[] dy, int yo, float[] planes, int vo,
                int wo) {
            input.fill(x, xo, from, end, first, spans, planes, vo);
            gradient.fill(dy, yo, from, end, first, spans, planes, wo);
        }

        /** Adds what the {@code count} tiles of a block contribute to a panel of dU at one point. */
        private void multiply(int point, int panel, int count, float[] planes, int vo, int wo, float[] u, int uo) {
            int width = filter.width();
            int step = WinogradMicro.channels(width);
            for (int c = 0; c < v.channels(); c += step) {
                WinogradMicro.filter(planes, vo + v.at(point, 0, c), planes, wo + w.at(point, 0, panel * width), count, width, u,
                        uo + filter.at(point, panel) + c * width);
            }
        }
    }
}
