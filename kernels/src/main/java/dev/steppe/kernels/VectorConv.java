package dev.steppe.kernels;

/** Convolution in SIMD: which algorithm a shape gets. F64 goes to the scalar twin. */
final class VectorConv implements ConvKernel {
    private final ConvKernel scalar;
    private final DirectConv direct;
    private final DirectConvFilter directFilter;
    private final DepthwiseConv depthwise;

    VectorConv(Workers workers, SpanPool spans, ConvKernel scalar) {
        this.scalar = scalar;
        this.direct = new DirectConv(workers, spans);
        this.directFilter = new DirectConvFilter(workers, spans);
        this.depthwise = new DepthwiseConv(workers, spans);
    }

    @Override
    public void forward(ConvShape shape, Span x, Span filter, Span y) {
        if (x.dtype() != DType.F32) {
            scalar.forward(shape, x, filter, y);
            return;
        }
        ScalarConv.check(shape, x, filter, y);
        gather(shape, ConvView.forward(shape), (Span.F32) x, (Span.F32) filter, (Span.F32) y);
    }

    @Override
    public void backwardInput(ConvShape shape, Span dy, Span filter, Span dx) {
        if (dy.dtype() != DType.F32) {
            scalar.backwardInput(shape, dy, filter, dx);
            return;
        }
        ScalarConv.check(shape, dx, filter, dy);
        gather(shape, ConvView.backwardInput(shape), (Span.F32) dy, (Span.F32) filter, (Span.F32) dx);
    }

    private void gather(ConvShape shape, ConvView view, Span.F32 x, Span.F32 filter, Span.F32 y) {
        if (isDepthwise(shape)) {
            depthwise.run(view, x, filter, y);
        } else {
            direct.run(view, shape.groups(), x, filter, y);
        }
    }

    private static boolean isDepthwise(ConvShape shape) {
        return shape.groups() > 1 && shape.groups() == shape.c() && shape.c() == shape.k();
    }

    @Override
    public void backwardFilter(ConvShape shape, Span x, Span dy, Span dfilter) {
        if (x.dtype() != DType.F32) {
            scalar.backwardFilter(shape, x, dy, dfilter);
            return;
        }
        ScalarConv.check(shape, x, dfilter, dy);
        if (isDepthwise(shape)) {
            depthwise.backwardFilter(ConvView.forward(shape), (Span.F32) x, (Span.F32) dy, (Span.F32) dfilter);
        } else {
            directFilter.run(shape, (Span.F32) x, (Span.F32) dy, (Span.F32) dfilter);
        }
    }
}
