package dev.steppe.kernels;

/** One implementation of every kernel. Providers are chosen by {@link Kernels} and keep no state of their own beyond what they were built on. */
interface Provider {
    /** {@code scalar}, or {@code vector} with what it runs on, for {@link Kernels#describe}. */
    String name();

    /** How many F32 numbers one instruction works on; 1 for the scalar provider. */
    int lanes();

    GemmKernel gemm();

    ConvKernel conv();

    PoolKernel pool();

    NormKernel norm();

    ConvNormKernel convNorm();

    SoftmaxKernel softmax();

    ReduceKernel reduce();

    ElementwiseKernel elementwise();

    MoveKernel move();

    PointKernel points();

    PeakLoop peakLoop();
}
