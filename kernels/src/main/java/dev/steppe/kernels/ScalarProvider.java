package dev.steppe.kernels;

/** The obvious loops: the oracle of all tests, the F64 side of the vector provider, and what runs without the vector module. */
record ScalarProvider(GemmKernel gemm, ConvKernel conv, PoolKernel pool, NormKernel norm, ConvNormKernel convNorm, SoftmaxKernel softmax,
        ReduceKernel reduce,
        ElementwiseKernel elementwise, MoveKernel move, PointKernel points) implements Provider {

    ScalarProvider(Workers workers, SpanPool spans) {
        this(workers, spans, new ScalarConv(workers, spans), new ScalarNorm(workers, spans));
    }

    private ScalarProvider(Workers workers, SpanPool spans, ConvKernel conv, NormKernel norm) {
        this(new ScalarGemm(workers, spans), conv, new ScalarPool(workers), norm, new PlainConvNorm(conv, norm, spans),
                new ScalarSoftmax(workers), new ScalarReduce(workers, spans), new ScalarElementwise(workers), new ScalarMove(workers),
                new ScalarPoints(workers, spans));
    }

    @Override
    public String name() {
        return "scalar";
    }

    @Override
    public int lanes() {
        return 1;
    }

    @Override
    public PeakLoop peakLoop() {
        return new ScalarPeak();
    }
}
