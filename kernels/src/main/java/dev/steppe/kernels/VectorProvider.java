package dev.steppe.kernels;

import jdk.incubator.vector.FloatVector;

/**
 * SIMD code for F32 by the Vector API; F64 and I32, and what gains nothing by SIMD, go to the scalar twin. This class and all that it makes are loaded by
 * name, after {@link Kernels} has found that the module {@code jdk.incubator.vector} is there: nothing else may refer to them.
 */
final class VectorProvider implements Provider {
    private static final int LANES = FloatVector.SPECIES_PREFERRED.length();

    private final Provider scalar;
    private final GemmKernel gemm;
    private final ConvKernel conv;

    VectorProvider(Workers workers, SpanPool spans, Kernels.Mode mode, Provider scalar) {
        this.scalar = scalar;
        this.gemm = new VectorGemm(workers, spans, scalar.gemm());
        this.conv = new VectorConv(workers, spans, scalar.conv());
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
        return scalar.pool();
    }

    @Override
    public NormKernel norm() {
        return scalar.norm();
    }

    @Override
    public SoftmaxKernel softmax() {
        return scalar.softmax();
    }

    @Override
    public ReduceKernel reduce() {
        return scalar.reduce();
    }

    @Override
    public ElementwiseKernel elementwise() {
        return scalar.elementwise();
    }

    @Override
    public MoveKernel move() {
        return scalar.move();
    }

    @Override
    public PointKernel points() {
        return scalar.points();
    }
}
