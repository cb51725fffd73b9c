package dev.steppe.benchmarks;

import java.util.SplittableRandom;

/** Data to compute with. */
final class Numbers {
    private Numbers() {
    }

    /** Numbers between -1 and 1. */
    static float[] random(int length, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] x = new float[length];
        for (int i = 0; i < length; i++) {
            x[i] = (float) (2 * random.nextDouble() - 1);
        }
        return x;
    }
}
