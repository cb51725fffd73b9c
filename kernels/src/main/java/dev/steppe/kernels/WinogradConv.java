package dev.steppe.kernels;

import java.util.function.Function;

/**
 * Convolution by Winograd's minimal filtering, forward or backward to the input: tiles of 4 x 4 outputs, which read 6 x 6 inputs each, are transformed to 36
 * points, multiplied with the {@link WinogradFilter} at each point and transformed back (Lavin and Gray 2015, section 4.3). The order of each sum is that of
 * channels: bits depend on no cut.
 *
 * <p>A block of tiles does all that in the second-level cache. Where a big filter meets few tiles, as in the last layers of a ResNet, all tiles are transformed
 * first, and threads share the points: each part of U is read once.
 */
final class WinogradConv {
    private static final int PLANES = WinogradTransform.PLANES;
    /** Floats of a block's V and M: half of a second-level cache. */
    private static final int BLOCK_FLOATS = 1 << 18;
    /** Tiles of a block: enough for what it reads of U, if it comes from the last cache. */
    private static final int FEW_TILES = 12;
    private static final int MIN_TILES = 24;
    private static final int MAX_TILES = 48;
    /** Floats of a U that is too big to be read by each block, if they are few. */
    private static final int BIG = 1 << 20;
    /** Blocks for eight threads to share evenly. */
    private static final int BLOCKS = 16;

    private final Workers workers;
    private final SpanPool spans;
    private final PerShape<Plan> plans;

    /** @param view forward or backward to the input */
    WinogradConv(Workers workers, SpanPool spans, Function<ConvShape, ConvView> view) {
        this.workers = workers;
        this.spans = spans;
        this.plans = new PerShape<>(shape -> new Plan(view.apply(shape), BLOCKS));
    }

    /** @param shape 3 x 3 taps, stride, dilation and groups 1 */
    void run(ConvShape shape, Span.F32 x, Span.F32 filter, Span.F32 y) {
        Plan plan = plans.of(shape);
        try (TransformedFilter u = new TransformedFilter(workers, spans, plan.filter, filter)) {
            if (plan.whole) {
                runWhole(plan, x, u, y);
            } else {
                WinogradTiles tiles = plan.tiles;
                workers.run(tiles.blocks(),
                        block -> plan.block(spans, tiles.begin(block), tiles.begin(block + 1), x.array(), x.offset(), u.u,
                                y.array(), y.offset()));
            }
        }
    }

    private void runWhole(Plan plan, Span.F32 x, TransformedFilter u, Span.F32 y) {
        WinogradTiles tiles = plan.tiles;
        Span.F32 planes = (Span.F32) spans.take(DType.F32, tiles.blocks() * (plan.v.block() + plan.m.block()));
        float[] array = planes.array();
        int v = planes.offset();
        int m = v + tiles.blocks() * plan.v.block();
        try {
            workers.ranges(tiles.strips(), 1, (from, end) -> plan.stage.fill(x.array(), x.offset(), from, end, 0, spans, array, v));
            int panels = plan.filter.panels();
            workers.run(PLANES * panels, i -> {
                for (int block = 0; block < tiles.blocks(); block++) {
                    plan.multiply(i / panels, i % panels, tiles.tilesOf(block), u.u, array, v + block * plan.v.block(),
                            m + block * plan.m.block());
                }
            });
            workers.ranges(tiles.strips(), 1, (from, end) -> plan.output.unpack(from, end, 0, spans, array, m, y.array(), y.offset()));
        } finally {
            spans.give(planes);
        }
    }

    /** What follows from the shape. */
    static final class Plan {
        final WinogradFilter filter;
        private final WinogradTiles tiles;
        private final WinogradPlanes v;
        private final WinogradPlanes m;
        private final WinogradStage stage;
        private final WinogradOutput output;
        private final boolean whole;

        /**
         * @param view 3 x 3 taps, next to each other
         * @param blocks that there should be at least, for threads to share
         */
        Plan(ConvView view, int blocks) {
            this.filter = new WinogradFilter(view);
            this.v = WinogradPlanes.inputs(view.in());
            this.m = WinogradPlanes.outputs(view.out());
            int most = Math.clamp(BLOCK_FLOATS / (v.perTile() + m.perTile()), MIN_TILES, MAX_TILES);
            WinogradTiles all = WinogradTiles.of(view.n(), view.outH(), view.outW(), most);
            this.whole = all.count() < blocks * MIN_TILES && filter.size() > BIG;
            int wanted = whole ? WinogradPlanes.TILES : Math.clamp(all.count() / blocks, FEW_TILES, most);
            this.tiles = all.perBlock(Math.max(1, wanted / all.across()));
            this.stage = new WinogradStage(view.h(), view.w(), view.minRow(), view.minColumn(), WinogradTransform.POINTS, tiles, v);
            this.output = new WinogradOutput(view.outH(), view.outW(), tiles, m);
        }

        /**
         * Works through some images in the calling thread, of as many as there are.
         *
         * @param from first image
         * @param end image after the last
         * @param xo where the first of all images lies in x, or would lie if the array began so early
         * @param u transformed {@link #filter}
         * @param yo the same in y
         */
        void images(SpanPool spans, int from, int end, float[] x, int xo, TransformedFilter u, float[] y, int yo) {
            int last = end * tiles.stripsPerImage();
            for (int strip = from * tiles.stripsPerImage(); strip < last; strip += tiles.perBlock()) {
                block(spans, strip, Math.min(strip + tiles.perBlock(), last), x, xo, u.u, y, yo);
            }
        }

        private void block(SpanPool spans, int from, int end, float[] x, int xo, Span.F32 u, float[] y, int yo) {
            Span.F32 planes = (Span.F32) spans.take(DType.F32, v.block() + m.block());
            try {
                float[] array = planes.array();
                int mo = planes.offset() + v.block();
                int count = tiles.first(end) - tiles.first(from);
                stage.fill(x, xo, from, end, from, spans, array, planes.offset());
                for (int point = 0; point < PLANES; point++) {
                    for (int panel = 0; panel < filter.panels(); panel++) {
                        multiply(point, panel, count, u, array, planes.offset(), mo);
                    }
                }
                output.unpack(from, end, from, spans, array, mo, y, yo);
            } finally {
                spans.give(planes);
            }
        }

        /** One panel of output channels of M at one point, for the {@code count} tiles of a block. */
        private void multiply(int point, int panel, int count, Span.F32 u, float[] planes, int vo, int mo) {
            int width = filter.width();
            int uo = u.offset() + filter.at(point, panel);
            int rows;
            for (int tile = 0; tile < count; tile += rows) {
                rows = WinogradMicro.rows(width, count - tile);
                WinogradMicro.forward(rows, planes, vo + v.at(point, tile, 0), u.array(), uo, v.channels(), width, planes,
                        mo + m.at(point, tile, panel * width));
            }
        }
    }
}
