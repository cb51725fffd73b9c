package dev.steppe.optim;

/** How sure it is that a variant is the published method. */
public enum Confidence {
    /** The official code was read, most trajectories were reproduced by it. */
    HIGH,
    /** The formula is known; details or constants come from an abstract, from memory, or from unofficial code. */
    MEDIUM,
    /** A part of the method is inferred: no source at hand states it. */
    LOW
}
