package dev.steppe.data;

import dev.steppe.core.Batch;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/** Makes the batches from a position to the end of its epoch on a thread of its own, as far ahead as there are slots in the ring. */
final class Prefetch {
    private static final Duration PATIENCE = Duration.ofMillis(100);

    private final BatchRing ring;
    private final Loader.Position from;
    private final int batches;
    private final BlockingQueue<BatchRing.Slot> free;
    private final BlockingQueue<Made> made;
    private final Thread thread;
    private BatchRing.Slot held;

    /** A batch and where it lies, or what went wrong instead. */
    private record Made(BatchRing.Slot slot, Batch batch, Throwable failure) {
    }

    /** @param batches in the epoch */
    Prefetch(BatchRing ring, Loader.Position from, int batches) {
        this.ring = ring;
        this.from = from;
        this.batches = batches;
        this.free = new ArrayBlockingQueue<>(ring.slots().size(), false, ring.slots());
        this.made = new ArrayBlockingQueue<>(ring.slots().size());
        this.thread = Thread.ofPlatform().daemon().name("steppe-loader").start(this::run);
    }

    private void run() {
        try {
            for (int b = from.batch(); b < batches; b++) {
                BatchRing.Slot slot = free.take();
                Batch batch = ring.fill(slot, new Loader.Position(from.epoch(), b));
                if (batch == null) {
                    return;
                }
                made.put(new Made(slot, batch, null));
            }
        } catch (InterruptedException e) {
            // Only stop() interrupts this thread, and then nobody waits for it.
        } catch (Throwable e) {
            // There is room: the slot of the batch that failed is not among those made.
            made.add(new Made(null, null, e));
        }
    }

    /** The next batch; the one before is up for being overwritten from now on. */
    Batch next() throws InterruptedException {
        if (held != null) {
            free.add(held);
            held = null;
        }
        Made next = made.take();
        if (next.failure instanceof LoaderException e) {
            throw new LoaderException(e.getMessage(), e.getCause());
        }
        if (next.failure != null) {
            throw new LoaderException("a batch of epoch " + from.epoch() + " could not be made", next.failure);
        }
        held = next.slot;
        return next.batch;
    }

    /** Returns when the thread has ended, and nobody writes to the ring any more. */
    void stop() {
        boolean interrupted = false;
        while (thread.isAlive()) {
            // Again and again, in case a transform swallows it.
            thread.interrupt();
            try {
                thread.join(PATIENCE);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
