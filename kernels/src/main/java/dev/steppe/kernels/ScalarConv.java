package dev.steppe.kernels;

/** Convolution by its definition, with the innermost loop over the channels that lie next to each other. */
final class ScalarConv implements ConvKernel {
    private final Workers workers;
    private final SpanPool spans;

    ScalarConv(Workers workers, SpanPool spans) {
        this.workers = workers;
        this.spans = spans;
    }

    @Override
    public String plan(ConvShape shape) {
        return "scalar";
    }

    /** @throws ShapeException if the spans do not fit the shape */
    static void check(ConvShape s, Span x, Span filter, Span y) {
        Check.floating("conv2d: x", x);
        Check.span("conv2d: x", x, x.dtype(), (long) s.n() * s.h() * s.w() * s.c());
        Check.span("conv2d: filter", filter, x.dtype(), (long) s.r() * s.s() * (s.c() / s.groups()) * s.k());
        Check.span("conv2d: y", y, x.dtype(), (long) s.n() * s.oh() * s.ow() * s.k());
    }

    @Override
    public void forward(ConvShape s, Span x, Span filter, Span y) {
        check(s, x, filter, y);
        int row = s.ow() * s.k();
        workers.ranges(s.n() * s.oh(), Tiles.rows((long) row * s.r() * s.s() * s.c() / s.groups()), (from, to) -> {
            for (int t = from; t < to; t++) {
                Rows.fill(y, t * row, row, 0);
                forwardRow(s, t / s.oh(), t % s.oh(), x, filter, y);
            }
        });
    }

    private static void forwardRow(ConvShape s, int image, int i, Span x, Span filter, Span y) {
        for (int r = 0; r < s.r(); r++) {
            int ih = i * s.stride() - s.padding() + r * s.dilation();
            if (ih < 0 || ih >= s.h()) {
                continue;
            }
            for (int j = 0; j < s.ow(); j++) {
                int yo = ((image * s.oh() + i) * s.ow() + j) * s.k();
                for (int q = 0; q < s.s(); q++) {
                    int iw = j * s.stride() - s.padding() + q * s.dilation();
                    if (iw >= 0 && iw < s.w()) {
                        tap(s.groups(), s.c() / s.groups(), s.k() / s.groups(), x, ((image * s.h() + ih) * s.w() + iw) * s.c(), filter,
                                (r * s.s() + q) * (s.c() / s.groups()) * s.k(), y, yo);
                    }
                }
            }
        }
    }

    /** One filter tap at one position: {@code y[g, b] += sum over a of x[g, a] filter[a, g, b]} for {@code groups} groups of {@code in} and {@code out} channels. */
    private static void tap(int groups, int in, int out, Span x, int xo, Span filter, int fo, Span y, int yo) {
        if (in == 1 && out == 1) {
            Rows.multiplyAdd(x, xo, filter, fo, y, yo, groups);
            return;
        }
        for (int g = 0; g < groups; g++) {
            for (int a = 0; a < in; a++) {
                Rows.axpy(x.get(xo + g * in + a), filter, fo + (a * groups + g) * out, y, yo + g * out, out);
            }
        }
    }

    @Override
    public void backwardInput(ConvShape s, Span dy, Span filter, Span dx) {
        check(s, dx, filter, dy);
        int row = s.w() * s.c();
        Span swapped = spans.take(filter.dtype(), filter.length());
        try {
            swapChannels(s, filter, swapped);
            workers.ranges(s.n() * s.h(), Tiles.rows((long) row * s.r() * s.s() * s.k() / s.groups()), (from, to) -> {
                for (int t = from; t < to; t++) {
                    Rows.fill(dx, t * row, row, 0);
                    backwardInputRow(s, t / s.h(), t % s.h(), dy, swapped, dx);
                }
            });
        } finally {
            spans.give(swapped);
        }
    }

    /** From {@code [r, s, c/groups, k]} to {@code [r, s, k/groups, c]}: what {@link #tap} needs to go from output to input channels. */
    private static void swapChannels(ConvShape s, Span filter, Span swapped) {
        int in = s.c() / s.groups();
        int out = s.k() / s.groups();
        for (int tap = 0; tap < s.r() * s.s(); tap++) {
            for (int g = 0; g < s.groups(); g++) {
                for (int a = 0; a < in; a++) {
                    for (int b = 0; b < out; b++) {
                        swapped.set((tap * out + b) * s.c() + g * in + a, filter.get((tap * in + a) * s.k() + g * out + b));
                    }
                }
            }
        }
    }

    private static void backwardInputRow(ConvShape s, int image, int ih, Span dy, Span swapped, Span dx) {
        for (int r = 0; r < s.r(); r++) {
            int i = outputIndex(ih + s.padding() - r * s.dilation(), s.stride(), s.oh());
            if (i < 0) {
                continue;
            }
            for (int iw = 0; iw < s.w(); iw++) {
                int xo = ((image * s.h() + ih) * s.w() + iw) * s.c();
                for (int q = 0; q < s.s(); q++) {
                    int j = outputIndex(iw + s.padding() - q * s.dilation(), s.stride(), s.ow());
                    if (j >= 0) {
                        tap(s.groups(), s.k() / s.groups(), s.c() / s.groups(), dy, ((image * s.oh() + i) * s.ow() + j) * s.k(), swapped,
                                (r * s.s() + q) * (s.k() / s.groups()) * s.c(), dx, xo);
                    }
                }
            }
        }
    }

    /** The output whose window starts {@code distance} before a position, or -1. */
    private static int outputIndex(int distance, int stride, int outputs) {
        return distance >= 0 && distance % stride == 0 && distance / stride < outputs ? distance / stride : -1;
    }

    /** A tile is one row of the filter, {@code [k/groups]} or with one channel a group {@code [k]}; sums run over an image first, then over images. */
    @Override
    public void backwardFilter(ConvShape s, Span x, Span dy, Span dfilter) {
        check(s, x, dfilter, dy);
        int rows = s.r() * s.s() * s.c() / s.groups();
        workers.ranges(rows, Tiles.rows((long) s.n() * s.oh() * s.ow() * s.k()), (from, to) -> {
            Span image = spans.take(x.dtype(), s.k());
            try {
                for (int row = from; row < to; row++) {
                    Rows.fill(dfilter, row * s.k(), s.k(), 0);
                    for (int n = 0; n < s.n(); n++) {
                        Rows.fill(image, 0, s.k(), 0);
                        backwardFilterRow(s, n, row, x, dy, image);
                        Rows.axpy(1, image, 0, dfilter, row * s.k(), s.k());
                    }
                }
            } finally {
                spans.give(image);
            }
        });
    }

    private static void backwardFilterRow(ConvShape s, int image, int row, Span x, Span dy, Span sum) {
        int in = s.c() / s.groups();
        int out = s.k() / s.groups();
        int a = row % in;
        int r = row / in / s.s();
        int q = row / in % s.s();
        for (int i = 0; i < s.oh(); i++) {
            int ih = i * s.stride() - s.padding() + r * s.dilation();
            for (int j = 0; j < s.ow(); j++) {
                int iw = j * s.stride() - s.padding() + q * s.dilation();
                if (ih < 0 || ih >= s.h() || iw < 0 || iw >= s.w()) {
                    continue;
                }
                int xo = ((image * s.h() + ih) * s.w() + iw) * s.c();
                int yo = ((image * s.oh() + i) * s.ow() + j) * s.k();
                if (in == 1 && out == 1) {
                    Rows.multiplyAdd(x, xo, dy, yo, sum, 0, s.groups());
                } else {
                    for (int g = 0; g < s.groups(); g++) {
                        Rows.axpy(x.get(xo + g * in + a), dy, yo + g * out, sum, g * out, out);
                    }
                }
            }
        }
    }
}
