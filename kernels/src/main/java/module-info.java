/**
 * Arrays in, arrays out: matrix products, convolutions, reductions and element-wise maths, in scalar and in SIMD code.
 * Knows no tensor. The vector code needs {@code --add-modules jdk.incubator.vector}; without it the scalar code serves.
 */
module dev.steppe.kernels {
    requires static jdk.incubator.vector;

    exports dev.steppe.kernels;
}
