package dev.steppe.nn;

/** Checks of what layers and models are made of. */
final class Checks {
    private Checks() {
    }

    static void positive(String what, String which, int value) {
        that(value > 0, what + ": " + which + " must be positive, got " + value);
    }

    static void that(boolean condition, String message) {
        if (!condition) { throw new IllegalArgumentException(message); }
    }
}
