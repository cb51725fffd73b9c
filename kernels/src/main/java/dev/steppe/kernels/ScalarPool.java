package dev.steppe.kernels;

/** Pooling, window by window. A tile is a number of images, so that the scatter of a backward pass stays within its tile. */
final class ScalarPool implements PoolKernel {
    private final Workers workers;

    ScalarPool(Workers workers) {
        this.workers = workers;
    }

    /** @throws ShapeException if the spans do not fit the shape */
    static void check(PoolShape s, Span x, Span y) {
        Check.floating("pool2d: x", x);
        Check.span("pool2d: x", x, x.dtype(), (long) s.n() * s.h() * s.w() * s.c());
        Check.span("pool2d: y", y, x.dtype(), outputs(s));
    }

    /** How many outputs there are. */
    static long outputs(PoolShape s) {
        return (long) s.n() * s.oh() * s.ow() * s.c();
    }

    private void images(PoolShape s, Workers.Range body) {
        workers.ranges(s.n(), Tiles.rows((long) s.oh() * s.ow() * s.c() * s.r() * s.s()), body);
    }

    static void checkMax(PoolShape s, Span x, Span y, Span.I32 argmax) {
        check(s, x, y);
        Check.span("pool2d: argmax", argmax, DType.I32, outputs(s));
    }

    @Override
    public void max(PoolShape s, Span x, Span y, Span.I32 argmax) {
        checkMax(s, x, y, argmax);
        images(s, (from, to) -> {
            int o = from * s.oh() * s.ow() * s.c();
            for (int image = from; image < to; image++) {
                for (int i = 0; i < s.oh(); i++) {
                    for (int j = 0; j < s.ow(); j++) {
                        for (int c = 0; c < s.c(); c++, o++) {
                            int best = largest(s, x, image, i, j, c);
                            argmax.set(o, best);
                            y.set(o, x.get(best));
                        }
                    }
                }
            }
        });
    }

    private static int largest(PoolShape s, Span x, int image, int i, int j, int c) {
        int top = Math.max(0, i * s.stride() - s.padding());
        int bottom = Math.min(s.h(), i * s.stride() - s.padding() + s.r());
        int left = Math.max(0, j * s.stride() - s.padding());
        int right = Math.min(s.w(), j * s.stride() - s.padding() + s.s());
        return largest(x, ((image * s.h() + top) * s.w() + left) * s.c() + c, bottom - top, s.w() * s.c(), right - left, s.c());
    }

    /** Index of the largest of {@code rows} times {@code columns} numbers from {@code first} on. */
    static int largest(Span x, int first, int rows, int rowStep, int columns, int step) {
        int best = first;
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                int at = first + i * rowStep + j * step;
                double value = x.get(at);
                double so = x.get(best);
                if (value > so || value != value && so == so) {
                    best = at;
                }
            }
        }
        return best;
    }

    @Override
    public void maxBackward(PoolShape s, Span dy, Span.I32 argmax, Span dx) {
        checkMax(s, dx, dy, argmax);
        int in = s.h() * s.w() * s.c();
        int out = s.oh() * s.ow() * s.c();
        images(s, (from, to) -> {
            Rows.fill(dx, from * in, (to - from) * in, 0);
            for (int o = from * out; o < to * out; o++) {
                int at = argmax.array()[argmax.offset() + o];
                dx.set(at, dx.get(at) + dy.get(o));
            }
        });
    }

    @Override
    public void maxGather(PoolShape s, Span x, Span.I32 argmax, Span y) {
        checkMax(s, x, y, argmax);
        workers.ranges(y.length(), Tiles.ELEMENTS, (from, to) -> {
            for (int o = from; o < to; o++) {
                y.set(o, x.get(argmax.array()[argmax.offset() + o]));
            }
        });
    }

    @Override
    public void average(PoolShape s, boolean countPadding, Span x, Span y) {
        check(s, x, y);
        images(s, (from, to) -> {
            Rows.fill(y, from * s.oh() * s.ow() * s.c(), (to - from) * s.oh() * s.ow() * s.c(), 0);
            for (int position = from * s.oh() * s.ow(); position < to * s.oh() * s.ow(); position++) {
                int count = window(s, position, (xo, yo) -> Rows.axpy(1, x, xo, y, yo, s.c()));
                double divisor = countPadding ? s.r() * s.s() : count;
                for (int c = position * s.c(); c < (position + 1) * s.c(); c++) {
                    y.set(c, y.get(c) / divisor);
                }
            }
        });
    }

    @Override
    public void averageBackward(PoolShape s, boolean countPadding, Span dy, Span dx) {
        check(s, dx, dy);
        images(s, (from, to) -> {
            Rows.fill(dx, from * s.h() * s.w() * s.c(), (to - from) * s.h() * s.w() * s.c(), 0);
            for (int position = from * s.oh() * s.ow(); position < to * s.oh() * s.ow(); position++) {
                int count = window(s, position, (xo, yo) -> {});
                double divisor = countPadding ? s.r() * s.s() : count;
                window(s, position, (xo, yo) -> Rows.axpy(1 / divisor, dy, yo, dx, xo, s.c()));
            }
        });
    }

    /** What is done with one position of a window: offsets of its channels in x and of the window's in y. */
    private interface Position {
        void at(int xo, int yo);
    }

    /** Visits the positions of one window that lie inside x and counts them. */
    private static int window(PoolShape s, int position, Position body) {
        int image = position / (s.oh() * s.ow());
        int top = position / s.ow() % s.oh() * s.stride() - s.padding();
        int left = position % s.ow() * s.stride() - s.padding();
        int count = 0;
        for (int h = Math.max(0, top); h < Math.min(s.h(), top + s.r()); h++) {
            for (int w = Math.max(0, left); w < Math.min(s.w(), left + s.s()); w++) {
                body.at(((image * s.h() + h) * s.w() + w) * s.c(), position * s.c());
                count++;
            }
        }
        return count;
    }
}
