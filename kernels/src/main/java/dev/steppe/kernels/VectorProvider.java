package dev.steppe.kernels;

import jdk.incubator.vector.FloatVector;

/**
 * SIMD code for F32 by the Vector API; F64 and I32, and what gains nothing by SIMD, go to the scalar twin. This class and all that it makes are loaded by
 * name, after {@link Kernels} has found that the module {@code jdk.incubator.vector} is there: nothing else may refer to them.
 */
final class VectorProvider implements Provider {
    private static final int LANES = FloatVector.SPECIES_PREFERRED.length();

    private final GemmKernel gemm;
    private final ConvKernel conv;
    private final PoolKernel pool;
    private final VectorNorm norm;
    private final ConvNormKernel convNorm;
    private final SoftmaxKernel softmax;
    private final ReduceKernel reduce;
    private final ElementwiseKernel elementwise;
    private final MoveKernel move;
    private final PointKernel points;

    VectorProvider(Workers workers, SpanPool spans, Kernels.Mode mode, Provider scalar) {
        this.gemm = new VectorGemm(workers, spans, scalar.gemm());
        this.conv = new VectorConv(workers, spans, mode, gemm, scalar.conv());
        this.pool = new VectorPool(workers, scalar.pool());
        this.norm = new VectorNorm(workers, spans, scalar.norm());
        this.convNorm = new VectorConvNorm(workers, spans, mode, conv, norm);
        this.softmax = new VectorSoftmax(workers, spans, scalar.softmax());
        this.elementwise = new VectorElementwise(workers, spans, scalar.elementwise());
        this.move = new VectorMove(workers, scalar.move());
        this.points = new VectorPoints(workers, spans, scalar.points());
        this.reduce = new VectorReduce(workers, spans, points, scalar.reduce());
    }

    @Override
    public String name() {
        return "vector (F32: " + LANES + " lanes of " + LANES * Float.SIZE + " bits; F64: scalar)";
    }

    @Override
    public int lanes() {
        return LANES;
    }

    @Override
    public GemmKernel gemm() {
        return gemm;
    }

    @Override
    public ConvKernel conv() {
        return conv;
    }

    @Override
    public PoolKernel pool() {
        return pool;
    }

    @Override
    public NormKernel norm() {
        return norm;
    }

    @Override
    public ConvNormKernel convNorm() {
        return convNorm;
    }

    @Override
    public SoftmaxKernel softmax() {
        return softmax;
    }

    @Override
    public ReduceKernel reduce() {
        return reduce;
    }

    @Override
    public ElementwiseKernel elementwise() {
        return elementwise;
    }

    @Override
    public MoveKernel move() {
        return move;
    }

    @Override
    public PointKernel points() {
        return points;
    }

    @Override
    public PeakLoop peakLoop() {
        return new VectorPeak();
    }
}
