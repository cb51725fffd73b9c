package dev.steppe.benchmarks;

import dev.steppe.kernels.ConvShape;

/** Whoever multiplies matrices and convolves images. Peers are found by {@link java.util.ServiceLoader}. */
public interface Contender extends AutoCloseable {
    /** One thing to time: everything that a caller would keep between calls is prepared. */
    interface Task {
        /** Computes. */
        void run();

        /** What the last run computed, in the layout of the inputs; not timed. */
        float[] result();
    }

    /** A pass of a convolution. */
    enum Pass {
        /** From x and the filter to y. */
        FORWARD,
        /** From dy and the filter to dx. */
        BACKWARD_INPUT,
        /** From x and dy to the gradient of the filter. */
        BACKWARD_FILTER
    }

    /** What the parameter {@code kernels} calls it. */
    String name();

    /** Computes with so many threads from now on. */
    void threads(int threads);

    /**
     * The product of two square matrices.
     *
     * @param a {@code [n, n]}
     * @param b {@code [n, n]}
     */
    Task gemm(int n, float[] a, float[] b);

    /**
     * A pass of a convolution.
     *
     * @param first x, NHWC, or of {@link Pass#BACKWARD_INPUT} dy
     * @param second the filter, HWIO, or of {@link Pass#BACKWARD_FILTER} dy
     */
    Task conv(Pass pass, ConvShape shape, float[] first, float[] second);

    @Override
    void close();
}
