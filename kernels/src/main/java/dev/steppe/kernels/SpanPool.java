package dev.steppe.kernels;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A thread-safe pool of arrays, so that a training step makes no new ones: a fresh array of some MiB costs more than the kernel that fills it.
 *
 * <p>Arrays come in size classes, eight to an octave, powers of two among them: a batch a little smaller than the last one reuses its arrays, and an eighth
 * is wasted at most. Data starts {@value #HEAD_BYTES} bytes after the first element: behind an array header of 16 bytes that is 64-byte aligned if the array
 * is ({@code -XX:ObjectAlignmentInBytes=64}).
 */
public final class SpanPool {
    private static final int HEAD_BYTES = 48;
    /** Of arrays up to this many bytes only {@value #MOST_SMALL} of a class are kept: a program may hold any number of tensors of a few numbers. */
    private static final int SMALL_BYTES = 4096;
    private static final int MOST_SMALL = 256;
    private static final int CLASSES_PER_OCTAVE = 8;
    private static final int MAX_ARRAY = Integer.MAX_VALUE - 8;

    private final Shelf[] shelves = new Shelf[DType.values().length * Integer.SIZE * CLASSES_PER_OCTAVE];
    private final AtomicLong allocations = new AtomicLong();
    private final AtomicLong allocatedBytes = new AtomicLong();

    /** An empty pool. */
    public SpanPool() {
        Arrays.setAll(shelves, i -> new Shelf());
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
        Span unused = length > 0 ? shelf(dtype, size).take() : null;
        if (unused != null && unused.length() == length) { return unused; }
        Object array = unused == null ? null : Rows.array(unused);
        Span span = switch (dtype) {
            case F32 -> new Span.F32(array == null ? new float[size] : (float[]) array, head, length);
            case F64 -> new Span.F64(array == null ? new double[size] : (double[]) array, head, length);
            case I32 -> new Span.I32(array == null ? new int[size] : (int[]) array, head, length);
        };
        if (array == null && length > 0) {
            allocations.incrementAndGet();
            allocatedBytes.addAndGet((long) size * dtype.bytes());
        }
        return span;
    }

    /**
     * Gives a span back: its array is used for later spans, so nobody may touch it any more.
     *
     * @throws IllegalArgumentException if the span is not one that a pool made
     * @throws IllegalStateException if the span was given back before and its array has not been taken since
     */
    public void give(Span span) {
        Object array = Rows.array(span);
        int size = lengthOf(span);
        DType dtype = span.dtype();
        int head = HEAD_BYTES / dtype.bytes();
        if (span.offset() != head || size != arraySize(dtype, size - head)) {
            throw new IllegalArgumentException(
                    "pool: a span of " + span.length() + " " + dtype + " at offset " + span.offset() + " in an array of " + size
                            + " was not taken from a pool");
        }
        if (size == head) { return; }
        int most = (long) size * dtype.bytes() <= SMALL_BYTES ? MOST_SMALL : Integer.MAX_VALUE;
        if (!shelf(dtype, size).put(span, array, most)) {
            throw new IllegalStateException("pool: a span of " + span.length() + " " + dtype + " was given back twice");
        }
    }

    /** How many arrays were made so far. */
    public long allocations() {
        return allocations.get();
    }

    /** How many bytes the arrays had that were made so far. */
    public long allocatedBytes() {
        return allocatedBytes.get();
    }

    /** How many bytes lie in the pool unused. */
    public long freeBytes() {
        long bytes = 0;
        for (Shelf shelf : shelves) {
            bytes += shelf.bytes();
        }
        return bytes;
    }

    /** Leaves all unused arrays to the garbage collector. */
    public void trim() {
        for (Shelf shelf : shelves) {
            shelf.clear();
        }
    }

    /** The shelf of arrays of this size: octave and eighth of the length behind the head. */
    private Shelf shelf(DType dtype, int size) {
        int last = size - HEAD_BYTES / dtype.bytes() - 1;
        int octave = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(last | 1);
        int eighth = last / Math.max(1, (1 << octave) / CLASSES_PER_OCTAVE) % CLASSES_PER_OCTAVE;
        return shelves[(dtype.ordinal() * Integer.SIZE + octave) * CLASSES_PER_OCTAVE + eighth];
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

    /** Spans of one type and array size that nobody uses. A lock of its own: worker threads take scratch for each tile. */
    private static final class Shelf {
        private static final Span[] EMPTY = {};

        private Span[] spans = EMPTY;
        private int count;

        synchronized Span take() {
            if (count == 0) { return null; }
            Span last = spans[--count];
            spans[count] = null;
            return last;
        }

        /**
         * Keeps a span, unless there are enough.
         *
         * @return false if the array is here already
         */
        synchronized boolean put(Span span, Object array, int most) {
            for (int i = 0; i < count; i++) {
                if (Rows.array(spans[i]) == array) { return false; }
            }
            if (count == most) { return true; }
            if (count == spans.length) {
                spans = Arrays.copyOf(spans, Math.max(CLASSES_PER_OCTAVE, 2 * count));
            }
            spans[count++] = span;
            return true;
        }

        synchronized long bytes() {
            return count == 0 ? 0 : (long) count * lengthOf(spans[0]) * spans[0].dtype().bytes();
        }

        synchronized void clear() {
            spans = EMPTY;
            count = 0;
        }
    }
}
