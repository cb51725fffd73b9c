package dev.steppe.kernels;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The adjoint of convolution in the filter, without a matrix of windows: for each tap a product of the staged input, transposed, and the staged output
 * gradient, summed over pixels.
 *
 * <p>Work is cut twice, by the shape alone: the pixels into parts, each with sums of its own that are added in the order of parts; and, where the filter is so
 * big that many copies of it would cost more than they save, the input channels.
 */
final class DirectConvFilter {
    private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
    private static final int L = S.length();
    /** Tiles for eight threads to share evenly. */
    private static final int TILES = 16;
    /** Pixels whose gradients, two vectors each, stay in the first-level cache while the taps and channels of a chunk pass by. */
    private static final int STRIP = 128;
    /** Up to this many input channels columns of the filter are folded, if output channels fill more than a vector: triples would leave much of a block empty. */
    private static final int FOLDED = 3;
    /** Floats of all partial sums together. */
    private static final int PARTIAL = 1 << 23;

    private final Workers workers;
    private final SpanPool spans;
    private final PerShape<Plan> plans = new PerShape<>(Plan::new);

    DirectConvFilter(Workers workers, SpanPool spans) {
        this.workers = workers;
        this.spans = spans;
    }

    void run(ConvShape shape, Span.F32 x, Span.F32 dy, Span.F32 dfilter) {
        Plan plan = plans.of(shape);
        Span.F32 sums = (Span.F32) spans.take(DType.F32, plan.parts * plan.partFloats());
        try {
            for (int group = 0; group < shape.groups(); group++) {
                int g = group;
                workers.run(plan.parts * plan.cuts, t -> plan.tile(spans, t / plan.cuts, t % plan.cuts, g, x, dy, sums));
                workers.ranges(plan.blocks(), Tiles.rows((long) plan.parts * plan.blockFloats()), (from, to) -> {
                    for (int block = from; block < to; block++) {
                        plan.finish(block, g, sums, dfilter);
                    }
                });
            }
        } finally {
            spans.give(sums);
        }
    }

    /** What follows from the shape. */
    private static final class Plan {
        private final ConvView view;
        private final ConvTiles tiles;
        private final ConvStage stage;
        private final boolean triple;
        /** Whether dy is staged. For few input channels or one tap it is read where it lies: too seldom for a copy to pay. */
        private final boolean staged;
        /** Taps of a run. */
        private final int step;
        /** Taps, every third of them if triple. */
        private final ConvView.Tap[] runs;
        /** Vectors, or pairs of them, of output channels. */
        private final int panels;
        private final int width;
        /** Columns of zeros before and after a staged row of dy: where the first and last tap of a triple leave it. */
        private final int margin;
        private final int dyRow;
        private final int dyPlane;
        /** Input channels of a block. */
        private final int channels;
        /** Blocks of a chunk of the stage. */
        private final int perChunk;
        /** Where the first tap of each output of a whole tile lies in the stage; tiles at the end use the first of them. None with triples. */
        private final int[] pixels;
        /** How often the pixels are cut. */
        final int parts;
        /** How often the chunks of input channels are cut. */
        final int cuts;

        Plan(ConvShape shape) {
            this.view = ConvView.forward(shape, shape.c() / shape.groups() > FOLDED || shape.k() / shape.groups() <= L);
            this.tiles = ConvTiles.of(view);
            this.stage = new ConvStage(view, tiles.images(), tiles.rows());
            ConvView.Phase phase = view.phases().getFirst();
            this.triple = phase.strip() == ConvMicro.Strip.TRIPLE;
            this.step = triple ? 3 : 1;
            this.channels = ConvFilterMicro.channels(view.in(), triple);
            this.staged = triple || view.out() % (2 * L) != 0 || channels < 8 || phase.taps().size() > 1 && view.in() > ConvStage.CHUNK;
            this.runs = new ConvView.Tap[phase.taps().size() / step];
            Arrays.setAll(runs, r -> phase.taps().get(r * step));
            this.width = triple ? L : 2 * L;
            this.panels = Math.ceilDiv(view.out(), width);
            this.perChunk = Math.ceilDiv(Math.min(ConvStage.CHUNK, view.in()), channels) * panels * runs.length;
            this.margin = triple ? 2 : 0;
            this.dyRow = view.floats((view.outW() + 2L * margin) * L);
            this.dyPlane = view.floats((long) tiles.images() * tiles.rows() * dyRow);
            this.parts = Math.clamp(Integer.highestOneBit(PARTIAL / Math.max(1, partFloats())), 1,
                    Math.min(TILES, Math.max(1, tiles.count())));
            this.cuts = Math.min(stage.chunks(), Math.ceilDiv(TILES, parts));
            view.floats((long) Math.ceilDiv(stage.chunks(), cuts) * stage.plane() + (staged ? panels * (width / L) * (long) dyPlane : 0));
            this.pixels = new int[triple ? 0 : tiles.images() * tiles.rows() * view.outW()];
            for (int p = 0; p < pixels.length; p++) {
                int row = p / view.outW();
                pixels[p] = stage.pixel(row / tiles.rows(), row % tiles.rows(), p % view.outW());
            }
        }

        int blockFloats() {
            return step * channels * width;
        }

        /** Blocks of one part: {@code [chunk, block of the chunk, panel, run]}. */
        int blocks() {
            return stage.chunks() * perChunk;
        }

        int partFloats() {
            return blocks() * blockFloats();
        }

        /** Some chunks of input channels over a part of the pixels. */
        void tile(SpanPool spans, int part, int cut, int group, Span.F32 x, Span.F32 dy, Span.F32 sums) {
            int chunk0 = cut * stage.chunks() / cuts;
            int chunks = (cut + 1) * stage.chunks() / cuts - chunk0;
            int chunkFloats = perChunk * blockFloats();
            int to = sums.offset() + part * partFloats() + chunk0 * chunkFloats;
            Arrays.fill(sums.array(), to, to + chunks * chunkFloats, 0);
            int xFloats = chunks * stage.plane();
            Span.F32 scratch = (Span.F32) spans.take(DType.F32, xFloats + (staged ? panels * (width / L) * dyPlane : 0));
            try {
                int last = (int) ((part + 1L) * tiles.count() / parts);
                for (int t = (int) ((long) part * tiles.count() / parts); t < last; t++) {
                    int n0 = tiles.image(t);
                    int images = Math.min(tiles.images(), view.n() - n0);
                    int i0 = tiles.row(t);
                    int rows = Math.min(tiles.rows(), view.outH() - i0);
                    stage.fill(x.array(), x.offset(), group * view.in(), n0, images, i0, rows, chunk0, chunks, scratch.array(),
                            scratch.offset());
                    float[] y = dy.array();
                    int yo = dy.offset() + (n0 * view.outH() + i0) * view.outW() * view.outChannels() + group * view.out();
                    if (staged) {
                        y = scratch.array();
                        yo = scratch.offset() + xFloats;
                        fillGradient(dy, group, n0, images, i0, rows, y, yo);
                    }
                    for (int chunk = 0; chunk < chunks; chunk++) {
                        multiply(chunk0 + chunk, images, i0, rows, scratch.array(), scratch.offset() + chunk * stage.plane(), y, yo,
                                sums.array(), to + chunk * chunkFloats);
                    }
                }
            } finally {
                spans.give(scratch);
            }
        }

        /** Stages dy as {@code [vector of channels, image, row, margin + column + margin, L]}. */
        private void fillGradient(Span.F32 dy, int group, int n0, int images, int i0, int rows, float[] to, int offset) {
            for (int v = 0; v < panels * (width / L); v++) {
                int valid = Math.clamp(view.out() - v * L, 0, L);
                for (int n = 0; n < images; n++) {
                    for (int i = 0; i < rows; i++) {
                        int at = offset + v * dyPlane + (n * tiles.rows() + i) * dyRow;
                        int row = ((n0 + n) * view.outH() + i0 + i) * view.outW() * view.outChannels();
                        Arrays.fill(to, at, at + margin * L, 0);
                        copyPixels(dy.array(), dy.offset() + row + group * view.out() + v * L, view.outChannels(), valid, view.outW(), to,
                                at + margin * L);
                        Arrays.fill(to, at + dyRow - margin * L, at + dyRow, 0);
                    }
                }
            }
        }

        private static void copyPixels(float[] y, int yo, int step, int valid, int pixels, float[] to, int offset) {
            if (valid == L) {
                for (int p = 0; p < pixels; p++) {
                    FloatVector.fromArray(S, y, yo + p * step).intoArray(to, offset + p * L);
                }
                return;
            }
            for (int p = 0; p < pixels; p++) {
                for (int c = 0; c < L; c++) {
                    to[offset + p * L + c] = c < valid ? y[yo + p * step + c] : 0;
                }
            }
        }

        private void multiply(int chunk, int images, int i0, int rows, float[] x, int xo, float[] y, int yo, float[] sums, int to) {
            int pixel = staged ? L : view.outChannels();
            int vector = staged ? dyPlane : L;
            int used = Math.ceilDiv(stage.channels(chunk), channels);
            int count = images * rows * view.outW();
            int strip = triple || runs.length == 1 ? Math.max(1, count) : STRIP;
            for (int from = 0; from < count; from += strip) {
                for (int panel = 0; panel < panels; panel++) {
                    int yb = yo + panel * (width / L) * vector;
                    for (int run = 0; run < runs.length; run++) {
                        ConvView.Tap tap = runs[run];
                        for (int b = 0; b < used; b++) {
                            int block = to + ((b * panels + panel) * runs.length + run) * blockFloats();
                            int xb = xo + stage.tap(tap) + b * channels;
                            if (triple) {
                                multiplyTriple(tap, images, i0, rows, x, xb, y, yb, sums, block);
                            } else {
                                ConvFilterMicro.single(channels, x, xb, pixels, from, Math.min(strip, count - from), y, yb + from * pixel,
                                        pixel, vector, sums, block);
                            }
                        }
                    }
                }
            }
        }

        private void multiplyTriple(ConvView.Tap tap, int images, int i0, int rows, float[] x, int xb, float[] y, int yb,
                float[] sums, int block) {
            // what lies outside the image is zeros that need not be multiplied; input column j of the stage is column j + tap.column() of the image
            int top = Math.clamp(-tap.row() - i0, 0, rows);
            int bottom = Math.clamp(view.h() - tap.row() - i0, top, rows);
            int left = Math.clamp(-tap.column(), 0, view.outW() + margin);
            int right = Math.clamp(view.w() - tap.column(), left, view.outW() + margin);
            ConvFilterMicro.triple(channels, x, xb + top * stage.outputRow() + left * ConvStage.CHUNK, stage.image(),
                    stage.outputRow(), y, yb + top * dyRow + left * L, tiles.rows() * dyRow, dyRow, images, bottom - top,
                    right - left, sums, block);
        }

        /** Adds one block of all parts, in order, and stores it in the filter's layout. */
        void finish(int block, int group, Span.F32 sums, Span.F32 dfilter) {
            int at = sums.offset() + block * blockFloats();
            for (int part = 1; part < parts; part++) {
                VectorGemm.addInto(sums.array(), at + part * partFloats(), sums.array(), at, blockFloats());
            }
            int run = block % runs.length;
            int panel = block / runs.length % panels;
            int channel = block / runs.length / panels * channels;
            int valid = Math.min(width, view.out() - panel * width);
            for (int t = 0; t < step; t++) {
                int tap = runs[run].index() + t;
                int from = at + (step - 1 - t) * channels * width;
                for (int c = 0; c < Math.min(channels, view.in() - channel); c++) {
                    int to = dfilter.offset() + tap * view.filterTap() + (channel + c) * view.filterIn() + group * view.out()
                            + panel * width;
                    System.arraycopy(sums.array(), from + c * width, dfilter.array(), to, valid);
                }
            }
        }
    }
}
