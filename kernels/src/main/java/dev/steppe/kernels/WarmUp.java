package dev.steppe.kernels;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * Runs the vector kernels of a training on small shapes in a daemon thread, so that the JVM has compiled most of them when the real work comes: until then a
 * kernel is a hundred times slower, and the first step of a training takes seconds. It computes with one thread and arrays of its own: no result depends on
 * it, and the JVM can end at any time.
 *
 * <pre>{@code
 * try (WarmUp warmUp = WarmUp.start(Kernels.Mode.FAST)) {
 *     data = load();
 *     warmUp.await();
 * }
 * }</pre>
 */
public final class WarmUp implements AutoCloseable {
    /** Time for one kernel until the next has its turn: the compiler works on the one meanwhile. */
    private static final long TURN_NANOS = 30_000_000;
    /**
     * A kernel that did not become faster by this factor, so many turns on end, has been compiled, if it had as many calls as these turns would have had: one
     * that is slow has too few in a turn to be compiled at all.
     */
    private static final double FASTER = 0.7;
    private static final int QUIET_TURNS = 4;
    /** Where compiling takes longer than this there is nothing left to win by it. */
    private static final long LONGEST_NANOS = 10_000_000_000L;

    private final CountDownLatch end = new CountDownLatch(1);
    private volatile boolean closed;

    private WarmUp() {
    }

    /**
     * Starts it. Where there are no vector kernels it ends at once.
     *
     * @param mode of the plans that will be used
     * @throws IllegalStateException as {@link Kernels#on} does
     * @throws IllegalArgumentException as {@link Kernels#on} does
     */
    public static WarmUp start(Kernels.Mode mode) {
        Kernels kernels = Kernels.on(Workers.of(1)).with(mode);
        WarmUp warmUp = new WarmUp();
        Thread thread = new Thread(null, () -> warmUp.run(kernels), "steppe-warm-up", 0, false);
        thread.setDaemon(true);
        thread.start();
        return warmUp;
    }

    /** Waits until the kernels are warm or this is closed: some seconds from the start, ten at most. An interrupt ends the waiting, and stays set. */
    public void await() {
        try {
            end.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Stops it; does not wait. */
    @Override
    public void close() {
        closed = true;
    }

    private void run(Kernels kernels) {
        try {
            List<Turns> kinds = new ArrayList<>();
            if (kernels.isVector()) {
                WarmUpCall.all(kernels).forEach(call -> kinds.add(new Turns(call)));
            }
            long last = System.nanoTime() + LONGEST_NANOS;
            while (!kinds.isEmpty() && !closed && System.nanoTime() < last) {
                kinds.removeIf(kind -> closed || kind.isQuietAfterNext());
            }
        } finally {
            end.countDown();
        }
    }

    /** The turns of one kind of call. */
    private final class Turns {
        private final WarmUpCall call;
        private long fastest = Long.MAX_VALUE;
        private int quiet;
        private int calls;

        Turns(WarmUpCall call) {
            this.call = call;
        }

        boolean isQuietAfterNext() {
            long begin = System.nanoTime();
            long before = begin;
            long least = Long.MAX_VALUE;
            for (int i = 0; i < call.most() && before - begin < TURN_NANOS && !closed; i++) {
                call.work().run();
                calls++;
                long now = System.nanoTime();
                least = Math.min(least, now - before);
                before = now;
            }
            quiet = least < FASTER * fastest ? 0 : quiet + 1;
            fastest = Math.min(fastest, least);
            return quiet >= QUIET_TURNS && calls >= QUIET_TURNS * call.most();
        }
    }
}
