package dev.steppe.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class SpanPoolTest {
    @Property
    void lengthIsExactAndAnEighthIsWastedAtMost(@ForAll DType dtype, @ForAll @IntRange(min = 0, max = 300_000) int length) {
        Span span = new SpanPool().take(dtype, length);
        assertEquals(dtype, span.dtype());
        assertEquals(length, span.length());
        assertEquals(48, span.offset() * dtype.bytes());
        int size = java.lang.reflect.Array.getLength(Rows.array(span));
        assertTrue(size >= span.offset() + length && size <= 1.125 * (span.offset() + length) + 8, "array of " + size);
    }

    @Test
    void anArrayIsReusedForALittleSmallerSpan() {
        SpanPool pool = new SpanPool();
        Span first = pool.take(DType.F32, 128 * 64 * 16);
        pool.give(first);
        assertEquals(1, pool.allocations());
        assertTrue(pool.freeBytes() >= 4 * first.length());
        Span second = pool.take(DType.F32, 127 * 64 * 16);
        assertSame(Rows.array(first), Rows.array(second));
        assertEquals(1, pool.allocations());
        assertEquals(0, pool.freeBytes());
        assertNotSame(Rows.array(second), Rows.array(pool.take(DType.F32, 128 * 64 * 16)));
        assertEquals(2, pool.allocations());
        assertEquals(pool.allocatedBytes(), 4L * (java.lang.reflect.Array.getLength(Rows.array(first))) * 2);
    }

    @Test
    void typesDoNotMix() {
        SpanPool pool = new SpanPool();
        pool.give(pool.take(DType.F32, 10_000));
        pool.take(DType.I32, 10_000);
        pool.take(DType.F64, 10_000);
        assertEquals(3, pool.allocations());
    }

    /** So many that looking for one among them takes no time to speak of. */
    @Property
    void ofSmallArraysSomeAreKept(@ForAll DType dtype, @ForAll @IntRange(min = 1, max = 400) int length) {
        SpanPool pool = new SpanPool();
        List<Span> held = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            held.add(pool.take(dtype, length));
        }
        assertEquals(1000, pool.allocations());
        held.forEach(pool::give);
        for (int i = 0; i < 1000; i++) {
            pool.take(dtype, length);
        }
        assertEquals(1000 + 1000 - 256, pool.allocations());
        assertEquals(0, pool.freeBytes());
    }

    @Test
    void anEmptySpanIsNoMatter() {
        SpanPool pool = new SpanPool();
        Span empty = pool.take(DType.F32, 0);
        pool.give(empty);
        pool.give(empty);
        assertEquals(0, pool.allocations());
        assertEquals(0, pool.freeBytes());
    }

    @Test
    void anArrayThatCouldNotBeMadeIsNotCounted() {
        assumeTrue(Runtime.getRuntime().maxMemory() < 8L << 30);
        SpanPool pool = new SpanPool();
        assertThrows(OutOfMemoryError.class, () -> pool.take(DType.F64, 1 << 30));
        assertEquals(0, pool.allocations());
        assertEquals(0, pool.allocatedBytes());
    }

    @Test
    void trimForgets() {
        SpanPool pool = new SpanPool();
        Span span = pool.take(DType.F64, 10_000);
        pool.give(span);
        pool.trim();
        assertEquals(0, pool.freeBytes());
        assertNotSame(Rows.array(span), Rows.array(pool.take(DType.F64, 10_000)));
    }

    @Test
    void refusesWhatIsNotItsOwn() {
        SpanPool pool = new SpanPool();
        Span span = pool.take(DType.F32, 10_000);
        assertThrows(IllegalArgumentException.class, () -> pool.give(span.slice(1, 100)));
        assertThrows(IllegalArgumentException.class, () -> pool.give(Span.allocate(DType.F32, 10_000)));
        pool.give(span);
        IllegalStateException twice = assertThrows(IllegalStateException.class, () -> pool.give(span));
        assertTrue(twice.getMessage().contains("10000 F32"), twice.getMessage());
        assertThrows(IllegalArgumentException.class, () -> pool.take(DType.F32, -1));
        assertThrows(OutOfMemoryError.class, () -> pool.take(DType.F32, Integer.MAX_VALUE));
    }

    /** Four threads hold spans for a while; each span is marked and must still bear the mark when it is given back. */
    @Test
    void noArrayIsHeldTwice() throws Exception {
        SpanPool pool = new SpanPool();
        try (ExecutorService executor = Executors.newFixedThreadPool(4)) {
            List<Future<?>> futures = new ArrayList<>();
            for (int thread = 0; thread < 4; thread++) {
                int mark = thread;
                futures.add(executor.submit(() -> {
                    SplittableRandom random = new SplittableRandom(mark);
                    List<Span> held = new ArrayList<>();
                    for (int i = 0; i < 5000; i++) {
                        if (held.size() < 6 && random.nextBoolean()) {
                            Span span = pool.take(DType.I32, 1100 + random.nextInt(400));
                            span.set(0, mark * 1_000_000 + i);
                            span.set(span.length() - 1, mark * 1_000_000 + i);
                            held.add(span);
                        } else if (!held.isEmpty()) {
                            Span span = held.remove(random.nextInt(held.size()));
                            assertEquals(span.get(0), span.get(span.length() - 1));
                            assertEquals(mark, (int) span.get(0) / 1_000_000);
                            pool.give(span);
                        }
                    }
                }));
            }
            for (Future<?> future : futures) {
                future.get();
            }
        }
        assertTrue(pool.allocations() <= 4 * 6 * 5, pool.allocations() + " arrays for at most 24 spans of 5 size classes");
    }
}
