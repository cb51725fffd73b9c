package dev.steppe.kernels;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Depthwise convolution, one filter for each channel, in all three passes: SIMD over channels, row by row and tap by tap, straight from the images. */
final class DepthwiseConv {
    private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
    private static final int L = S.length();
    /** Parts into which the images are cut for the adjoint in the filter; each has sums of its own. */
    private static final int PARTS = 16;

    private final Workers workers;
    private final SpanPool spans;
    private final PerShape<ConvView> forward = new PerShape<>(ConvView::forward);
    private final PerShape<ConvView> backwardInput = new PerShape<>(ConvView::backwardInput);

    DepthwiseConv(Workers workers, SpanPool spans) {
        this.workers = workers;
        this.spans = spans;
    }

    void forward(ConvShape shape, Span.F32 x, Span.F32 filter, Span.F32 y) {
        run(forward.of(shape), x, filter, y);
    }

    void backwardInput(ConvShape shape, Span.F32 dy, Span.F32 filter, Span.F32 dx) {
        run(backwardInput.of(shape), dy, filter, dx);
    }

    private void run(ConvView view, Span.F32 x, Span.F32 filter, Span.F32 y) {
        for (ConvView.Phase phase : view.phases()) {
            long cost = (long) phase.columns() * phase.taps().size() * view.inChannels();
            workers.ranges(view.n() * phase.rows(), Tiles.rows(cost), (from, to) -> {
                for (int row = from; row < to; row++) {
                    outputRow(view, phase, row / phase.rows(), row % phase.rows(), x, filter, y);
                }
            });
        }
    }

    private static void outputRow(ConvView view, ConvView.Phase phase, int n, int i, Span.F32 x, Span.F32 filter, Span.F32 y) {
        int channels = view.inChannels();
        int yRow = (n * view.outH() + i * view.outStep() + phase.row()) * view.outW() + phase.column();
        int yStep = view.outStep() * channels;
        for (int j = 0; j < phase.columns(); j++) {
            int yo = y.offset() + yRow * channels + j * yStep;
            Arrays.fill(y.array(), yo, yo + channels, 0);
        }
        for (ConvView.Tap tap : phase.taps()) {
            int row = i * view.inStep() + tap.row();
            if (row < 0 || row >= view.h()) { continue; }
            int lo = first(view, tap, phase.columns());
            int columns = end(view, tap, phase.columns()) - lo;
            int xo = x.offset() + ((n * view.h() + row) * view.w() + lo * view.inStep() + tap.column()) * channels;
            multiplyAdd(x.array(), xo, view.inStep() * channels, filter.array(), filter.offset() + tap.index() * channels, y.array(),
                    y.offset() + yRow * channels + lo * yStep, yStep, columns, channels);
        }
    }

    /** The first output column whose input lies in the image. */
    private static int first(ConvView view, ConvView.Tap tap, int columns) {
        return Math.clamp(Math.ceilDiv(-tap.column(), view.inStep()), 0, columns);
    }

    /** The column after the last such. */
    private static int end(ConvView view, ConvView.Tap tap, int columns) {
        return Math.clamp(Math.ceilDiv(view.w() - tap.column(), view.inStep()), first(view, tap, columns), columns);
    }

    /** {@code y[j, c] += x[j, c] * f[c]}. */
    private static void multiplyAdd(float[] x, int xo, int xStep, float[] f, int fo, float[] y, int yo, int yStep, int columns,
            int channels) {
        int c = 0;
        for (; c < S.loopBound(channels); c += L) {
            FloatVector w = FloatVector.fromArray(S, f, fo + c);
            for (int j = 0; j < columns; j++) {
                int to = yo + j * yStep + c;
                FloatVector.fromArray(S, x, xo + j * xStep + c).fma(w, FloatVector.fromArray(S, y, to)).intoArray(y, to);
            }
        }
        for (; c < channels; c++) {
            for (int j = 0; j < columns; j++) {
                y[yo + j * yStep + c] += x[xo + j * xStep + c] * f[fo + c];
            }
        }
    }

    /** The adjoint in the filter. Parts are added in order. */
    void backwardFilter(ConvShape shape, Span.F32 x, Span.F32 dy, Span.F32 dfilter) {
        ConvView view = forward.of(shape);
        int parts = Math.clamp(view.n(), 1, PARTS);
        int length = dfilter.length();
        Span.F32 sums = (Span.F32) spans.take(DType.F32, parts * length);
        try {
            workers.run(parts, part -> {
                int so = sums.offset() + part * length;
                Arrays.fill(sums.array(), so, so + length, 0);
                for (int n = (int) ((long) part * view.n() / parts); n < (part + 1L) * view.n() / parts; n++) {
                    image(view, n, x, dy, sums.array(), so);
                }
            });
            float[] to = dfilter.array();
            System.arraycopy(sums.array(), sums.offset(), to, dfilter.offset(), length);
            for (int part = 1; part < parts; part++) {
                VectorGemm.addInto(sums.array(), sums.offset() + part * length, to, dfilter.offset(), length);
            }
        } finally {
            spans.give(sums);
        }
    }

    private static void image(ConvView view, int n, Span.F32 x, Span.F32 dy, float[] sums, int so) {
        int channels = view.inChannels();
        for (ConvView.Tap tap : view.phases().getFirst().taps()) {
            int lo = first(view, tap, view.outW());
            int columns = end(view, tap, view.outW()) - lo;
            for (int i = 0; i < view.outH(); i++) {
                int row = i * view.inStep() + tap.row();
                if (row < 0 || row >= view.h()) { continue; }
                int xo = x.offset() + ((n * view.h() + row) * view.w() + lo * view.inStep() + tap.column()) * channels;
                int yo = dy.offset() + ((n * view.outH() + i) * view.outW() + lo) * channels;
                addProducts(x.array(), xo, view.inStep() * channels, dy.array(), yo, columns, channels, sums, so + tap.index() * channels);
            }
        }
    }

    /** {@code sums[c] += sum over j of x[j, c] * y[j, c]}. */
    private static void addProducts(float[] x, int xo, int xStep, float[] y, int yo, int columns, int channels, float[] sums, int so) {
        int c = 0;
        for (; c < S.loopBound(channels); c += L) {
            FloatVector sum = FloatVector.zero(S);
            for (int j = 0; j < columns; j++) {
                sum = FloatVector.fromArray(S, x, xo + j * xStep + c).fma(FloatVector.fromArray(S, y, yo + j * channels + c), sum);
            }
            FloatVector.fromArray(S, sums, so + c).add(sum).intoArray(sums, so + c);
        }
        for (; c < channels; c++) {
            float sum = 0;
            for (int j = 0; j < columns; j++) {
                sum += x[xo + j * xStep + c] * y[yo + j * channels + c];
            }
            sums[so + c] += sum;
        }
    }
}
