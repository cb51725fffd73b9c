package dev.steppe.kernels;

import jdk.incubator.vector.FloatVector;

/** What the machine offers, as far as blocking depends on it. */
final class Simd {
    /** F32 numbers in a vector of the preferred size. */
    static final int LANES = FloatVector.SPECIES_PREFERRED.length();
    /** Whether there are 32 vector registers (AVX-512, NEON, SVE) or just 16 (SSE, AVX2): Java does not tell, so by lanes and architecture. */
    static final boolean WIDE = LANES >= 16 || System.getProperty("os.arch").equals("aarch64");

    private Simd() {
    }
}
