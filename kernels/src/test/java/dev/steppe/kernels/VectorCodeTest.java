package dev.steppe.kernels;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every micro-kernel of products and convolutions is really compiled to SIMD code. What can go wrong without any wrong result: the compiler gives up on a
 * method for its size, or does not inline something. Either costs a factor of 20 or more, and either leaves vectors as objects, which are counted here:
 * bytes, unlike times, are the same on a busy machine.
 */
@Tag("vector")
class VectorCodeTest {
    private static final ThreadMXBean THREAD = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    /** The compiler may need a while on a busy machine. */
    private static final long PATIENCE = 120_000_000_000L;
    private static final int CALLS = 10;
    /**
     * Bytes a call may allocate. Vectors that are objects make 4 to 480 MiB (all fail with {@code -XX:TieredStopAtLevel=1}). Below the limit stay the plan (some KiB) and what the compiler
     * keeps at times when its profile was short: a box for each accumulator and call of a micro-kernel, 13 times 80 bytes in one case, some 400 KiB in all.
     */
    private static final long BYTES = 1 << 20;

    private record Work(String name, Consumer<Kernels> call) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Work> works() {
        return List.of(gemm("12 rows", 96), gemm("6 rows", 6), conv("triple, forward", 16, 32, 1, Pass.FORWARD),
                conv("pair, forward", 16, 32, 2, Pass.FORWARD),
                conv("single, forward", 16, 16, 2, Pass.FORWARD), conv("backward to the input, stride 2", 32, 32, 2, Pass.INPUT),
                conv("triple of 8, backward to the filter", 16, 16, 1, Pass.FILTER),
                conv("triple of 4, backward to the filter", 3, 16, 1, Pass.FILTER),
                conv("single of 8, backward to the filter", 16, 32, 2, Pass.FILTER), fast("Winograd, 1 vector", 16, Pass.FORWARD),
                fast("Winograd, 2 vectors", 64, Pass.FORWARD), fast("Winograd, backward to the input", 64, Pass.INPUT),
                fast("Winograd, 1 vector, backward to the filter", 16, Pass.FILTER),
                fast("Winograd, 2 vectors, backward to the filter", 64, Pass.FILTER));
    }

    private enum Pass {
        FORWARD, INPUT, FILTER
    }

    private static Work gemm(String name, int m) {
        GemmShape shape = GemmShape.of(false, false, m, 256, 256);
        Span a = Span.allocate(DType.F32, m * 256);
        Span b = Span.allocate(DType.F32, 256 * 256);
        Span c = Span.allocate(DType.F32, m * 256);
        return new Work("gemm, " + name, k -> k.gemm().gemm(shape, a, b, c, false));
    }

    private static Work conv(String name, int in, int out, int stride, Pass pass) {
        ConvShape s = new ConvShape(16, 16, 16, in, out, 3, 3, stride, 1, 1, 1);
        Span x = Span.allocate(DType.F32, ProductSamples.inputs(s));
        Span f = Span.allocate(DType.F32, ProductSamples.weights(s));
        Span y = Span.allocate(DType.F32, ProductSamples.outputs(s));
        return new Work("conv, " + name, k -> {
            switch (pass) {
                case FORWARD -> k.conv().forward(s, x, f, y);
                case INPUT -> k.conv().backwardInput(s, y, f, x);
                case FILTER -> k.conv().backwardFilter(s, x, y, f);
            }
        });
    }

    private static Work fast(String name, int channels, Pass pass) {
        Work work = conv(name, channels, channels, 1, pass);
        return new Work(work.name, k -> work.call.accept(k.with(Kernels.Mode.FAST)));
    }

    @ParameterizedTest
    @MethodSource("works")
    void isCompiledToSimdCode(Work work) {
        try (Workers one = Workers.of(1)) {
            Kernels vector = Kernels.vector(one);
            long end = System.nanoTime() + PATIENCE;
            long bytes;
            do {
                bytes = bytesOfACall(work, vector);
            } while (bytes >= BYTES && System.nanoTime() < end);
            assertTrue(bytes < BYTES, work + ": " + bytes + " bytes a call");
        }
    }

    private static long bytesOfACall(Work work, Kernels kernels) {
        long bytes = THREAD.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < CALLS; i++) {
            work.call.accept(kernels);
        }
        return (THREAD.getCurrentThreadAllocatedBytes() - bytes) / CALLS;
    }
}
