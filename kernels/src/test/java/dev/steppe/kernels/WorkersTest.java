package dev.steppe.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class WorkersTest {
    private static void meet(CyclicBarrier barrier) {
        try {
            barrier.await(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static void assertRunsEachTileOnce(Workers workers, int tiles) {
        AtomicIntegerArray counts = new AtomicIntegerArray(tiles);
        workers.run(tiles, counts::incrementAndGet);
        for (int i = 0; i < tiles; i++) {
            assertEquals(1, counts.get(i));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 8})
    void runsEachTileOnce(int threads) {
        try (Workers workers = Workers.of(threads)) {
            assertEquals(threads, workers.threads());
            for (int tiles : new int[] {0, 1, 2, 3, 7, 64, 1000}) {
                for (int repeat = 0; repeat < 50; repeat++) {
                    assertRunsEachTileOnce(workers, tiles);
                }
            }
        }
    }

    @Test
    void rangesCoverEverythingWithTheSameCutsOnAnyNumberOfThreads() {
        for (int length : new int[] {0, 1, 9, 10, 11, 19, 20, 21, 105}) {
            List<Set<String>> cuts = new ArrayList<>();
            for (int threads : new int[] {1, 3}) {
                try (Workers workers = Workers.of(threads)) {
                    int[] counts = new int[length];
                    Set<String> ranges = ConcurrentHashMap.newKeySet();
                    workers.ranges(length, 10, (from, to) -> {
                        ranges.add(from + "-" + to);
                        for (int i = from; i < to; i++) {
                            counts[i]++;
                        }
                    });
                    assertTrue(Arrays.stream(counts).allMatch(c -> c == 1));
                    cuts.add(ranges);
                }
            }
            assertEquals(cuts.get(0), cuts.get(1));
        }
    }

    @Test
    void refusesTeamsOfNobody() {
        assertThrows(IllegalArgumentException.class, () -> Workers.of(0));
        try (ExecutorService executor = Executors.newCachedThreadPool()) {
            assertThrows(IllegalArgumentException.class, () -> Workers.on(executor, 0));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void worksAtTheSameTime(int threads) {
        try (Workers workers = Workers.of(threads)) {
            CyclicBarrier all = new CyclicBarrier(threads);
            Set<Thread> seen = ConcurrentHashMap.newKeySet();
            workers.run(threads, t -> {
                seen.add(Thread.currentThread());
                meet(all);
            });
            assertEquals(threads, seen.size());
            assertTrue(seen.contains(Thread.currentThread()));
            seen.remove(Thread.currentThread());
            assertTrue(seen.stream().allMatch(t -> t.isDaemon() && t.getName().startsWith("steppe-worker-")));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 8})
    void throwsWhatATileThrewWhenAllHaveStopped(int threads) {
        try (Workers workers = Workers.of(threads)) {
            int leftOut = 0;
            for (int repeat = 0; repeat < 100; repeat++) {
                AtomicInteger running = new AtomicInteger();
                AtomicInteger begun = new AtomicInteger();
                Error error = new OutOfMemoryError("made up");
                Throwable thrown = assertThrows(OutOfMemoryError.class, () -> workers.run(10_000, t -> {
                    running.incrementAndGet();
                    begun.incrementAndGet();
                    try {
                        if (t == 5) {
                            throw error;
                        }
                    } finally {
                        running.decrementAndGet();
                    }
                }));
                assertSame(error, thrown);
                assertEquals(0, running.get());
                leftOut += 10_000 - begun.get();
            }
            // Not in every repeat: the thread that fails may lose its core before it does, and the others be through by then.
            assertTrue(leftOut > 0, "tiles after a failure should be left out");
            assertRunsEachTileOnce(workers, 100);
        }
    }

    @Test
    void furtherExceptionsAreSuppressed() {
        try (Workers workers = Workers.of(2)) {
            CyclicBarrier both = new CyclicBarrier(2);
            IllegalStateException thrown = assertThrows(IllegalStateException.class, () -> workers.run(2, t -> {
                meet(both);
                throw new IllegalStateException("tile " + t);
            }));
            assertEquals(1, thrown.getSuppressed().length);
            assertEquals(Set.of("tile 0", "tile 1"), Set.of(thrown.getMessage(), thrown.getSuppressed()[0].getMessage()));
        }
    }

    @Test
    void aTileMayRunTiles() {
        try (Workers workers = Workers.of(3)) {
            AtomicIntegerArray counts = new AtomicIntegerArray(1000);
            workers.run(10, i -> workers.run(10, j -> workers.run(10, k -> counts.incrementAndGet(i * 100 + j * 10 + k))));
            for (int i = 0; i < 1000; i++) {
                assertEquals(1, counts.get(i));
            }
        }
    }

    @Test
    void servesManyCallers() throws Exception {
        try (Workers workers = Workers.of(3); ExecutorService callers = Executors.newFixedThreadPool(6)) {
            List<Future<?>> futures = new ArrayList<>();
            for (int caller = 0; caller < 6; caller++) {
                futures.add(callers.submit(() -> {
                    for (int repeat = 0; repeat < 500; repeat++) {
                        int[] squares = new int[64];
                        workers.run(64, t -> squares[t] = t * t);
                        for (int t = 0; t < 64; t++) {
                            assertEquals(t * t, squares[t]);
                        }
                    }
                }));
            }
            for (Future<?> future : futures) {
                future.get();
            }
        }
    }

    @Test
    void closingEndsTheThreads() {
        Workers workers = Workers.of(3);
        CyclicBarrier all = new CyclicBarrier(3);
        Set<Thread> seen = ConcurrentHashMap.newKeySet();
        workers.run(3, t -> {
            seen.add(Thread.currentThread());
            meet(all);
        });
        workers.close();
        seen.remove(Thread.currentThread());
        assertEquals(2, seen.size());
        assertTrue(seen.stream().noneMatch(Thread::isAlive));
        workers.close();
        seen.clear();
        workers.run(100, t -> seen.add(Thread.currentThread()));
        assertEquals(Set.of(Thread.currentThread()), seen);
    }

    @Test
    void closingWhileItRunsLetsTheRunEnd() throws Exception {
        for (int repeat = 0; repeat < 50; repeat++) {
            Workers workers = Workers.of(2);
            AtomicInteger count = new AtomicInteger();
            CountDownLatch begun = new CountDownLatch(1);
            Thread caller = Thread.ofPlatform().start(() -> workers.run(1000, t -> {
                count.incrementAndGet();
                begun.countDown();
            }));
            begun.await();
            workers.close();
            caller.join();
            assertEquals(1000, count.get());
        }
    }

    @Test
    void aTileMayCloseTheTeam() {
        Workers workers = Workers.of(2);
        AtomicInteger count = new AtomicInteger();
        workers.run(100, t -> {
            count.incrementAndGet();
            if (Thread.currentThread().getName().startsWith("steppe-worker-")) {
                workers.close();
            }
        });
        assertEquals(100, count.get());
        workers.close();
    }

    @Test
    void anInterruptedCallerGetsItsWorkDoneAndStaysInterrupted() {
        try (Workers workers = Workers.of(2)) {
            for (int repeat = 0; repeat < 100; repeat++) {
                Thread.currentThread().interrupt();
                assertRunsEachTileOnce(workers, 20);
                assertTrue(Thread.interrupted());
            }
        }
    }

    @Test
    void usesAGivenExecutorUpToTheLimitAndLeavesItOpen() {
        try (ExecutorService executor = Executors.newFixedThreadPool(8)) {
            Workers workers = Workers.on(executor, 3);
            assertEquals(3, workers.threads());
            CyclicBarrier all = new CyclicBarrier(3);
            workers.run(3, t -> meet(all));
            AtomicInteger running = new AtomicInteger();
            AtomicInteger most = new AtomicInteger();
            workers.run(2000, t -> {
                most.accumulateAndGet(running.incrementAndGet(), Math::max);
                Thread.onSpinWait();
                running.decrementAndGet();
            });
            assertTrue(most.get() <= 3, "at most 3 at a time, not " + most);
            workers.close();
            assertFalse(executor.isShutdown());
            Set<Thread> seen = ConcurrentHashMap.newKeySet();
            workers.run(100, t -> seen.add(Thread.currentThread()));
            assertEquals(Set.of(Thread.currentThread()), seen);
        }
    }

    @Test
    void aBusyOrClosedExecutorTakesNoPart() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        try (ExecutorService executor = Executors.newSingleThreadExecutor()) {
            executor.submit(() -> {
                release.await();
                return null;
            });
            Workers workers = Workers.on(executor, 4);
            int[] counts = new int[100];
            workers.run(100, t -> counts[t]++);
            int[] ones = new int[100];
            Arrays.fill(ones, 1);
            assertArrayEquals(ones, counts);
            release.countDown();
            executor.shutdownNow();
            workers.run(100, t -> counts[t]++);
            Arrays.fill(ones, 2);
            assertArrayEquals(ones, counts);
        }
    }
}
