package dev.steppe.cli.run;

import dev.steppe.train.Trainer;
import java.util.concurrent.CountDownLatch;

/**
 * As long as this is open, Ctrl-C (and a polite kill) stops a trainer after the step under way, and the process ends when this is closed: the JVM ends, with exit
 * code 130 for Ctrl-C, when all its shutdown hooks have returned, and one of them waits.
 */
final class Interruptible implements AutoCloseable {
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread hook;

    Interruptible(Trainer trainer) {
        hook = new Thread(() -> {
            trainer.stop();
            try {
                closed.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }, "steppe-stop");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    @Override
    public void close() {
        closed.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The JVM is on its way out already.
        }
    }
}
