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
    private final WinogradConv winograd;
    private final WinogradConvFilter winogradFilter;
    private final Workers workers;
    private final SpanPool spans;
    private final Kernels.Mode mode;

    VectorConvNorm(Workers workers, SpanPool spans, Kernels.Mode mode, ConvKernel conv, VectorNorm norm) {
        this.norm = norm;
        this.plain = new PlainConvNorm(conv, norm, spans);
        this.winograd = new WinogradConv(workers, spans);
        this.winogradFilter = new WinogradConvFilter(workers, spans);
        this.workers = workers;
        this.spans = spans;
        this.mode = mode;
    }

    private boolean isGrouped(ConvShape shape, Span x) {
        return x.dtype() == DType.F32 && shape.n() >= ImageParts.PARTS && ConvPlan.of(shape, mode) == ConvPlan.WINOGRAD
                && WinogradConvFilter.isSmall(new WinogradFilter(ConvView.forward(shape)));
    }

    @Override
    public void forward(ConvShape shape, Span input, Span filter, Span x, Span mean, Span variance) {
        if (!isGrouped(shape, x)) {
            plain.forward(shape, input, filter, x, mean, variance);
            return;
        }
        ScalarConv.check(shape, input, filter, x);
        ScalarNorm.checkStatistics(PlainConvNorm.rows(shape), shape.k(), x, mean, variance);
        int tiles = Math.ceilDiv(shape.oh() * shape.ow(), VectorColumns.tileRows(shape.k()));
        int size = VectorNorm.momentsSize(shape.k());
        ImageParts parts = ImageParts.of(shape.n(), outputSize(shape));
        ConvView view = ConvView.forward(shape);
        try (TransformedFilter u = new TransformedFilter(workers, spans, view, (Span.F32) filter)) {
            Span.F32 moments = (Span.F32) spans.take(DType.F32, Math.multiplyExact(shape.n() * tiles, size));
            try {
                workers.run(ImageParts.PARTS, part -> parts.forEach(part, (from, end) -> {
                    Span.F32 group = outputs(shape, x, from, end);
                    winograd.runHere(view.images(end - from), inputs(shape, input, from, end), u, group);
                    moments(shape.k(), group, moments.slice(from * tiles * size, (end - from) * tiles * size));
                }));
                norm.mergeMoments(PlainConvNorm.rows(shape), shape.k(), moments, mean, variance);
            } finally {
                spans.give(moments);
            }
        }
    }

    /** The moments of a group's rows, tile by tile; there may be room for more tiles than there are. */
    private static void moments(int c, Span.F32 x, Span.F32 moments) {
        int tile = VectorColumns.tileRows(c) * c;
        int size = VectorNorm.momentsSize(c);
        Arrays.fill(moments.array(), moments.offset(), moments.offset() + moments.length(), 0);
        for (int from = 0, at = moments.offset(); from < x.length(); from += tile, at += size) {
            VectorNorm.tileMoments(x.array(), x.offset() + from, Math.min(tile, x.length() - from) / c, c, moments.array(), at);
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
        Span.F32 table = norm.table(shape.k(), mean, variance, epsilon, scale, shift);
        ImageParts parts = ImageParts.of(shape.n(), outputSize(shape));
        ConvView view = ConvView.forward(shape);
        try (TransformedFilter u = new TransformedFilter(workers, spans, view, (Span.F32) filter)) {
            workers.run(ImageParts.PARTS, part -> parts.forEach(part, (from, end) -> {
                Span.F32 group = outputs(shape, y, from, end);
                winograd.runHere(view.images(end - from), inputs(shape, input, from, end), u, group);
                VectorNorm.normalise(table, relu, shape.k(), group, residual == null ? null : outputs(shape, residual, from, end), group);
            }));
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
        Span.F32 table = norm.gradientTable(PlainConvNorm.rows(shape), shape.k(), (Span.F32) x, (Span.F32) dy, mean, variance, epsilon,
                scale, shift, relu, dscale, dshift);
        ConvView forward = ConvView.forward(shape);
        ConvView back = ConvView.backwardInput(shape);
        WinogradFilter transform = new WinogradFilter(forward);
        Span.F32 du = (Span.F32) spans.take(DType.F32, ImageParts.PARTS * transform.size());
        ImageParts parts = ImageParts.of(shape.n(), outputSize(shape));
        try (TransformedFilter u = new TransformedFilter(workers, spans, back, (Span.F32) filter)) {
            workers.run(ImageParts.PARTS, part -> {
                int uo = du.offset() + part * transform.size();
                Arrays.fill(du.array(), uo, uo + transform.size(), 0);
                parts.forEach(part, (from, end) -> {
                    Span.F32 dx = (Span.F32) spans.take(DType.F32, (end - from) * outputSize(shape));
                    try {
                        VectorNorm.gradient(table, relu, shape.k(), outputs(shape, x, from, end),
                                outputs(shape, dy, from, end), dx);
                        winogradFilter.addHere(forward.images(end - from), transform, inputs(shape, input, from, end), dx, du.array(), uo);
                        winograd.runHere(back.images(end - from), dx, u, inputs(shape, dinput, from, end));
                    } finally {
                        spans.give(dx);
                    }
                });
            });
            transform.adjoint(workers, spans, du, (Span.F32) dfilter);
        } finally {
            spans.give(du);
            spans.give(table);
        }
    }

    private static int outputSize(ConvShape shape) {
        return shape.oh() * shape.ow() * shape.k();
    }

    private static Span.F32 outputs(ConvShape shape, Span y, int from, int end) {
        return (Span.F32) y.slice(from * outputSize(shape), (end - from) * outputSize(shape));
    }

    private static Span.F32 inputs(ConvShape shape, Span x, int from, int end) {
        int size = shape.h() * shape.w() * shape.c();
        return (Span.F32) x.slice(from * size, (end - from) * size);
    }
}
