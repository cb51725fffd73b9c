package dev.steppe.core;

import dev.steppe.kernels.DType;
import dev.steppe.kernels.ShapeException;
import dev.steppe.kernels.Span;
import java.util.Objects;

/**
 * A shape, a type and a run of numbers, contiguous and row-major. Images are NHWC, filters HWIO, weights of linear layers [in, out].
 *
 * <p>A tensor is a value: nothing that is written here changes one, except points, which optimizers update through {@link Points}. A tensor that came out
 * of a {@link Tape} belongs to it and can be read until the tape closes; {@link #keep} copies it out.
 */
public final class Tensor extends TensorOps {
    private final TensorType type;
    private final Storage storage;
    private final Span span;
    private final Tape tape;
    private final Node node;
    private final int output;

    /** @param node the application whose output this is, or null if no gradient flows through it */
    Tensor(TensorType type, Storage storage, Span span, Tape tape, Node node, int output) {
        this.type = type;
        this.storage = storage;
        this.span = span;
        this.tape = tape;
        this.node = node;
        this.output = output;
    }

    /**
     * A tensor over the given numbers, which are not copied.
     *
     * @throws ShapeException if the shape does not have as many elements
     */
    public static Tensor of(Shape shape, Span numbers) {
        if (shape.size() != numbers.length()) {
            throw new ShapeException(
                    "tensor: shape " + shape + " has " + shape.size() + " elements, " + numbers.length() + " numbers given");
        }
        return new Tensor(new TensorType(numbers.dtype(), shape), new Storage(null, numbers, 0), numbers, null, null, 0);
    }

    /** An F32 tensor over {@code numbers}, which are not copied. */
    public static Tensor of(Shape shape, float... numbers) {
        return of(shape, Span.of(numbers));
    }

    /** An F64 tensor over {@code numbers}, which are not copied. */
    public static Tensor of(Shape shape, double... numbers) {
        return of(shape, Span.of(numbers));
    }

    /** An I32 tensor over {@code numbers}, which are not copied. */
    public static Tensor of(Shape shape, int... numbers) {
        return of(shape, Span.of(numbers));
    }

    /** A tensor of zeros, of its own memory. */
    public static Tensor zeros(DType dtype, Shape shape) {
        return of(shape, Span.allocate(dtype, shape.size()));
    }

    /** A tensor of equal numbers, of its own memory. */
    public static Tensor full(DType dtype, Shape shape, double value) {
        Tensor t = zeros(dtype, shape);
        for (int i = 0; i < t.size(); i++) {
            t.span.set(i, value);
        }
        return t;
    }

    /** A scalar. */
    public static Tensor scalar(DType dtype, double value) {
        return full(dtype, Shape.scalar(), value);
    }

    /** Sizes of the axes. */
    public Shape shape() {
        return type.shape();
    }

    /** Type of the numbers. */
    public DType dtype() {
        return type.dtype();
    }

    /** Type and shape. */
    public TensorType type() {
        return type;
    }

    /** Number of elements. */
    public int size() {
        return span.length();
    }

    /**
     * The numbers themselves, not a copy: for kernels and readers. Whoever is not the owner of a point must not write to them.
     *
     * @throws TapeException if the tape of this tensor has released them
     */
    public Span span() {
        if (isReleased()) {
            throw new TapeException(type() + " belongs to a tape that has " + (tape.isClosed() ? "been closed" : "released it")
                    + "; use keep() before that");
        }
        return span;
    }

    /** Element {@code i} in row-major order, widened to double. */
    public double get(int i) {
        Objects.checkIndex(i, size());
        return span().get(i);
    }

    /**
     * The only number of a tensor of one element.
     *
     * @throws ShapeException if there are more or none
     */
    public double item() {
        if (size() != 1) { throw new ShapeException("item: a tensor of shape " + shape() + " has " + size() + " elements"); }
        return span().get(0);
    }

    /** A copy of the numbers, rounded to float. */
    public float[] toFloats() {
        Span s = span();
        float[] out = new float[s.length()];
        for (int i = 0; i < out.length; i++) {
            out[i] = (float) s.get(i);
        }
        return out;
    }

    /** A copy of the numbers, widened to double. */
    public double[] toDoubles() {
        Span s = span();
        double[] out = new double[s.length()];
        for (int i = 0; i < out.length; i++) {
            out[i] = s.get(i);
        }
        return out;
    }

    /** A copy in memory of its own, free of any tape. */
    public Tensor keep() {
        Tensor copy = zeros(dtype(), shape());
        Spans.copy(span(), copy.span);
        return copy;
    }

    /**
     * A copy with every number converted to another type, free of any tape: to F32 rounded to the nearest, to I32 cut off towards 0 as a cast in Java does (NaN
     * becomes 0, what is too large the nearest int).
     */
    public Tensor to(DType dtype) {
        Span from = span();
        Tensor copy = zeros(dtype, shape());
        for (int i = 0; i < size(); i++) {
            copy.span.set(i, from.get(i));
        }
        return copy;
    }

    /** The same numbers as seen by no tape: gradients do not flow through the result. */
    public Tensor detach() {
        return new Tensor(type, storage, span, tape, null, 0);
    }

    /** A view of {@code shape.size()} numbers of this tensor from element {@code from} on, not recorded. */
    public Tensor view(int from, Shape shape) {
        return new Tensor(new TensorType(dtype(), shape), storage, span.slice(from, shape.size()), tape, null, 0);
    }

    /** How often the memory of this tensor was written through {@link Points}: the key of whatever is derived from a point. */
    public long version() {
        return storage.version();
    }

    /** Whether gradients flow through this tensor to something that its tape watches. */
    public boolean isRecorded() {
        return node != null;
    }

    /** The tape this tensor belongs to, or null. */
    public Tape tape() {
        return tape;
    }

    private boolean isReleased() {
        return tape != null && (tape.isClosed() || storage.isReleased());
    }

    Storage storage() {
        return storage;
    }

    Node node() {
        return node;
    }

    int output() {
        return output;
    }

    @Override
    Tensor self() {
        return this;
    }

    /** Type, shape and the first few numbers. */
    @Override
    public String toString() {
        if (isReleased()) { return type() + " (released)"; }
        StringBuilder s = new StringBuilder(type().toString()).append(" {");
        for (int i = 0; i < Math.min(8, size()); i++) {
            s.append(i == 0 ? "" : ", ").append(span.get(i));
        }
        return s.append(size() > 8 ? ", …}" : "}").toString();
    }
}
