package dev.steppe.benchmarks;

import dev.steppe.kernels.ConvKernel;
import dev.steppe.kernels.ConvShape;
import dev.steppe.kernels.GemmShape;
import dev.steppe.kernels.Kernels;
import dev.steppe.kernels.Span;
import dev.steppe.kernels.Workers;
import java.util.function.Function;

/** Steppe's own kernels, scalar or vector. */
final class SteppeKernels implements Contender {
    private final String name;
    private final Function<Workers, Kernels> provider;
    private Workers workers;
    private Kernels kernels;

    SteppeKernels(String name, Function<Workers, Kernels> provider) {
        this.name = name;
        this.provider = provider;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void threads(int threads) {
        close();
        workers = Workers.of(threads);
        kernels = provider.apply(workers);
    }

    @Override
    public Task gemm(int n, float[] a, float[] b) {
        GemmShape shape = GemmShape.of(false, false, n, n, n);
        float[] c = new float[n * n];
        return task(c, () -> kernels.gemm().gemm(shape, Span.of(a), Span.of(b), Span.of(c), false));
    }

    @Override
    public Task conv(Pass pass, ConvShape shape, float[] first, float[] second) {
        float[] result = new float[Sizes.result(pass, shape)];
        Span to = Span.of(result);
        ConvKernel conv = kernels.conv();
        return task(result, switch (pass) {
            case FORWARD -> () -> conv.forward(shape, Span.of(first), Span.of(second), to);
            case BACKWARD_INPUT -> () -> conv.backwardInput(shape, Span.of(first), Span.of(second), to);
            case BACKWARD_FILTER -> () -> conv.backwardFilter(shape, Span.of(first), Span.of(second), to);
        });
    }

    private static Task task(float[] result, Runnable body) {
        return new Task() {
            @Override
            public void run() {
                body.run();
            }

            @Override
            public float[] result() {
                return result;
            }
        };
    }

    @Override
    public void close() {
        if (workers != null) { workers.close(); }
    }
}
