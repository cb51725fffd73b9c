package dev.steppe.benchmarks;

import dev.steppe.benchmarks.Contender.Pass;
import dev.steppe.kernels.ConvShape;
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

/** The convolutions of ResNet-18, forward and both backwards. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(value = 1, jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "-XX:+UseParallelGC", "-Xmx4g"})
@Warmup(iterations = 4, time = 2)
@Measurement(iterations = 5, time = 1)
public class ConvBenchmark {
    /** Which layer. */
    @Param
    public Layer layer;

    /** Which pass. */
    @Param
    public Pass pass;

    /** Who computes. */
    @Param({"scalar", "vector"})
    public String kernels;

    /** With how many threads; 0: one for each processor. */
    @Param("0")
    public int threads;

    /** Images. */
    @Param("128")
    public int batch;

    private Contender contender;
    private Contender.Task task;

    /** Prepares and verifies. */
    @Setup(Level.Trial)
    public void start() {
        ConvShape shape = layer.shape(batch);
        float[] first = Numbers.random(pass == Pass.BACKWARD_INPUT ? Sizes.output(shape) : Sizes.input(shape), 1);
        float[] second = Numbers.random(pass == Pass.BACKWARD_FILTER ? Sizes.output(shape) : Sizes.filter(shape), 2);
        contender = Contenders.of(kernels, threads);
        task = contender.conv(pass, shape, first, second);
        task.run();
        Verify.conv(kernels, pass, shape, first, second, task.result());
    }

    /** One pass. */
    @Benchmark
    public void conv() {
        task.run();
    }

    /** Ends the threads. */
    @TearDown(Level.Trial)
    public void stop() {
        contender.close();
    }
}
