package dev.steppe.benchmarks;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Products of square matrices. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(value = 1, jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "-XX:+UseParallelGC", "-Xmx4g"})
@Warmup(iterations = 4, time = 2)
@Measurement(iterations = 5, time = 1)
public class GemmBenchmark {
    /** Who computes. */
    @Param({"scalar", "vector"})
    public String kernels;

    /** With how many threads; 0: one for each processor. */
    @Param("0")
    public int threads;

    /** Rows and columns. */
    @Param({"384", "768", "2304"})
    public int n;

    private Contender contender;
    private Contender.Task task;

    /** Prepares and verifies. */
    @Setup(Level.Trial)
    public void start() {
        float[] a = Numbers.random(n * n, 1);
        float[] b = Numbers.random(n * n, 2);
        contender = Contenders.of(kernels, threads);
        task = contender.gemm(n, a, b);
        task.run();
        Verify.gemm(kernels, n, a, b, task.result());
    }

    /** {@code C = A B}. */
    @Benchmark
    public void gemm() {
        task.run();
    }

    /** Ends the threads. */
    @TearDown(Level.Trial)
    public void stop() {
        contender.close();
    }

    static double flops(int n) {
        return 2.0 * n * n * n;
    }
}
