package dev.steppe.kernels;

import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.locks.LockSupport;

/**
 * A team of threads that works through the tiles of one kernel call at a time. The calling thread is a member of the team.
 *
 * <p>Tiles are cut by shape, never by the number of threads, and which thread takes a tile is not determined: a tile writes only what belongs to it, and
 * whoever adds partial results does so in the order of tiles. So results have the same bits for any number of threads.
 *
 * <p>A team serves any number of callers. While it works for one, the tiles of others run in their own calling threads; so do the tiles of a kernel that is
 * called from inside a tile, and those of a closed team. Nothing ever waits for a free thread, so nothing can deadlock.
 */
public final class Workers implements AutoCloseable {
    /** The work of one tile. */
    @FunctionalInterface
    public interface Tile {
        /** @param tile its number, from 0 */
        void run(int tile);
    }

    /** The work of one range of elements or rows. */
    @FunctionalInterface
    interface Range {
        /**
         * @param from first index
         * @param to index after the last
         */
        void run(int from, int to);
    }

    /**
     * How often a thread looks for work, or for the end of it, before it parks: about 30 us, the price of one wake-up. Kernels of a training step follow each
     * other faster than that.
     */
    private static final int SPINS = 1000;

    private final int threads;
    private final Executor executor;
    private final Helper[] helpers;
    private final AtomicBoolean busy = new AtomicBoolean();
    private volatile Job job;
    private volatile boolean closed;

    private Workers(int threads, Executor executor) {
        if (threads < 1) { throw new IllegalArgumentException("workers: at least 1 thread, not " + threads); }
        this.threads = threads;
        this.executor = executor;
        this.helpers = new Helper[executor == null ? threads - 1 : 0];
        for (int i = 0; i < helpers.length; i++) {
            helpers[i] = new Helper(this, i + 1);
        }
    }

    /**
     * A team of the calling thread and {@code threads - 1} daemon threads, which live until {@link #close}.
     *
     * @throws IllegalArgumentException if threads is less than 1
     */
    public static Workers of(int threads) {
        Workers workers = new Workers(threads, null);
        for (Helper helper : workers.helpers) {
            helper.start();
        }
        return workers;
    }

    /**
     * A team of the calling thread and up to {@code parallelism - 1} tasks given to an executor. The executor may be shared, busy or shut down: what it does
     * not take in time is done by the calling thread. It is never closed from here.
     *
     * @throws IllegalArgumentException if parallelism is less than 1
     */
    public static Workers on(ExecutorService executor, int parallelism) {
        Objects.requireNonNull(executor, "executor");
        return new Workers(parallelism, executor);
    }

    /** How many threads may work at the same time, the calling one included. */
    public int threads() {
        return threads;
    }

    /**
     * Runs tiles {@code 0 .. tiles - 1}, each once, and returns when all have ended. If a tile throws, those not yet begun are left out, and the exception is
     * thrown here once no thread works on this call any more; exceptions of further tiles are added to it as suppressed.
     */
    public void run(int tiles, Tile tile) {
        if (tiles <= 0) { return; }
        if (tiles == 1 || threads == 1 || closed || !busy.compareAndSet(false, true)) {
            for (int i = 0; i < tiles; i++) {
                tile.run(i);
            }
            return;
        }
        try {
            runTogether(new Job(tiles, tile));
        } finally {
            job = null;
            busy.set(false);
        }
    }

    /**
     * Cuts {@code 0 .. length - 1} into ranges of {@code size} (the last may be shorter), the tiles of one run. A length below {@code 2 * size} is not worth
     * waking a thread for and is done here, cut the same way.
     */
    void ranges(int length, int size, Range range) {
        int tiles = Math.ceilDiv(length, size);
        if (length < 2 * (long) size) {
            for (int from = 0; from < length; from += size) {
                range.run(from, Math.min(length, from + size));
            }
            return;
        }
        run(tiles, t -> range.run(t * size, (int) Math.min(length, (t + 1) * (long) size)));
    }

    private void runTogether(Job next) {
        job = next;
        for (Helper helper : helpers) {
            if (helper.parked) {
                LockSupport.unpark(helper);
            }
        }
        try {
            submit(next);
        } finally {
            next.work();
            next.await();
        }
        next.rethrow();
    }

    private void submit(Job next) {
        if (executor == null) { return; }
        try {
            for (int i = 1; i < Math.min(threads, next.tiles); i++) {
                executor.execute(next::work);
            }
        } catch (RejectedExecutionException e) {
            // A full or closed executor takes part less, or not at all: the calling thread does what is left.
        }
    }

    /**
     * Ends the team's own threads; a run that is under way is completed. Waits for them, unless a team's own thread calls it, be it another team's. Later runs
     * are done by their callers. Calling it again, or from inside a tile, is allowed.
     */
    @Override
    public void close() {
        closed = true;
        boolean interrupted = false;
        for (Helper helper : helpers) {
            LockSupport.unpark(helper);
        }
        if (Thread.currentThread() instanceof Helper) { return; }
        for (Helper helper : helpers) {
            while (helper.isAlive()) {
                try {
                    helper.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** One run: a counter of tiles that were claimed and one of tiles that have ended. A thread that comes late finds nothing to claim. */
    private static final class Job {
        // Counters of a job's own would be two objects more for each kernel call.
        private static final AtomicIntegerFieldUpdater<Job> CLAIMED = AtomicIntegerFieldUpdater.newUpdater(Job.class, "claimed");
        private static final AtomicIntegerFieldUpdater<Job> ENDED = AtomicIntegerFieldUpdater.newUpdater(Job.class, "ended");

        final int tiles;
        private final Tile tile;
        private final Thread caller = Thread.currentThread();
        private volatile int claimed;
        private volatile int ended;
        private volatile boolean callerWaits;
        private volatile Throwable failure;

        Job(int tiles, Tile tile) {
            this.tiles = tiles;
            this.tile = tile;
        }

        /** Whether there are tiles to claim; looked at before each claim, so that the counter cannot overflow. */
        boolean isOpen() {
            return claimed < tiles;
        }

        void work() {
            while (isOpen()) {
                int i = CLAIMED.getAndIncrement(this);
                if (i >= tiles) { return; }
                if (failure == null) {
                    try {
                        tile.run(i);
                    } catch (Throwable e) {
                        fail(e);
                    }
                }
                if (ENDED.incrementAndGet(this) == tiles && callerWaits) {
                    LockSupport.unpark(caller);
                }
            }
        }

        private synchronized void fail(Throwable e) {
            if (failure == null) {
                failure = e;
            } else if (failure != e) {
                failure.addSuppressed(e);
            }
        }

        void await() {
            for (int i = 0; i < SPINS && ended < tiles; i++) {
                Thread.onSpinWait();
            }
            boolean interrupted = false;
            callerWaits = true;
            while (ended < tiles) {
                LockSupport.park(this);
                interrupted |= Thread.interrupted();
            }
            if (interrupted) {
                caller.interrupt();
            }
        }

        void rethrow() {
            switch (failure) {
                case null -> {
                }
                case RuntimeException e -> throw e;
                case Error e -> throw e;
                case Throwable e -> throw new IllegalStateException("a tile threw a checked exception", e);
            }
        }
    }

    /** A thread of the team's own: looks for a new job, spins for a while, parks. */
    private static final class Helper extends Thread {
        private final Workers workers;
        volatile boolean parked;

        Helper(Workers workers, int number) {
            super(null, null, "steppe-worker-" + number, 0, false);
            this.workers = workers;
            setDaemon(true);
        }

        @Override
        public void run() {
            while (!workers.closed) {
                Job next = await();
                if (next != null) {
                    next.work();
                }
            }
        }

        /** A job with tiles to claim, or null if it is time to look whether the team is closed. */
        private Job await() {
            for (int i = 0; i < SPINS; i++) {
                Job next = workers.job;
                if (next != null && next.isOpen()) { return next; }
                Thread.onSpinWait();
            }
            parked = true;
            // Whoever publishes a job, or closes the team, looks at the flag afterwards, so one of the two sees the other.
            Job next = workers.job;
            boolean open = next != null && next.isOpen();
            if (!open && !workers.closed) {
                LockSupport.park(workers);
            }
            parked = false;
            return open ? next : null;
        }
    }
}
