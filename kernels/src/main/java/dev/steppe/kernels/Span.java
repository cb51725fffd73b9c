package dev.steppe.kernels;

import java.util.Objects;

/**
 * A run of numbers in a heap array: what kernels read and write. A span does not own its array; spans may overlap, and each kernel says which of
 * its arguments may alias.
 *
 * <p>{@link #get} and {@link #set} go through {@code double} and serve the obvious loops of the scalar kernels; fast kernels unwrap the array.
 */
public sealed interface Span {
    /** Type of the numbers. */
    DType dtype();

    /** Index of the first number in the array. */
    int offset();

    /** How many numbers there are. */
    int length();

    /** Number {@code i} (0-based within the span), widened to double; exact for all three types. */
    double get(int i);

    /** Stores {@code value} as number {@code i}, rounded to the type of the span. */
    void set(int i, double value);

    /**
     * The numbers {@code from .. from + length - 1} of this span, sharing the array.
     *
     * @throws IndexOutOfBoundsException if they do not lie in the span
     */
    Span slice(int from, int length);

    /** A new zeroed array of its own. */
    static Span allocate(DType dtype, int length) {
        return switch (dtype) {
            case F32 -> new F32(new float[length], 0, length);
            case F64 -> new F64(new double[length], 0, length);
            case I32 -> new I32(new int[length], 0, length);
        };
    }

    /** All of an array. */
    static F32 of(float... array) {
        return new F32(array, 0, array.length);
    }

    /** All of an array. */
    static F64 of(double... array) {
        return new F64(array, 0, array.length);
    }

    /** All of an array. */
    static I32 of(int... array) {
        return new I32(array, 0, array.length);
    }

    /** A run of floats. */
    record F32(float[] array, int offset, int length) implements Span {
        /** @throws IndexOutOfBoundsException if the run does not lie in the array */
        public F32 {
            Objects.checkFromIndexSize(offset, length, array.length);
        }

        @Override
        public DType dtype() {
            return DType.F32;
        }

        @Override
        public double get(int i) {
            return array[offset + i];
        }

        @Override
        public void set(int i, double value) {
            array[offset + i] = (float) value;
        }

        @Override
        public F32 slice(int from, int length) {
            Objects.checkFromIndexSize(from, length, this.length);
            return new F32(array, offset + from, length);
        }
    }

    /** A run of doubles. */
    record F64(double[] array, int offset, int length) implements Span {
        /** @throws IndexOutOfBoundsException if the run does not lie in the array */
        public F64 {
            Objects.checkFromIndexSize(offset, length, array.length);
        }

        @Override
        public DType dtype() {
            return DType.F64;
        }

        @Override
        public double get(int i) {
            return array[offset + i];
        }

        @Override
        public void set(int i, double value) {
            array[offset + i] = value;
        }

        @Override
        public F64 slice(int from, int length) {
            Objects.checkFromIndexSize(from, length, this.length);
            return new F64(array, offset + from, length);
        }
    }

    /** A run of ints. */
    record I32(int[] array, int offset, int length) implements Span {
        /** @throws IndexOutOfBoundsException if the run does not lie in the array */
        public I32 {
            Objects.checkFromIndexSize(offset, length, array.length);
        }

        @Override
        public DType dtype() {
            return DType.I32;
        }

        @Override
        public double get(int i) {
            return array[offset + i];
        }

        @Override
        public void set(int i, double value) {
            array[offset + i] = (int) value;
        }

        @Override
        public I32 slice(int from, int length) {
            Objects.checkFromIndexSize(from, length, this.length);
            return new I32(array, offset + from, length);
        }
    }
}
