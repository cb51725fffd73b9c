package dev.steppe.kernels;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;

/**
 * A thread-safe pool of arrays, so that a training step allocates nothing big: a fresh array of some MiB costs more than the kernel that fills it.
 *
 * <p>Arrays come in size classes, eight to an octave, powers of two among them: a batch a little smaller than the last one reuses its arrays, and an eighth
 * is wasted at most. Data starts {@value #HEAD_BYTES} bytes after the first element: behind an array header of 16 bytes that is 64-byte aligned if the array
 * is ({@code -XX:ObjectAlignmentInBytes=64}).
 */
public final class SpanPool {
    private static final int HEAD_BYTES = 48;
    /** Arrays up to this many bytes are left to the garbage collector, which is good at small ones. */
    private static final int SMALL_BYTES = 4096;
    private static final int CLASSES_PER_OCTAVE = 8;
    private static final int MAX_ARRAY = Integer.MAX_VALUE - 8;

    /** Arrays not in use, by type and length. */
    private final Map<DType, Map<Integer, ArrayList<Object>>> free = new EnumMap<>(DType.class);
    private long allocations;
    private long allocatedBytes;
    private long freeBytes;

    /** An empty pool. */
    public SpanPool() {
        for (DType dtype : DType.values()) {
            free.put(dtype, new HashMap<>());
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
        int size = arraySize(dtype, length);
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
        int head = HEAD_BYTES / dtype.bytes();
        if (span.offset() != head || size != arraySize(dtype, size - head)) {
            throw new IllegalArgumentException(
                    "pool: a span of " + span.length() + " " + dtype + " at offset " + span.offset() + " in an array of " + size
                            + " was not taken from a pool");
        }
        synchronized (free) {
            ArrayList<Object> arrays = unused(dtype, size);
            for (int i = arrays.size() - 1; i >= 0; i--) {
                if (arrays.get(i) == array) {
                    throw new IllegalStateException("pool: a span of " + span.length() + " " + dtype + " was given back twice");
                }
            }
            arrays.add(array);
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
            free.values().forEach(Map::clear);
            freeBytes = 0;
        }
    }

    private Object array(DType dtype, int size) {
        if (isPooled(dtype, size)) {
            long bytes = (long) size * dtype.bytes();
            synchronized (free) {
                ArrayList<Object> arrays = unused(dtype, size);
                if (!arrays.isEmpty()) {
                    freeBytes -= bytes;
                    return arrays.removeLast();
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

    private ArrayList<Object> unused(DType dtype, int size) {
        return free.get(dtype).computeIfAbsent(size, s -> new ArrayList<>());
    }

    /** The head, and the length rounded up to the next of its octave's classes. */
    private static int arraySize(DType dtype, int length) {
        int step = Math.max(1, Integer.highestOneBit(length - 1) / CLASSES_PER_OCTAVE);
        long size = HEAD_BYTES / dtype.bytes() + Math.ceilDiv(length, step) * (long) step;
        return (int) Math.min(MAX_ARRAY, size);
    }

    private static int lengthOf(Span span) {
        return switch (span) {
            case Span.F32 s -> s.array().length;
            case Span.F64 s -> s.array().length;
            case Span.I32 s -> s.array().length;
        };
    }
}
