package dev.steppe.kernels;

/** The type of one number: {@link #F32} and {@link #F64} are differentiable, {@link #I32} holds labels and indices. */
public enum DType {
    /** IEEE 754 binary32. */
    F32(4),
    /** IEEE 754 binary64. */
    F64(8),
    /** Two's complement 32-bit integer. */
    I32(4);

    private final int bytes;

    DType(int bytes) {
        this.bytes = bytes;
    }

    /** Size of one element in bytes. */
    public int bytes() {
        return bytes;
    }

    /** Whether gradients flow through numbers of this type. */
    public boolean isFloating() {
        return this != I32;
    }
}
