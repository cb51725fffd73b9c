package dev.steppe.kernels;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Convolution without a matrix of windows, forward or backward to the input: each tile of the {@link ConvView} copies its part of the input into a
 * {@link ConvStage}, multiplies it with the {@link ConvPanels} of the filter strip by strip, and unpacks the sums into the output. The order of each sum is
 * that of chunks, taps and channels.
 */
final class DirectConv {
    private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
    private static final int L = S.length();
    private static final int QUAD = ConvStage.QUAD;
    /** Products of one sum in one call of the micro-kernel; with 16 lanes as many lines of the panel, 36 KiB. */
    private static final int TERMS = 9 * 64;

    private final Workers workers;
    private final SpanPool spans;
    private final PerShape<Plan> plans;

    /** @param view forward or backward to the input */
    DirectConv(Workers workers, SpanPool spans, Function<ConvShape, ConvView> view) {
        this.workers = workers;
        this.spans = spans;
        this.plans = new PerShape<>(shape -> new Plan(view.apply(shape)));
    }

    /** Groups of channels go one after the other. */
    void run(ConvShape shape, Span.F32 x, Span.F32 filter, Span.F32 y) {
        Plan plan = plans.of(shape);
        ConvView view = plan.view;
        Span.F32 packed = (Span.F32) spans.take(DType.F32, plan.panels.size());
        try {
            for (int group = 0; group < shape.groups(); group++) {
                int g = group;
                int fo = filter.offset() + g * (view.filterOut() == 1 ? view.out() : view.in());
                plan.panels.pack(workers, filter.array(), fo, packed.array(), packed.offset());
                workers.run(plan.tiles.count(), tile -> plan.tile(spans, tile, g, x, packed, y));
            }
        } finally {
            spans.give(packed);
        }
    }

    /** What follows from the shape. */
    private static final class Plan {
        final ConvView view;
        final ConvTiles tiles;
        final ConvPanels panels;
        private final ConvStage stage;
        /** For each phase, where the quads of a whole tile begin; tiles at the end use the first of them. */
        private final int[][] quads;
        /** For each phase, the terms of {@link #together} chunks, and of the last chunk where it has fewer channels. */
        private final int[][] terms;
        private final int[][] lastTerms;
        private final int sums;

        Plan(ConvView view) {
            this.view = view;
            this.tiles = ConvTiles.of(view);
            this.stage = new ConvStage(view, tiles.images(), tiles.rows());
            this.panels = new ConvPanels(view);
            int phases = view.phases().size();
            this.quads = new int[phases][];
            this.terms = new int[phases][];
            this.lastTerms = new int[phases][];
            long floats = 0;
            for (int p = 0; p < phases; p++) {
                ConvView.Phase phase = view.phases().get(p);
                quads[p] = quads(phase);
                terms[p] = terms(phase, together(phase), ConvStage.CHUNK);
                lastTerms[p] = terms(phase, 1, view.in() % ConvStage.CHUNK);
                floats = Math.max(floats, (long) quads[p].length * QUAD * phase.strip().width);
            }
            this.sums = view.floats(stage.size() + floats) - stage.size();
        }

        private int[] quads(ConvView.Phase phase) {
            int rows = Math.min(tiles.rows(), phase.rows());
            int across = Math.ceilDiv(phase.columns(), QUAD);
            int count = tiles.images() * rows * across;
            int[] begin = new int[GemmPlan.roundUp(count, phase.strip().quads)];
            for (int q = 0; q < count; q++) {
                begin[q] = stage.pixel(q / across / rows, q / across % rows, q % across * QUAD);
            }
            return begin;
        }

        /** Where each channel of each run of taps of some chunks reads. */
        private int[] terms(ConvView.Phase phase, int chunks, int channels) {
            List<ConvView.Tap> taps = phase.taps();
            int each = taps.size() / phase.strip().taps;
            int[] offsets = new int[chunks * each * channels];
            for (int r = 0; r < chunks * each; r++) {
                int run = r / each * stage.plane() + stage.tap(taps.get(r % each * phase.strip().taps));
                for (int c = 0; c < channels; c++) {
                    offsets[r * channels + c] = run + c;
                }
            }
            return offsets;
        }

        /** How many chunks of channels one call of the micro-kernel takes: it reads their part of the panel from the first-level cache, or streams it. */
        private int together(ConvView.Phase phase) {
            return Math.clamp(TERMS / Math.max(1, phase.taps().size() * ConvStage.CHUNK), 1, stage.chunks());
        }

        void tile(SpanPool spans, int tile, int group, Span.F32 x, Span.F32 packed, Span.F32 y) {
            int n0 = tiles.image(tile);
            int images = Math.min(tiles.images(), view.n() - n0);
            int i0 = tiles.row(tile);
            int rows = Math.min(tiles.rows(), view.rows() - i0);
            Span.F32 scratch = (Span.F32) spans.take(DType.F32, stage.size() + sums);
            try {
                stage.fill(x.array(), x.offset(), group * view.in(), n0, images, i0, rows, 0, stage.chunks(), scratch.array(),
                        scratch.offset());
                for (int p = 0; p < quads.length; p++) {
                    ConvView.Phase phase = view.phases().get(p);
                    int phaseRows = Math.min(rows, phase.rows() - i0);
                    for (int panel = 0; phaseRows > 0 && panel < panels.panels(p); panel++) {
                        int width = phase.strip().width;
                        int sumsAt = scratch.offset() + stage.size();
                        multiply(p, panel, images * phaseRows * Math.ceilDiv(phase.columns(), QUAD), packed, scratch.array(),
                                scratch.offset(), sumsAt);
                        int channel = group * view.out() + panel * width;
                        int valid = Math.min(width, view.out() - panel * width);
                        unpack(phase, n0, images, i0, phaseRows, channel, valid, width, scratch.array(), sumsAt, y);
                    }
                }
            } finally {
                spans.give(scratch);
            }
        }

        private void multiply(int p, int panel, int quadCount, Span.F32 packed, float[] scratch, int xo, int sumsAt) {
            ConvView.Phase phase = view.phases().get(p);
            ConvMicro.Strip strip = phase.strip();
            int strips = Math.ceilDiv(quadCount, strip.quads);
            Arrays.fill(scratch, sumsAt, sumsAt + strips * strip.floats(), 0);
            int chunk = 0;
            while (chunk < stage.chunks()) {
                int whole = Math.min(together(phase), view.in() / ConvStage.CHUNK - chunk);
                int chunks = Math.max(1, whole);
                int[] reads = whole > 0 ? terms[p] : lastTerms[p];
                int fo = packed.offset() + panels.offset(p, panel, chunk);
                int xc = xo + chunk * stage.plane();
                int count = chunks * phase.taps().size() / strip.taps * (whole > 0 ? ConvStage.CHUNK : stage.channels(chunk));
                for (int s = 0; s < strips; s++) {
                    ConvMicro.add(strip, scratch, xc, quads[p], s * strip.quads, reads, count, packed.array(), fo, scratch,
                            sumsAt + s * strip.floats());
                }
                chunk += chunks;
            }
        }

        private void unpack(ConvView.Phase phase, int n0, int images, int i0, int rows, int channel, int valid, int width, float[] sums,
                int from, Span.F32 y) {
            int across = GemmPlan.roundUp(phase.columns(), QUAD);
            for (int n = 0; n < images; n++) {
                for (int i = 0; i < rows; i++) {
                    int row = (n0 + n) * view.outH() + (i0 + i) * view.outStep() + phase.row();
                    int to = y.offset() + (row * view.outW() + phase.column()) * view.outChannels() + channel;
                    unpackRow(sums, from + (n * rows + i) * across * width, width, phase.columns(), valid, y.array(), to,
                            view.outStep() * view.outChannels());
                }
            }
        }
    }

    private static void unpackRow(float[] sums, int from, int width, int columns, int valid, float[] y, int to, int step) {
        int vectors = S.loopBound(valid);
        for (int j = 0; j < columns; j++) {
            for (int v = 0; v < vectors; v += L) {
                FloatVector.fromArray(S, sums, from + j * width + v).intoArray(y, to + j * step + v);
            }
            for (int c = vectors; c < valid; c++) {
                y[to + j * step + c] = sums[from + j * width + c];
            }
        }
    }
}
