package dev.steppe.benchmarks.peers;

import static org.bytedeco.openblas.global.openblas.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas.CblasTrans;
import static org.bytedeco.openblas.global.openblas.cblas_sgemm;
import static org.bytedeco.openblas.presets.openblas_nolapack.blas_set_num_threads;

import dev.steppe.benchmarks.Contender;
import dev.steppe.benchmarks.Sizes;
import dev.steppe.kernels.ConvShape;
import java.nio.FloatBuffer;
import org.bytedeco.javacpp.FloatPointer;

/**
 * OpenBLAS. It has no convolution: what is timed is what one builds on a BLAS, a product with the matrix of all windows ("im2col"), some images at a time.
 * That matrix is made by one thread of Java.
 */
public final class OpenBlas implements Contender {
    @Override
    public String name() {
        return "openblas";
    }

    @Override
    public void threads(int threads) {
        blas_set_num_threads(threads);
    }

    @Override
    public Task gemm(int n, float[] a, float[] b) {
        FloatPointer pa = new FloatPointer(a);
        FloatPointer pb = new FloatPointer(b);
        FloatPointer pc = new FloatPointer((long) n * n);
        return new PointerTask(pc, () -> cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, n, n, 1, pa, n, pb, n, 0, pc, n));
    }

    @Override
    public Task conv(Pass pass, ConvShape shape, float[] first, float[] second) {
        FloatPointer result = new FloatPointer((long) Sizes.result(pass, shape));
        Windows windows = new Windows(shape);
        FloatPointer pf = new FloatPointer(first);
        FloatPointer ps = new FloatPointer(second);
        return new PointerTask(result, switch (pass) {
            case FORWARD -> () -> windows.forward(pf, ps, result);
            case BACKWARD_INPUT -> () -> windows.backwardInput(pf, ps, result);
            case BACKWARD_FILTER -> () -> windows.backwardFilter(pf, ps, result);
        });
    }

    @Override
    public void close() {
        // its threads are the library's
    }

    private record PointerTask(FloatPointer to, Runnable body) implements Task {
        @Override
        public void run() {
            body.run();
        }

        @Override
        public float[] result() {
            float[] result = new float[(int) to.capacity()];
            to.get(result);
            return result;
        }
    }

    /** The matrix of the windows of some images, {@code [image, row, column][tap, channel]}. */
    private static final class Windows {
        /** Floats of the matrix: little enough to stay near the processor. */
        private static final int FLOATS = 1 << 21;
        private final ConvShape s;
        private final int terms;
        private final int images;
        private final FloatPointer matrix;
        private final FloatBuffer buffer;

        Windows(ConvShape s) {
            this.s = s;
            this.terms = s.r() * s.s() * s.c();
            this.images = Math.clamp(FLOATS / (s.oh() * s.ow() * terms), 1, s.n());
            this.matrix = new FloatPointer((long) images * s.oh() * s.ow() * terms);
            this.buffer = matrix.asBuffer();
        }

        void forward(FloatPointer x, FloatPointer filter, FloatPointer y) {
            FloatBuffer from = x.asBuffer();
            for (int n = 0; n < s.n(); n += images) {
                int rows = rows(n);
                each(n, rows, (window, image) -> buffer.put(window, from, image, s.c()), window -> fill(window));
                cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, rows, s.k(), terms, 1, matrix, terms, filter, s.k(), 0,
                        at(y, output(n)), s.k());
            }
        }

        void backwardFilter(FloatPointer x, FloatPointer dy, FloatPointer df) {
            FloatBuffer from = x.asBuffer();
            for (int n = 0; n < s.n(); n += images) {
                int rows = rows(n);
                each(n, rows, (window, image) -> buffer.put(window, from, image, s.c()), window -> fill(window));
                cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, terms, s.k(), rows, 1, matrix, terms, at(dy, output(n)), s.k(),
                        n == 0 ? 0 : 1, df,
                        s.k());
            }
        }

        void backwardInput(FloatPointer dy, FloatPointer filter, FloatPointer dx) {
            FloatBuffer to = dx.asBuffer();
            for (int i = 0; i < to.capacity(); i++) {
                to.put(i, 0);
            }
            for (int n = 0; n < s.n(); n += images) {
                int rows = rows(n);
                cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, rows, terms, s.k(), 1, at(dy, output(n)), s.k(), filter, s.k(), 0,
                        matrix, terms);
                each(n, rows, (window, image) -> {
                    for (int c = 0; c < s.c(); c++) {
                        to.put(image + c, to.get(image + c) + buffer.get(window + c));
                    }
                }, window -> {
                });
            }
        }

        private int rows(int n) {
            return Math.min(images, s.n() - n) * s.oh() * s.ow();
        }

        private long output(int n) {
            return (long) n * s.oh() * s.ow() * s.k();
        }

        private static FloatPointer at(FloatPointer pointer, long position) {
            return new FloatPointer(pointer).position(position);
        }

        private void fill(int window) {
            for (int c = 0; c < s.c(); c++) {
                buffer.put(window + c, 0);
            }
        }

        private interface Inside {
            void at(int window, int image);
        }

        private interface Outside {
            void at(int window);
        }

        /** Goes over all pixels of all windows, those in the image and those in the padding. */
        private void each(int n, int rows, Inside inside, Outside outside) {
            for (int pixel = 0; pixel < rows; pixel++) {
                int image = n + pixel / s.ow() / s.oh();
                for (int tap = 0; tap < s.r() * s.s(); tap++) {
                    int h = pixel / s.ow() % s.oh() * s.stride() - s.padding() + tap / s.s();
                    int w = pixel % s.ow() * s.stride() - s.padding() + tap % s.s();
                    int window = pixel * terms + tap * s.c();
                    if (h >= 0 && w >= 0 && h < s.h() && w < s.w()) {
                        inside.at(window, ((image * s.h() + h) * s.w() + w) * s.c());
                    } else {
                        outside.at(window);
                    }
                }
            }
        }
    }
}
