package dev.steppe.kernels;

import java.util.Locale;

/** Convolution in SIMD: which algorithm a shape gets. F64 goes to the scalar twin. */
final class VectorConv implements ConvKernel {
    private final ConvKernel scalar;
    private final DirectConv direct;
    private final DirectConv directInput;
    private final DirectConvFilter directFilter;
    private final Col2Im col2Im;
    private final DepthwiseConv depthwise;
    private final WinogradConv winograd;
    private final WinogradConv winogradInput;
    private final WinogradConvFilter winogradFilter;
    private final Kernels.Mode mode;

    VectorConv(Workers workers, SpanPool spans, Kernels.Mode mode, GemmKernel gemm, ConvKernel scalar) {
        this.scalar = scalar;
        this.direct = new DirectConv(workers, spans, ConvView::forward);
        this.directInput = new DirectConv(workers, spans, ConvView::backwardInput);
        this.directFilter = new DirectConvFilter(workers, spans);
        this.col2Im = new Col2Im(workers, spans, gemm);
        this.depthwise = new DepthwiseConv(workers, spans);
        this.winograd = new WinogradConv(workers, spans, ConvView::forward);
        this.winogradInput = new WinogradConv(workers, spans, ConvView::backwardInput);
        this.winogradFilter = new WinogradConvFilter(workers, spans);
        this.mode = mode;
    }

    @Override
    public void forward(ConvShape shape, Span x, Span filter, Span y) {
        if (x.dtype() != DType.F32) {
            scalar.forward(shape, x, filter, y);
            return;
        }
        ScalarConv.check(shape, x, filter, y);
        if (y.length() == 0) { return; }
        switch (ConvPlan.of(shape, mode)) {
            case DIRECT -> direct.run(shape, (Span.F32) x, (Span.F32) filter, (Span.F32) y);
            case DEPTHWISE -> depthwise.forward(shape, (Span.F32) x, (Span.F32) filter, (Span.F32) y);
            case WINOGRAD -> winograd.run(shape, (Span.F32) x, (Span.F32) filter, (Span.F32) y);
        }
    }

    @Override
    public void backwardInput(ConvShape shape, Span dy, Span filter, Span dx) {
        if (dy.dtype() != DType.F32) {
            scalar.backwardInput(shape, dy, filter, dx);
            return;
        }
        ScalarConv.check(shape, dx, filter, dy);
        if (dx.length() == 0) { return; }
        switch (ConvPlan.of(shape, mode)) {
            case DIRECT -> {
                if (Col2Im.pays(shape)) {
                    col2Im.backwardInput(shape, (Span.F32) dy, (Span.F32) filter, (Span.F32) dx);
                } else {
                    directInput.run(shape, (Span.F32) dy, (Span.F32) filter, (Span.F32) dx);
                }
            }
            case DEPTHWISE -> depthwise.backwardInput(shape, (Span.F32) dy, (Span.F32) filter, (Span.F32) dx);
            case WINOGRAD -> winogradInput.run(shape, (Span.F32) dy, (Span.F32) filter, (Span.F32) dx);
        }
    }

    @Override
    public void backwardFilter(ConvShape shape, Span x, Span dy, Span dfilter) {
        if (x.dtype() != DType.F32) {
            scalar.backwardFilter(shape, x, dy, dfilter);
            return;
        }
        ScalarConv.check(shape, x, dfilter, dy);
        switch (ConvPlan.of(shape, mode)) {
            case DIRECT -> directFilter.run(shape, (Span.F32) x, (Span.F32) dy, (Span.F32) dfilter);
            case DEPTHWISE -> depthwise.backwardFilter(shape, (Span.F32) x, (Span.F32) dy, (Span.F32) dfilter);
            case WINOGRAD -> winogradFilter.run(shape, (Span.F32) x, (Span.F32) dy, (Span.F32) dfilter);
        }
    }

    @Override
    public String plan(ConvShape shape) {
        return ConvPlan.of(shape, mode).name().toLowerCase(Locale.ROOT);
    }
}
