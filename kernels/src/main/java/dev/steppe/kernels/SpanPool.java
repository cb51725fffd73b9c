package dev.steppe.kernels;

import java.util.ArrayList;
import java.util.List;

/**
 * A thread-safe pool of arrays, so that a training step allocates nothing big: a fresh array of some MiB costs more than the kernel that fills it.
 *
 * <p>Arrays come in size classes, eight to an octave, so that a batch a little smaller than the last one reuses its arrays and no more than an eighth is
 * wasted. Data starts {@value #HEAD_BYTES} bytes after the first element: behind an array header of 16 bytes that is 64-byte aligned if the array is
 * ({@code -XX:ObjectAlignmentInBytes=64}).
 */
public final class SpanPool {
    private static final int HEAD_BYTES = 48;
    /** Arrays up to this many bytes are left to the garbage collector, which is good at small ones. */
    private static final int SMALL_BYTES = 4096;
    private static final int CLASSES_PER_OCTAVE_LOG2 = 3;
    private static final int MAX_ARRAY = Integer.MAX_VALUE - 8;

    /** Arrays not in use, by type and size class. */
    private final List<List<ArrayList<Object>>> free = new ArrayList<>();
    private long allocations;
    private long allocatedBytes;
    private long freeBytes;

    /** An empty pool. */
    public SpanPool() {
        for (int type = 0; type < DType.values().length; type++) {
            List<ArrayList<Object>> classes = new ArrayList<>();
            for (int i = 0; i < Integer.SIZE << CLASSES_PER_OCTAVE_LOG2; i++) {
                classes.add(new ArrayList<>());
            }
            free.add(classes);
        }
    }

    /**
     * A span of the pool's own until it is {@linkplain #give given back}. Its contents are undefined. A span that is never given back is simply garbage.
     *
     * @throws IllegalArgumentException if length is negative
     * @throws OutOfMemoryError if an array that long cannot exist
     */
    public Span take(DType dtype, int length) {
        if (length < 0) { throw new IllegalArgumentException("pool: length " + length + " is negative"); }
        int head = HEAD_BYTES / dtype.bytes();
        if (length > MAX_ARRAY - head) { throw new OutOfMemoryError("pool: an array cannot hold " + length + " numbers"); }
        int size = roundUp(head + length);
        return switch (dtype) {
            case F32 -> new Span.F32((float[]) array(dtype, size), head, length);
            case F64 -> new Span.F64((double[]) array(dtype, size), head, length);
            case I32 -> new Span.I32((int[]) array(dtype, size), head, length);
        };
    }

    /**
     * Gives a span back: its array is used for later spans, so nobody may touch it any more. Small spans are ignored.
     *
     * @throws IllegalArgumentException if the span is not one that a pool made
     * @throws IllegalStateException if the span was given back before and its array has not been taken since
     */
    public void give(Span span) {
        Object array = Rows.array(span);
        int size = lengthOf(span);
        DType dtype = span.dtype();
        if (!isPooled(dtype, size)) { return; }
        if (span.offset() != HEAD_BYTES / dtype.bytes() || size != roundUp(size)) {
            throw new IllegalArgumentException(
                    "pool: a span of " + span.length() + " " + dtype + " at offset " + span.offset() + " in an array of " + size
                            + " was not taken from a pool");
        }
        synchronized (free) {
            ArrayList<Object> stack = stack(dtype, size);
            for (int i = stack.size() - 1; i >= 0; i--) {
                if (stack.get(i) == array) {
                    throw new IllegalStateException("pool: a span of " + span.length() + " " + dtype + " was given back twice");
                }
            }
            stack.add(array);
            freeBytes += (long) size * dtype.bytes();
        }
    }

    /** How many pooled arrays were made so far. */
    public long allocations() {
        synchronized (free) {
            return allocations;
        }
    }

    /** How many bytes the pooled arrays had that were made so far. */
    public long allocatedBytes() {
        synchronized (free) {
            return allocatedBytes;
        }
    }

    /** How many bytes lie in the pool unused. */
    public long freeBytes() {
        synchronized (free) {
            return freeBytes;
        }
    }

    /** Leaves all unused arrays to the garbage collector. */
    public void trim() {
        synchronized (free) {
            free.forEach(classes -> classes.forEach(stack -> {
                stack.clear();
                stack.trimToSize();
            }));
            freeBytes = 0;
        }
    }

    private Object array(DType dtype, int size) {
        if (isPooled(dtype, size)) {
            long bytes = (long) size * dtype.bytes();
            synchronized (free) {
                ArrayList<Object> stack = stack(dtype, size);
                if (!stack.isEmpty()) {
                    freeBytes -= bytes;
                    return stack.removeLast();
                }
                allocations++;
                allocatedBytes += bytes;
            }
        }
        return switch (dtype) {
            case F32 -> new float[size];
            case F64 -> new double[size];
            case I32 -> new int[size];
        };
    }

    private static boolean isPooled(DType dtype, int size) {
        return (long) size * dtype.bytes() > SMALL_BYTES;
    }

    private ArrayList<Object> stack(DType dtype, int size) {
        int octave = octave(size);
        int step = octave - CLASSES_PER_OCTAVE_LOG2;
        return free.get(dtype.ordinal())
                .get((octave << CLASSES_PER_OCTAVE_LOG2) + ((size - 1 >> step) & (1 << CLASSES_PER_OCTAVE_LOG2) - 1));
    }

    /** The smallest array size of a class that holds {@code size}; sizes below 16 are classes of their own. */
    private static int roundUp(int size) {
        int step = 1 << Math.max(0, octave(size) - CLASSES_PER_OCTAVE_LOG2);
        return (int) Math.min(MAX_ARRAY, ((long) size + step - 1) / step * step);
    }

    /** The largest i with {@code 2^i < size}, at least 0: sizes {@code 2^i + 1 .. 2^(i+1)} share an octave. */
    private static int octave(int size) {
        return Math.max(0, Integer.SIZE - 1 - Integer.numberOfLeadingZeros(size - 1));
    }

    private static int lengthOf(Span span) {
        return switch (span) {
            case Span.F32 s -> s.array().length;
            case Span.F64 s -> s.array().length;
            case Span.I32 s -> s.array().length;
        };
    }
}
