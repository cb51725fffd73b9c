package dev.steppe.cli.bench;

import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;

/** Times work that is repeated, after the compiler is done with it. */
final class Timing {
    /** Warm-up ends once so many runs have gone by in which none was faster than all before by more than this share, or patience ends. */
    private static final double GAIN = 0.02;
    /** Nor does a run count in which the compiler worked for more than this share of the time: what it works on is still slow. */
    private static final double COMPILING = 0.5;
    private static final int QUIET_RUNS = 10;
    private static final int QUIET_RUNS_WHEN_SLOW = 3;
    /** Short work is quiet for many runs while the compiler is still at it. */
    private static final double LEAST_SECONDS = 2;
    /** Less where few runs are asked for. */
    private static final double LEAST_SECONDS_A_RUN = 0.2;
    private static final double SLOW_SECONDS = 20;
    private static final double LONGEST_SECONDS = 60;

    private Timing() {
    }

    /** The median of {@code runs} runs after a warm-up. */
    static double medianSeconds(Runnable work, int runs) {
        return sortedSeconds(work, runs)[runs / 2];
    }

    /** What each of {@code runs} runs took after a warm-up, the shortest first. */
    static double[] sortedSeconds(Runnable work, int runs) {
        warmUp(work, Math.min(LEAST_SECONDS, runs * LEAST_SECONDS_A_RUN));
        double[] seconds = new double[runs];
        for (int i = 0; i < runs; i++) {
            seconds[i] = seconds(work);
        }
        Arrays.sort(seconds);
        return seconds;
    }

    /**
     * Times work in turn, after a warm-up of each: what the machine does besides hits all alike.
     *
     * @param runs of each in a turn
     * @return {@code [turn][work]}: seconds of a turn's runs
     */
    static double[][] inTurn(List<Runnable> works, int turns, int runs) {
        works.forEach(work -> warmUp(work, 0));
        double[][] seconds = new double[turns][works.size()];
        for (double[] turn : seconds) {
            for (int run = 0; run < runs; run++) {
                for (int i = 0; i < turn.length; i++) {
                    turn[i] += seconds(works.get(i));
                }
            }
        }
        return seconds;
    }

    /** The number in the middle. */
    static double median(DoubleStream numbers) {
        double[] sorted = numbers.sorted().toArray();
        return sorted[sorted.length / 2];
    }

    /** What so many of a hundred runs do not exceed: the nearest rank. */
    static double percentile(double[] sorted, int percent) {
        return sorted[Math.max(0, Math.ceilDiv(percent * sorted.length, 100) - 1)];
    }

    private static void warmUp(Runnable work, double leastSeconds) {
        double fastest = Double.POSITIVE_INFINITY;
        double elapsed = 0;
        int quiet = 0;
        while (elapsed < leastSeconds
                || elapsed < LONGEST_SECONDS && quiet < (elapsed < SLOW_SECONDS ? QUIET_RUNS : QUIET_RUNS_WHEN_SLOW)) {
            double compiled = compilerSeconds();
            double seconds = seconds(work);
            elapsed += seconds;
            boolean compiling = compilerSeconds() - compiled > COMPILING * seconds;
            quiet = compiling || seconds < fastest * (1 - GAIN) ? 0 : quiet + 1;
            fastest = Math.min(fastest, seconds);
        }
    }

    /** What the compiler has worked so far; 0 in a JVM that does not say. */
    private static double compilerSeconds() {
        CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
        return compiler != null && compiler.isCompilationTimeMonitoringSupported() ? compiler.getTotalCompilationTime() * 1e-3 : 0;
    }

    private static double seconds(Runnable work) {
        long start = System.nanoTime();
        work.run();
        return (System.nanoTime() - start) * 1e-9;
    }
}
