package dev.steppe.core;

import dev.steppe.kernels.Span;

/** The memory behind a tensor and the tensors that share it. Storage of a tape goes back to its pool, at the latest when the tape closes. */
final class Storage {
    private final Tape tape;
    private final Span span;
    private int depth;
    private int holders;
    private boolean released;
    private long version;

    /**
     * @param tape the owner, or null for memory that the garbage collector takes care of
     * @param depth in how many nested backward passes it was allocated: 0 for activations, which live as long as their tape
     */
    Storage(Tape tape, Span span, int depth) {
        this.tape = tape;
        this.span = span;
        this.depth = depth;
    }

    Tape tape() {
        return tape;
    }

    /** In how many nested backward passes this was allocated. */
    int depth() {
        return depth;
    }

    /** How many gradient slots of running backward passes hold this memory. */
    int holders() {
        return holders;
    }

    void hold() {
        holders++;
    }

    /** Gives up one hold, and says how many are left. */
    int drop() {
        return --holders;
    }

    /** The backward pass that computed this is over: whoever asked for it owns it, as if it had been allocated there. */
    void handOver(int depth) {
        holders--;
        this.depth = Math.min(this.depth, depth);
    }

    void release() {
        if (!released && tape != null) {
            released = true;
            tape.kernels().spans().give(span);
        }
    }

    boolean isReleased() {
        return released;
    }

    long version() {
        return version;
    }

    void touched() {
        version++;
    }
}
