package dev.steppe.kernels;

/** One kernel after the other. */
record PlainConvNorm(ConvKernel conv, NormKernel norm, SpanPool spans) implements ConvNormKernel {
    @Override
    public void forward(ConvShape shape, Span input, Span filter, Span x, Span mean, Span variance) {
        ScalarNorm.checkStatistics(rows(shape), shape.k(), x, mean, variance);
        conv.forward(shape, input, filter, x);
        norm.batchStatistics(rows(shape), shape.k(), x, mean, variance);
    }

    @Override
    public void normalise(ConvShape shape, Span input, Span filter, Span mean, Span variance, double epsilon, Span scale, Span shift,
            Span residual, boolean relu, Span y) {
        ScalarNorm.checkNormalise(rows(shape), shape.k(), y, mean, variance, scale, shift, residual, y);
        conv.forward(shape, input, filter, y);
        norm.batchNormalise(rows(shape), shape.k(), y, mean, variance, epsilon, scale, shift, residual, relu, y);
    }

    @Override
    public void backward(ConvShape shape, Span input, Span filter, Span x, Span dy, Span mean, Span variance, double epsilon, Span scale,
            Span shift, boolean relu, Span dinput, Span dfilter, Span dscale, Span dshift) {
        ScalarConv.check(shape, input, filter, x);
        ScalarConv.check(shape, dinput, dfilter, dy);
        Span dx = spans.take(x.dtype(), x.length());
        try {
            norm.batchNormBackward(rows(shape), shape.k(), x, dy, mean, variance, epsilon, scale, shift, relu, false, dx, dscale, dshift);
            conv.backwardFilter(shape, input, dx, dfilter);
            conv.backwardInput(shape, dx, filter, dinput);
        } finally {
            spans.give(dx);
        }
    }

    /** Pixels of all outputs. */
    static int rows(ConvShape shape) {
        return shape.n() * shape.oh() * shape.ow();
    }
}
