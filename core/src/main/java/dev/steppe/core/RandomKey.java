package dev.steppe.core;

/**
 * A counter-based random number generator: number {@code i} of a key is a pure function of both, so dropout masks, shuffles and initial weights depend on
 * (seed, epoch, step, layer) and never on threads or on the order of calls. Keys are derived with {@link #fold}.
 *
 * <p>The mixing function is the finaliser of SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, OOPSLA 2014; constants of
 * variant 13 by Stafford), applied twice to key and counter.
 *
 * @param state the 64 bits of the key
 */
public record RandomKey(long state) {
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    /** The key of a seed. */
    public static RandomKey of(long seed) {
        return new RandomKey(mix(seed + GOLDEN_GAMMA));
    }

    /** The key derived from this one for {@code counter}: an epoch, a step, a layer. */
    public RandomKey fold(long counter) {
        return new RandomKey(mix(state ^ mix(counter * GOLDEN_GAMMA + 0x632BE59BD9B4E019L)));
    }

    /** The key derived from this one for a name. */
    public RandomKey fold(String name) {
        long h = 0;
        for (int i = 0; i < name.length(); i++) {
            h = 31 * h + name.charAt(i);
        }
        return fold(h);
    }

    /** 64 uniform bits. */
    public long bits(long i) {
        return mix(state + mix((i + 1) * GOLDEN_GAMMA));
    }

    /** Uniform in [0, 1), a multiple of 2^-53. */
    public double uniform(long i) {
        return (bits(i) >>> 11) * 0x1.0p-53;
    }

    /** Standard normal, by Box and Muller from numbers {@code 2i} and {@code 2i + 1}. */
    public double normal(long i) {
        double u = 1 - uniform(2 * i);
        return StrictMath.sqrt(-2 * StrictMath.log(u)) * StrictMath.cos(2 * Math.PI * uniform(2 * i + 1));
    }

    /** Uniform in {@code 0 .. bound - 1}; the bias is below {@code bound / 2^63}. */
    public int below(int bound, long i) {
        return (int) ((bits(i) >>> 1) % bound);
    }

    /** A permutation of {@code 0 .. n - 1} (Fisher and Yates). */
    public int[] permutation(int n) {
        int[] p = new int[n];
        for (int i = 0; i < n; i++) {
            int j = below(i + 1, i);
            p[i] = p[j];
            p[j] = i;
        }
        return p;
    }

    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
