package dev.steppe.kernels;

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

    WinogradConv(Workers workers, SpanPool spans) {
        this.workers = workers;
        this.spans = spans;
    }

    /**
     * @param view 3 x 3 taps, next to each other
     * @param u filter of the same view
     */
    void run(ConvView view, Span.F32 x, TransformedFilter u, Span.F32 y) {
        Call call = new Call(view, spans, x, u, y, BLOCKS);
        WinogradTiles tiles = call.tiles;
        if (!call.whole) {
            workers.run(tiles.blocks(), call::block);
            return;
        }
        Span.F32 planes = (Span.F32) spans.take(DType.F32, tiles.blocks() * (call.v.block() + call.m.block()));
        float[] array = planes.array();
        int v = planes.offset();
        int m = v + tiles.blocks() * call.v.block();
        try {
            workers.ranges(tiles.strips(), 1, (from, end) -> call.stage.fill(from, end, 0, spans, array, v));
            int panels = u.layout.panels();
            workers.run(PLANES * panels, i -> {
                for (int block = 0; block < tiles.blocks(); block++) {
                    call.multiply(i / panels, i % panels, tiles.tilesOf(block), array, v + block * call.v.block(),
                            m + block * call.m.block());
                }
            });
            workers.ranges(tiles.strips(), 1, (from, end) -> call.output.unpack(from, end, 0, spans, array, m));
        } finally {
            spans.give(planes);
        }
    }

    /** The same for a few of many images, in the calling thread. */
    void runHere(ConvView view, Span.F32 x, TransformedFilter u, Span.F32 y) {
        Call call = new Call(view, spans, x, u, y, 1);
        for (int block = 0; block < call.tiles.blocks(); block++) {
            call.block(block);
        }
    }

    /** What is the same for all blocks of one call. */
    private static final class Call {
        private final SpanPool spans;
        private final WinogradFilter filter;
        private final Span.F32 u;
        final WinogradTiles tiles;
        final WinogradPlanes v;
        final WinogradPlanes m;
        final WinogradStage stage;
        final WinogradOutput output;
        final boolean whole;

        /** @param blocks that there should be at least, for threads to share */
        Call(ConvView view, SpanPool spans, Span.F32 x, TransformedFilter transformed, Span.F32 y, int blocks) {
            this.spans = spans;
            this.filter = transformed.layout;
            this.u = transformed.u;
            this.v = WinogradPlanes.inputs(view.in());
            this.m = WinogradPlanes.outputs(view.out());
            int most = Math.clamp(BLOCK_FLOATS / (v.perTile() + m.perTile()), MIN_TILES, MAX_TILES);
            WinogradTiles all = WinogradTiles.of(view.n(), view.outH(), view.outW(), most);
            this.whole = all.count() < blocks * MIN_TILES && filter.size() > BIG;
            int wanted = whole ? WinogradPlanes.TILES : Math.clamp(all.count() / blocks, FEW_TILES, most);
            this.tiles = all.perBlock(Math.max(1, wanted / all.across()));
            this.stage = new WinogradStage(x, view.h(), view.w(), view.minRow(), view.minColumn(), WinogradTransform.POINTS, tiles, v);
            this.output = new WinogradOutput(y, view.outH(), view.outW(), tiles, m);
        }

        void block(int block) {
            int from = tiles.begin(block);
            int end = tiles.begin(block + 1);
            Span.F32 planes = (Span.F32) spans.take(DType.F32, v.block() + m.block());
            try {
                float[] array = planes.array();
                int mo = planes.offset() + v.block();
                stage.fill(from, end, from, spans, array, planes.offset());
                for (int point = 0; point < PLANES; point++) {
                    for (int panel = 0; panel < filter.panels(); panel++) {
                        multiply(point, panel, tiles.tilesOf(block), array, planes.offset(), mo);
                    }
                }
                output.unpack(from, end, from, spans, array, mo);
            } finally {
                spans.give(planes);
            }
        }

        /** One panel of output channels of M at one point, for the {@code count} tiles of a block. */
        void multiply(int point, int panel, int count, float[] planes, int vo, int mo) {
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
