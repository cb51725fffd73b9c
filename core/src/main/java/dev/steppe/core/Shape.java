package dev.steppe.core;

import dev.steppe.kernels.ShapeException;
import java.util.Arrays;

/** The sizes of a tensor's axes, outermost first; the empty shape is a scalar. Immutable. */
public final class Shape {
    private static final Shape SCALAR = new Shape(new int[0]);

    private final int[] dims;

    private Shape(int[] dims) {
        this.dims = dims;
    }

    /**
     * A shape of the given sizes.
     *
     * @throws ShapeException if a size is negative, or the number of elements does not fit an {@code int}
     */
    public static Shape of(int... dims) {
        if (dims.length == 0) { return SCALAR; }
        long size = 1;
        for (int d : dims) {
            if (d < 0) { throw new ShapeException("shape: size " + d + " in " + Arrays.toString(dims) + " is negative"); }
            // no more than that, for a 0 may follow
            size = Math.min(size * d, Integer.MAX_VALUE);
        }
        if (size > Integer.MAX_VALUE - 64) {
            throw new ShapeException("shape: " + Arrays.toString(dims) + " has more than " + (Integer.MAX_VALUE - 64) + " elements");
        }
        return new Shape(dims.clone());
    }

    /** The shape without axes. */
    public static Shape scalar() {
        return SCALAR;
    }

    /** Number of axes. */
    public int rank() {
        return dims.length;
    }

    /** Number of elements, 1 for a scalar. */
    public int size() {
        int size = 1;
        for (int d : dims) {
            size *= d;
        }
        return size;
    }

    /**
     * Size of an axis; negative axes count from the end.
     *
     * @throws ShapeException if there is no such axis
     */
    public int dim(int axis) {
        return dims[axis(axis)];
    }

    /**
     * The axis as a number from 0.
     *
     * @throws ShapeException if there is no such axis
     */
    public int axis(int axis) {
        int a = axis < 0 ? axis + dims.length : axis;
        if (a < 0 || a >= dims.length) { throw new ShapeException("axis " + axis + " of a tensor of shape " + this); }
        return a;
    }

    /** A copy of the sizes. */
    public int[] dims() {
        return dims.clone();
    }

    /** This shape with axis {@code axis} of another size. */
    public Shape with(int axis, int size) {
        int[] d = dims.clone();
        d[axis(axis)] = size;
        return of(d);
    }

    /** Row-major strides, in elements. */
    public int[] strides() {
        int[] strides = new int[dims.length];
        int s = 1;
        for (int i = dims.length - 1; i >= 0; i--) {
            strides[i] = s;
            s *= dims[i];
        }
        return strides;
    }

    /**
     * The shape that both broadcast to: aligned at the last axis, sizes equal or 1 (NumPy's rule).
     *
     * @throws ShapeException naming {@code what} and both shapes
     */
    public static Shape broadcast(String what, Shape a, Shape b) {
        if (a.equals(b)) { return a; }
        int rank = Math.max(a.rank(), b.rank());
        int[] d = new int[rank];
        for (int i = 1; i <= rank; i++) {
            int x = i <= a.rank() ? a.dims[a.rank() - i] : 1;
            int y = i <= b.rank() ? b.dims[b.rank() - i] : 1;
            if (x != y && x != 1 && y != 1) {
                throw new ShapeException(
                        what + ": shapes " + a + " and " + b + " do not broadcast: " + x + " against " + y + " in axis " + (rank - i));
            }
            d[rank - i] = x == 1 ? y : x;
        }
        return of(d);
    }

    /** Strides that read a tensor of this shape as one of shape {@code wide}: 0 along axes that are repeated. */
    public int[] stridesWithin(Shape wide) {
        int[] own = strides();
        int[] strides = new int[wide.rank()];
        for (int i = 1; i <= rank(); i++) {
            int d = dims[rank() - i];
            strides[wide.rank() - i] = d == 1 ? 0 : own[rank() - i];
        }
        return strides;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Shape s && Arrays.equals(dims, s.dims);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(dims);
    }

    /** For example {@code [8,32,32,16]}. */
    @Override
    public String toString() {
        return Arrays.toString(dims).replace(" ", "");
    }
}
