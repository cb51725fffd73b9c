package dev.steppe.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WarmUpTest {
    private static Map<Thread, StackTraceElement[]> threads() {
        return Thread.getAllStackTraces();
    }

    private static List<Thread> warming() {
        return threads().keySet().stream().filter(t -> t.getName().equals("steppe-warm-up")).toList();
    }

    private static float[] convolution(Kernels kernels) {
        ConvShape s = WarmUpCall.CONVOLUTIONS.getFirst();
        float[] x = new float[s.n() * s.h() * s.w() * s.c()];
        float[] filter = new float[s.r() * s.s() * s.c() * s.k()];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) Math.sin(i);
        }
        for (int i = 0; i < filter.length; i++) {
            filter[i] = (float) Math.cos(i);
        }
        float[] y = new float[s.n() * s.oh() * s.ow() * s.k()];
        kernels.conv().forward(s, Span.of(x), Span.of(filter), Span.of(y));
        return y;
    }

    @Test
    void runsInADaemonThreadAndChangesNothing() throws InterruptedException {
        try (Workers workers = Workers.of(2)) {
            Kernels kernels = Kernels.on(workers).with(Kernels.Mode.FAST);
            float[] before = convolution(kernels);
            WarmUp warmUp = WarmUp.start(Kernels.Mode.FAST);
            List<Thread> threads = warming();
            assertTrue(threads.stream().allMatch(Thread::isDaemon));
            for (int i = 0; i < 20; i++) {
                assertArrayEquals(before, convolution(kernels));
            }
            warmUp.close();
            warmUp.await();
            for (Thread thread : threads) {
                thread.join(10_000);
                assertFalse(thread.isAlive());
            }
            assertEquals(0, kernels.spans().allocatedBytes() - kernels.spans().freeBytes(), "what it takes is from a pool of its own");
        }
    }

    @Test
    void anInterruptEndsTheWaiting() {
        try (WarmUp warmUp = WarmUp.start(Kernels.Mode.EXACT)) {
            Thread.currentThread().interrupt();
            warmUp.await();
            assertTrue(Thread.interrupted(), "the flag stays");
        }
    }

    @ParameterizedTest
    @EnumSource(Kernels.Mode.class)
    void allCallsAreAllowed(Kernels.Mode mode) {
        try (Workers workers = Workers.of(1)) {
            List<WarmUpCall> calls = WarmUpCall.all(Kernels.on(workers).with(mode));
            assertTrue(calls.size() > 10);
            calls.forEach(call -> call.work().run());
        }
    }

    /** A change of the costs must not leave Winograd's kernels, or the direct ones, cold. */
    @Test
    @Tag("vector")
    void bothAlgorithmsAreAmongTheConvolutions() {
        Set<ConvPlan> plans = WarmUpCall.CONVOLUTIONS.stream().map(shape -> ConvPlan.of(shape, Kernels.Mode.FAST))
                .collect(Collectors.toSet());
        assertEquals(Set.of(ConvPlan.WINOGRAD, ConvPlan.DIRECT), plans);
    }
}
