package dev.steppe.kernels;

/**
 * What this machine does at most at this moment with these kernels' threads: the two roofs of the roofline model (Williams, Waterman and Patterson,
 * "Roofline", CACM 52(4), 2009). Shared machines differ from minute to minute: measure it next to what is to be judged by it.
 *
 * @param gflops F32 operations, two for each multiply-add, in 1e9 a second: registers only, no memory
 * @param gigabytesPerSecond of {@code a x + b y} over runs far larger than the caches, as STREAM counts its triad: two runs read, one written
 */
public record MachinePeak(double gflops, double gigabytesPerSecond) {
    private static final int FLOATS = 1 << 24;
    private static final int STREAMS = 3;
    private static final int STEPS = 1 << 16;
    private static final int RUNS_A_THREAD = 8;
    private static final int REPEATS = 20;

    /** Takes about a second, and 192 MiB. */
    public static MachinePeak measure(Kernels kernels) {
        return new MachinePeak(multiplyAdds(kernels), memory(kernels.points()));
    }

    /** The first of the two alone: a fraction of a second, no memory. */
    public static double multiplyAdds(Kernels kernels) {
        PeakLoop loop = kernels.peakLoop();
        int runs = RUNS_A_THREAD * kernels.workers().threads();
        float[] results = new float[runs];
        double seconds = shortest(() -> kernels.workers().run(runs, run -> results[run] = loop.run(STEPS)));
        return 2.0 * kernels.lanes() * PeakLoop.CHAINS * STEPS * runs / seconds * 1e-9;
    }

    private static double memory(PointKernel points) {
        Span x = Span.allocate(DType.F32, FLOATS);
        Span y = Span.allocate(DType.F32, FLOATS);
        Span sum = Span.allocate(DType.F32, FLOATS);
        double seconds = shortest(() -> points.combine(1, x, 1, y, sum));
        return (double) STREAMS * FLOATS * Float.BYTES / seconds * 1e-9;
    }

    private static double shortest(Runnable work) {
        double shortest = Double.POSITIVE_INFINITY;
        for (int i = 0; i < REPEATS; i++) {
            long start = System.nanoTime();
            work.run();
            shortest = Math.min(shortest, (System.nanoTime() - start) * 1e-9);
        }
        return shortest;
    }
}
