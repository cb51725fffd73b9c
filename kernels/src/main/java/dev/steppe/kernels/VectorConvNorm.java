package dev.steppe.kernels;

import java.util.Arrays;

/**
 * Convolution and batch normalisation where Winograd's algorithm serves enough images and its filter fits into the cache: image by image, a group at a time.
 * A group's outputs are summed up for the statistics while they lie in the second-level cache; backward, the gradient of a group's outputs is made there, read
 * by both adjoints and forgotten. That is five passes over outputs fewer of about twenty, and a step of a narrow network is bound by memory. Everything else
 * goes one after the other.
 */
final class VectorConvNorm implements ConvNormKernel {
    private final VectorNorm norm;
    private final PlainConvNorm plain;
    private final Workers workers;
    private final SpanPool spans;
    private final Kernels.Mode mode;
    private final PerShape<Groups> groups = new PerShape<>(Groups::new);

    /** What follows from the shape. */
    private static final class Groups {
        final ImageParts parts;
        final WinogradConv.Plan conv;
        final WinogradConv.Plan convInput;
        final WinogradConvFilter.Plan convFilter;
        /** Floats of an image of the outputs. */
        final int outputs;
        /** Tiles of an image of the outputs whose moments are taken at once. */
        final int tiles;

        Groups(ConvShape shape) {
            outputs = shape.oh() * shape.ow() * shape.k();
            tiles = Math.ceilDiv(shape.oh() * shape.ow(), VectorColumns.tileRows(shape.k()));
            parts = ImageParts.of(shape.n(), outputs);
            ConvShape group = shape.images(parts.most());
            conv = new WinogradConv.Plan(ConvView.forward(group), 1);
            convInput = new WinogradConv.Plan(ConvView.backwardInput(group), 1);
            convFilter = new WinogradConvFilter.Plan(ConvView.forward(group), 1);
        }

        /** Whether each part can have a gradient of the filter of its own. */
        boolean pay() {
            return !convFilter.shared;
        }
    }

    VectorConvNorm(Workers workers, SpanPool spans, Kernels.Mode mode, ConvKernel conv, VectorNorm norm) {
        this.norm = norm;
        this.plain = new PlainConvNorm(conv, norm, spans);
        this.workers = workers;
        this.spans = spans;
        this.mode = mode;
    }

    private boolean isGrouped(ConvShape shape, Span x) {
        return x.dtype() == DType.F32 && shape.n() >= ImageParts.PARTS && ConvPlan.of(shape, mode) == ConvPlan.WINOGRAD
                && groups.of(shape).pay();
    }

    @Override
    public void forward(ConvShape shape, Span input, Span filter, Span x, Span mean, Span variance) {
        if (!isGrouped(shape, x)) {
            plain.forward(shape, input, filter, x, mean, variance);
            return;
        }
        ScalarConv.check(shape, input, filter, x);
        ScalarNorm.checkStatistics(PlainConvNorm.rows(shape), shape.k(), x, mean, variance);
        Groups g = groups.of(shape);
        Span.F32 in = (Span.F32) input;
        Span.F32 out = (Span.F32) x;
        int perImage = g.tiles * VectorNorm.momentsSize(shape.k());
        try (TransformedFilter u = new TransformedFilter(workers, spans, g.conv.filter, (Span.F32) filter)) {
            Span.F32 moments = (Span.F32) spans.take(DType.F32, Math.multiplyExact(shape.n(), perImage));
            try {
                g.parts.run(workers, (from, end) -> {
                    g.conv.images(spans, from, end, in.array(), in.offset(), u, out.array(), out.offset());
                    Rows.fill(moments, from * perImage, (end - from) * perImage, 0);
                    moments(shape.k(), out, from * g.outputs, end * g.outputs, moments.array(), moments.offset() + from * perImage);
                });
                norm.mergeMoments(PlainConvNorm.rows(shape), shape.k(), moments, mean, variance);
            } finally {
                spans.give(moments);
            }
        }
    }

    /** The moments of the rows of some images, tile by tile; there may be room for more tiles than there are. */
    private static void moments(int c, Span.F32 x, int from, int end, float[] moments, int mo) {
        int tile = VectorColumns.tileRows(c) * c;
        int size = VectorNorm.momentsSize(c);
        for (int at = from, to = mo; at < end; at += tile, to += size) {
            VectorNorm.tileMoments(x.array(), x.offset() + at, Math.min(tile, end - at) / c, c, moments, to);
        }
    }

    @Override
    public void normalise(ConvShape shape, Span input, Span filter, Span mean, Span variance, double epsilon, Span scale, Span shift,
            Span residual, boolean relu, Span y) {
        if (!isGrouped(shape, y)) {
            plain.normalise(shape, input, filter, mean, variance, epsilon, scale, shift, residual, relu, y);
            return;
        }
        ScalarConv.check(shape, input, filter, y);
        ScalarNorm.checkNormalise(PlainConvNorm.rows(shape), shape.k(), y, mean, variance, scale, shift, residual, y);
        Groups g = groups.of(shape);
        Span.F32 in = (Span.F32) input;
        Span.F32 out = (Span.F32) y;
        Span.F32 table = norm.table(shape.k(), mean, variance, epsilon, scale, shift);
        try (TransformedFilter u = new TransformedFilter(workers, spans, g.conv.filter, (Span.F32) filter)) {
            g.parts.run(workers, (from, end) -> {
                g.conv.images(spans, from, end, in.array(), in.offset(), u, out.array(), out.offset());
                VectorNorm.normalise(table, relu, shape.k(), out, (Span.F32) residual, out, from * g.outputs, end * g.outputs);
            });
        } finally {
            spans.give(table);
        }
    }

    @Override
    public void backward(ConvShape shape, Span input, Span filter, Span x, Span dy, Span mean, Span variance, double epsilon, Span scale,
            Span shift, boolean relu, Span dinput, Span dfilter, Span dscale, Span dshift) {
        if (!isGrouped(shape, x)) {
            plain.backward(shape, input, filter, x, dy, mean, variance, epsilon, scale, shift, relu, dinput, dfilter, dscale, dshift);
            return;
        }
        ScalarConv.check(shape, input, filter, x);
        ScalarConv.check(shape, dinput, dfilter, dy);
        ScalarNorm.checkBatchBackward(PlainConvNorm.rows(shape), shape.k(), x, dy, mean, variance, scale, shift, relu, dy, dscale, dshift);
        Groups g = groups.of(shape);
        Span.F32 out = (Span.F32) x;
        Span.F32 dout = (Span.F32) dy;
        Span.F32 table = norm.gradientTable(PlainConvNorm.rows(shape), shape.k(), out, dout, mean, variance, epsilon, scale, shift, relu,
                dscale, dshift);
        int size = g.convFilter.filter.size();
        Span.F32 du = (Span.F32) spans.take(DType.F32, ImageParts.PARTS * size);
        try (TransformedFilter u = new TransformedFilter(workers, spans, g.convInput.filter, (Span.F32) filter)) {
            workers.run(ImageParts.PARTS, part -> {
                int uo = du.offset() + part * size;
                Arrays.fill(du.array(), uo, uo + size, 0);
                Span.F32 dx = (Span.F32) spans.take(DType.F32, g.parts.most() * g.outputs);
                try {
                    int last = g.parts.begin(part + 1);
                    for (int from = g.parts.begin(part); from < last; from += g.parts.most()) {
                        int end = Math.min(from + g.parts.most(), last);
                        VectorNorm.gradient(table, relu, shape.k(), out, dout, from * g.outputs, end * g.outputs, dx.array(), dx.offset());
                        adjoints(g, from, end, (Span.F32) input, dx, u, (Span.F32) dinput, du.array(), uo);
                    }
                } finally {
                    spans.give(dx);
                }
            });
            g.convFilter.filter.adjoint(workers, spans, du, (Span.F32) dfilter);
        } finally {
            spans.give(du);
            spans.give(table);
        }
    }

    /** Both adjoints of the convolution of some images, whose output gradients are dx. */
    private void adjoints(Groups g, int from, int end, Span.F32 input, Span.F32 dx, TransformedFilter u, Span.F32 dinput, float[] du,
            int uo) {
        int dxo = dx.offset() - from * g.outputs;
        g.convFilter.addImages(spans, from, end, input.array(), input.offset(), dx.array(), dxo, du, uo);
        g.convInput.images(spans, from, end, dx.array(), dxo, u, dinput.array(), dinput.offset());
    }
}
