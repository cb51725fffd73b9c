package dev.steppe.kernels;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A warm kernel makes no garbage to speak of: a few small objects for a call and its scratch spans, and above all no boxed vectors, which would show as
 * many bytes for each number and cost twenty times the time.
 */
@Tag("vector")
@Tag("once")
class AllocationTest {
    /** Closures and spans. */
    private static final long BYTES_PER_CALL = 512;
    private static final long LONGEST_NANOS = 30_000_000_000L;

    private static Workers workers;

    @BeforeAll
    static void start() {
        workers = Workers.of(1);
    }

    @AfterAll
    static void stop() {
        workers.close();
    }

    static List<Sample> samples() {
        return Sample.all();
    }

    @ParameterizedTest
    @MethodSource("samples")
    void aWarmKernelMakesNoGarbage(Sample sample) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long thread = Thread.currentThread().threadId();
        Kernels kernels = Kernels.vector(workers);
        Case c = sample.bigMaker().make(new SplittableRandom(3));
        Guarded[] guarded = Runs.allocate(c, DType.F32, new SplittableRandom(4), null);
        Span[] spans = new Span[guarded.length];
        for (int i = 0; i < spans.length; i++) {
            spans[i] = guarded[i].span;
        }
        long bytes = Long.MAX_VALUE;
        long last = System.nanoTime() + LONGEST_NANOS;
        // The compiler works in the background: how long it takes depends on the machine's load.
        while (bytes > BYTES_PER_CALL && System.nanoTime() < last) {
            long before = threads.getThreadAllocatedBytes(thread);
            for (int i = 0; i < 5; i++) {
                c.call.run(kernels, spans);
            }
            bytes = (threads.getThreadAllocatedBytes(thread) - before) / 5;
        }
        assertTrue(bytes <= BYTES_PER_CALL, c + " allocates " + bytes + " bytes a call");
    }
}
