package dev.steppe.kernels;

/** How much work makes a tile: enough to be worth a hand-over between threads (some microseconds), little enough to share evenly. */
final class Tiles {
    /** Element-wise passes: with two or three operands a tile's data stays within a second-level cache. */
    static final int ELEMENTS = 1 << 14;
    private static final long OPERATIONS = 1 << 16;

    private Tiles() {
    }

    /** Rows in a tile, if each takes {@code cost} multiply-adds or moved elements. */
    static int rows(long cost) {
        return (int) Math.max(1, OPERATIONS / Math.max(1, cost));
    }
}
