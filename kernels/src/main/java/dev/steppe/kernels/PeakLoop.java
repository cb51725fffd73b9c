package dev.steppe.kernels;

/** Multiply-adds that touch no memory: what one thread can compute at most. */
interface PeakLoop {
    /** How many independent chains run at once: more than a multiply-add takes cycles on each of two ports, and fewer than there are registers. */
    int CHAINS = 12;

    /**
     * Runs every chain so many steps.
     *
     * @return a number that depends on all of them, so that none is optimised away
     */
    float run(int steps);
}
