package dev.steppe.kernels;

/**
 * The transformed filter {@code U = G g G'} of a {@link ConvView} with 3 x 3 taps, and the adjoint of the transform. U is
 * {@code [point, panel of output channels, input channel, width]}. It depends on the filter alone and serves any number of images.
 */
final class WinogradFilter {
    private static final int L = Simd.LANES;
    private static final int POINTS = WinogradTransform.POINTS;
    private static final int PLANES = WinogradTransform.PLANES;
    private static final int TAPS = 3;
    /** Input channels that are transformed together. */
    private static final int GROUP = 16;
    /** As in {@link WinogradPlanes}. */
    private static final int PADDING = 48;

    private final ConvView view;
    private final int width;
    private final int panel;
    private final int panels;
    private final int plane;
    /** Floats of a group in one panel. */
    private final int block;
    private final int groups;

    WinogradFilter(ConvView view) {
        this.view = view;
        this.width = WinogradMicro.width(view.out());
        this.groups = Math.ceilDiv(view.in(), GROUP);
        this.block = GROUP * width;
        this.panel = groups * block;
        this.panels = Math.ceilDiv(view.out(), width);
        this.plane = panels * panel + PADDING;
    }

    /** Output channels of a panel. */
    int width() {
        return width;
    }

    /** How many panels. */
    int panels() {
        return panels;
    }

    /** Where a panel begins at a point. */
    int at(int point, int panel) {
        return point * plane + panel * this.panel;
    }

    /** Floats of all of it. */
    int size() {
        return PLANES * plane;
    }

    /** The same for so many input and output channels, be it more than an array holds. */
    static long size(int in, int out) {
        long width = WinogradMicro.width(out);
        return PLANES * (Math.ceilDiv(out, width) * Math.ceilDiv(in, GROUP) * GROUP * width + PADDING);
    }

    /** Computes U. */
    void transform(Workers workers, SpanPool spans, Span.F32 filter, Span.F32 u) {
        forBlocks(workers, spans, TAPS * TAPS + POINTS * TAPS, PLANES, (panel, group, scratch, so) -> {
            int done = so + TAPS * TAPS * block;
            int to = u.offset() + at(0, panel) + group * block;
            copyIn(filter, panel * width, group * GROUP, scratch, so);
            WinogradTransform.filter(scratch, so, TAPS * block, block, scratch, done, TAPS * block, block, TAPS, block);
            WinogradTransform.filter(scratch, done, block, TAPS * block, u.array(), to, plane, POINTS * plane, POINTS, block);
        });
    }

    /**
     * Computes the gradient of the filter.
     *
     * @param u gradients of U that are added in their order, as many as {@code u} has room for
     * @param dfilter written
     */
    void adjoint(Workers workers, SpanPool spans, Span.F32 u, Span.F32 dfilter) {
        int parts = u.length() / size();
        forBlocks(workers, spans, TAPS * TAPS + POINTS * TAPS, parts * PLANES, (panel, group, scratch, so) -> {
            int from = u.offset() + at(0, panel) + group * block;
            int done = so + TAPS * TAPS * block;
            for (int part = 1; part < parts; part++) {
                for (int p = 0; p < PLANES; p++) {
                    VectorGemm.addInto(u.array(), from + part * size() + p * plane, u.array(), from + p * plane, block);
                }
            }
            WinogradTransform.filterGradient(u.array(), from, plane, POINTS * plane, scratch, done, block, TAPS * block, POINTS, block);
            WinogradTransform.filterGradient(scratch, done, TAPS * block, block, scratch, so, TAPS * block, block, TAPS, block);
            copyOut(scratch, so, panel * width, group * GROUP, dfilter);
        });
    }

    /** The work on one panel of one group of input channels. */
    private interface Block {
        void run(int panel, int group, float[] scratch, int offset);
    }

    /** Runs all blocks, each with scratch for so many of them. */
    private void forBlocks(Workers workers, SpanPool spans, int scratch, int cost, Block work) {
        workers.ranges(panels * groups, Tiles.rows((long) cost * block), (from, end) -> {
            Span.F32 span = (Span.F32) spans.take(DType.F32, scratch * block);
            try {
                for (int i = from; i < end; i++) {
                    work.run(i / groups, i % groups, span.array(), span.offset());
                }
            } finally {
                spans.give(span);
            }
        });
    }

    /** Where a tap's weight for two channels lies in the filter. */
    private int weight(int tap, int in, int out) {
        return view.phases().getFirst().taps().get(tap).index() * view.filterTap() + in * view.filterIn() + out * view.filterOut();
    }

    /**
     * Copies the taps between some channels as {@code [tap, input channel, width]}. What belongs to no channel may be anything: nobody reads what becomes of it.
     */
    private void copyIn(Span.F32 filter, int out, int in, float[] to, int offset) {
        int validIn = Math.min(GROUP, view.in() - in);
        int validOut = Math.min(width, view.out() - out);
        for (int t = 0; t < TAPS * TAPS; t++) {
            int from = filter.offset() + weight(t, in, out);
            for (int c = 0; c < validIn; c++) {
                copy(filter.array(), from + c * view.filterIn(), view.filterOut(), to, offset + t * block + c * width, validOut);
            }
        }
    }

    private static void copy(float[] from, int fo, int step, float[] to, int too, int count) {
        if (step == 1) {
            System.arraycopy(from, fo, to, too, count);
            return;
        }
        for (int o = 0; o < count; o++) {
            to[too + o] = from[fo + o * step];
        }
    }

    private void copyOut(float[] from, int offset, int out, int in, Span.F32 filter) {
        int validIn = Math.min(GROUP, view.in() - in);
        int validOut = Math.min(width, view.out() - out);
        for (int t = 0; t < TAPS * TAPS; t++) {
            for (int c = 0; c < validIn; c++) {
                System.arraycopy(from, offset + t * block + c * width, filter.array(), filter.offset() + weight(t, in + c, out), validOut);
            }
        }
    }
}
