package dev.steppe.benchmarks.peers;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.GradientCollector;
import dev.steppe.benchmarks.Contender;
import dev.steppe.kernels.ConvShape;

/**
 * PyTorch on the processor (MKL and oneDNN) by Deep Java Library, in its own layouts, NCHW and OIHW. The backward passes are its automatic differentiation of
 * one operation, whose gradient it adds to the one before: one more pass over the result than is needed. (DJL has no channels_last; PyTorch is somewhat
 * faster with it.)
 */
public final class PyTorch implements Contender {
    private NDManager manager;

    @Override
    public String name() {
        return "pytorch";
    }

    @Override
    public void threads(int threads) {
        manager = NDManager.newBaseManager();
        JniUtils.setNumThreads(threads);
    }

    @Override
    public Task gemm(int n, float[] a, float[] b) {
        NDArray left = manager.create(a, new Shape(n, n));
        NDArray right = manager.create(b, new Shape(n, n));
        return new Computed(() -> left.matMul(right), false);
    }

    @Override
    public Task conv(Pass pass, ConvShape s, float[] first, float[] second) {
        Shape images = new Shape(s.n(), s.h(), s.w(), s.c());
        Shape outputs = new Shape(s.n(), s.oh(), s.ow(), s.k());
        Shape filters = new Shape(s.r(), s.s(), s.c(), s.k());
        return switch (pass) {
            case FORWARD -> {
                PtNDArray x = nchw(first, images);
                PtNDArray w = oihw(second, filters);
                yield new Computed(() -> conv(s, x, w), true);
            }
            case BACKWARD_INPUT -> {
                PtNDArray x = nchw(new float[Math.toIntExact(images.size())], images);
                yield new Gradient(x, recorded(s, x, oihw(second, filters), x), nchw(first, outputs), new int[] {0, 2, 3, 1});
            }
            case BACKWARD_FILTER -> {
                PtNDArray w = oihw(new float[Math.toIntExact(filters.size())], filters);
                yield new Gradient(w, recorded(s, nchw(first, images), w, w), nchw(second, outputs), new int[] {2, 3, 1, 0});
            }
        };
    }

    /** The convolution with a graph behind it that leads to one of its operands. */
    private static PtNDArray recorded(ConvShape s, PtNDArray x, PtNDArray w, PtNDArray leaf) {
        try (GradientCollector _ = Engine.getEngine("PyTorch").newGradientCollector()) {
            leaf.setRequiresGradient(true);
            return conv(s, x, w);
        }
    }

    private static PtNDArray conv(ConvShape s, PtNDArray x, PtNDArray w) {
        return JniUtils.convolution(x, w, null, new Shape(s.stride(), s.stride()), new Shape(s.padding(), s.padding()),
                new Shape(s.dilation(), s.dilation()), s.groups());
    }

    private PtNDArray nchw(float[] nhwc, Shape shape) {
        return permuted(nhwc, shape, 0, 3, 1, 2);
    }

    private PtNDArray oihw(float[] hwio, Shape shape) {
        return permuted(hwio, shape, 3, 2, 0, 1);
    }

    /** A contiguous array with the axes in another order. */
    private PtNDArray permuted(float[] data, Shape shape, int... axes) {
        NDArray view = manager.create(data, shape).transpose(axes);
        return (PtNDArray) manager.create(view.toFloatArray(), view.getShape());
    }

    @Override
    public void close() {
        manager.close();
    }

    private interface Computation {
        NDArray compute();
    }

    /** Something whose result is a new array each time. */
    private static final class Computed implements Task {
        private final Computation computation;
        private final boolean image;
        private NDArray last;

        Computed(Computation computation, boolean image) {
            this.computation = computation;
            this.image = image;
        }

        @Override
        public void run() {
            if (last != null) { last.close(); }
            last = computation.compute();
        }

        @Override
        public float[] result() {
            return image ? last.transpose(0, 2, 3, 1).toFloatArray() : last.toFloatArray();
        }
    }

    /** The gradient of one leaf; the graph behind it is kept. */
    private static final class Gradient implements Task {
        private final PtNDArray leaf;
        private final PtNDArray y;
        private final PtNDArray dy;
        private final int[] axes;
        private int runs;

        Gradient(PtNDArray leaf, PtNDArray y, PtNDArray dy, int[] axes) {
            this.leaf = leaf;
            this.y = y;
            this.dy = dy;
            this.axes = axes;
        }

        @Override
        public void run() {
            JniUtils.backward(y, dy, true, false);
            runs++;
        }

        @Override
        public float[] result() {
            return leaf.getGradient().div(runs).transpose(axes).toFloatArray();
        }
    }
}
