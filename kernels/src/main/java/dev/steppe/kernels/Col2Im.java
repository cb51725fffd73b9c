package dev.steppe.kernels;

/**
 * The adjoint of a convolution in inputs of very few channels, such as images: the gradient of each output times all weights, which is a matrix product, and
 * what that gives added where it belongs. The direct way would leave most of a vector of input channels empty.
 */
final class Col2Im {
    /** Floats of the products of some rows: they stay in the second-level cache until they are added. */
    private static final int BLOCK_FLOATS = 1 << 16;

    private final Workers workers;
    private final SpanPool spans;
    private final GemmKernel gemm;

    Col2Im(Workers workers, SpanPool spans, GemmKernel gemm) {
        this.workers = workers;
        this.spans = spans;
        this.gemm = gemm;
    }

    /** Whether it is the better way: input channels fill a quarter of a vector at most, sums are long, and there are images for threads to share. */
    static boolean pays(ConvShape s) {
        return s.groups() == 1 && 4 * s.c() <= Simd.LANES && s.k() >= 2 * Simd.LANES && s.n() >= ImageParts.PARTS;
    }

    void backwardInput(ConvShape s, Span.F32 dy, Span.F32 filter, Span.F32 dx) {
        workers.run(s.n(), n -> image(s, n, dy, filter, dx));
    }

    private void image(ConvShape s, int n, Span.F32 dy, Span.F32 filter, Span.F32 dx) {
        int window = s.r() * s.s() * s.c();
        int row = s.ow() * window;
        int rows = Math.clamp(BLOCK_FLOATS / row, 1, s.oh());
        int image = s.h() * s.w() * s.c();
        Rows.fill(dx, n * image, image, 0);
        Span.F32 products = (Span.F32) spans.take(DType.F32, rows * row);
        try {
            for (int first = 0; first < s.oh(); first += rows) {
                int count = Math.min(rows, s.oh() - first);
                GemmShape product = GemmShape.of(false, true, count * s.ow(), window, s.k());
                Span gradients = dy.slice((n * s.oh() + first) * s.ow() * s.k(), count * s.ow() * s.k());
                gemm.gemm(product, gradients, filter, products.slice(0, count * row), false);
                for (int i = 0; i < count; i++) {
                    addRow(s, first + i, products.array(), products.offset() + i * row, dx.array(), dx.offset() + n * image);
                }
            }
        } finally {
            spans.give(products);
        }
    }

    /** Adds the products {@code [column, tap, channel]} of output row i to the rows of the image that it reads. */
    private static void addRow(ConvShape s, int i, float[] products, int from, float[] dx, int to) {
        int window = s.r() * s.s() * s.c();
        for (int r = 0; r < s.r(); r++) {
            int row = i * s.stride() + r * s.dilation() - s.padding();
            if (row < 0 || row >= s.h()) { continue; }
            for (int q = 0; q < s.s(); q++) {
                int column = q * s.dilation() - s.padding();
                int lo = Math.clamp(Math.ceilDiv(-column, s.stride()), 0, s.ow());
                int hi = Math.clamp(Math.ceilDiv(s.w() - column, s.stride()), lo, s.ow());
                addPixels(products, from + lo * window + (r * s.s() + q) * s.c(), window, dx,
                        to + (row * s.w() + lo * s.stride() + column) * s.c(), s.stride() * s.c(), hi - lo, s.c());
            }
        }
    }

    private static void addPixels(float[] x, int from, int xStep, float[] y, int to, int yStep, int pixels, int channels) {
        for (int p = 0; p < pixels; p++) {
            for (int c = 0; c < channels; c++) {
                y[to + p * yStep + c] += x[from + p * xStep + c];
            }
        }
    }
}
