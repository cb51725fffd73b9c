package dev.steppe.kernels;

/**
 * Strided copies of F32, which is where transposes and layout changes spend their time: axes are merged and put in an order that both sides like, contiguous
 * runs go through {@link System#arraycopy}, transposes in square blocks that fit the first-level cache. No vectors here; this is the fast twin of
 * {@link ScalarMove}, which does everything else.
 */
final class VectorMove implements MoveKernel {
    /** Side of a block of a transpose: 32 cache lines on each side. */
    private static final int BLOCK = 32;

    private final Workers workers;
    private final MoveKernel scalar;

    VectorMove(Workers workers, MoveKernel scalar) {
        this.workers = workers;
        this.scalar = scalar;
    }

    @Override
    public void strided(int[] dims, Span x, int xStart, int[] xStrides, Span y, int yStart, int[] yStrides) {
        if (!ScalarMove.checkStrided(dims, x, xStart, xStrides, y, yStart, yStrides)) {
            return;
        }
        if (x instanceof Span.F32 xf && y instanceof Span.F32 yf) {
            new Copy(dims, xf, xStart, xStrides, yf, yStart, yStrides).run(workers);
        } else {
            scalar.strided(dims, x, xStart, xStrides, y, yStart, yStrides);
        }
    }

    /** One strided copy: axes from the outermost to the innermost, which is the one along which y is densest; before it the one along which x is. */
    private static final class Copy {
        private final float[] x;
        private final float[] y;
        private final int xStart;
        private final int yStart;
        private final int[] dims;
        private final int[] xs;
        private final int[] ys;
        private int rank;

        Copy(int[] dims, Span.F32 x, int xStart, int[] xStrides, Span.F32 y, int yStart, int[] yStrides) {
            this.x = x.array();
            this.y = y.array();
            this.xStart = x.offset() + xStart;
            this.yStart = y.offset() + yStart;
            this.dims = new int[dims.length + 2];
            this.xs = new int[dims.length + 2];
            this.ys = new int[dims.length + 2];
            for (int d = 0; d < dims.length; d++) {
                if (dims[d] != 1) {
                    append(dims[d], xStrides[d], yStrides[d]);
                }
            }
            densestLast(ys, rank);
            densestLast(xs, rank - 1);
            while (rank < 2) {
                prepend();
            }
        }

        private void append(int dim, int xStride, int yStride) {
            int last = rank - 1;
            if (last >= 0 && xs[last] == (long) dim * xStride && ys[last] == (long) dim * yStride) {
                dims[last] *= dim;
            } else {
                last = rank++;
                dims[last] = dim;
            }
            xs[last] = xStride;
            ys[last] = yStride;
        }

        /** Moves the axis of the smallest stride behind the other {@code count - 1} first ones. */
        private void densestLast(int[] strides, int count) {
            int densest = count - 1;
            for (int d = count - 2; d >= 0; d--) {
                if (Math.abs(strides[d]) < Math.abs(strides[densest])) {
                    densest = d;
                }
            }
            for (int d = densest; d < count - 1; d++) {
                swap(dims, d);
                swap(xs, d);
                swap(ys, d);
            }
        }

        private static void swap(int[] values, int d) {
            int value = values[d];
            values[d] = values[d + 1];
            values[d + 1] = value;
        }

        private void prepend() {
            System.arraycopy(dims, 0, dims, 1, rank);
            System.arraycopy(xs, 0, xs, 1, rank);
            System.arraycopy(ys, 0, ys, 1, rank);
            dims[0] = 1;
            xs[0] = 0;
            ys[0] = 0;
            rank++;
        }

        /** A strip is up to {@link #BLOCK} rows of the last but one axis, for one index of the axes outside it. */
        void run(Workers workers) {
            int strips = Math.ceilDiv(dims[rank - 2], BLOCK);
            int outer = 1;
            for (int d = 0; d < rank - 2; d++) {
                outer *= dims[d];
            }
            workers.ranges(outer * strips, Tiles.rows((long) Math.min(BLOCK, dims[rank - 2]) * dims[rank - 1]), (from, to) -> {
                for (int t = from; t < to; t++) {
                    strip(t / strips, t % strips * BLOCK);
                }
            });
        }

        private void strip(int outer, int firstRow) {
            int xo = xStart + firstRow * xs[rank - 2];
            int yo = yStart + firstRow * ys[rank - 2];
            for (int d = rank - 3; d >= 0; d--) {
                xo += outer % dims[d] * xs[d];
                yo += outer % dims[d] * ys[d];
                outer /= dims[d];
            }
            int rows = Math.min(BLOCK, dims[rank - 2] - firstRow);
            int columns = dims[rank - 1];
            if (xs[rank - 1] == 1 && ys[rank - 1] == 1) {
                for (int i = 0; i < rows; i++) {
                    System.arraycopy(x, xo + i * xs[rank - 2], y, yo + i * ys[rank - 2], columns);
                }
                return;
            }
            for (int j = 0; j < columns; j += BLOCK) {
                block(rows, Math.min(BLOCK, columns - j), x, xo + j * xs[rank - 1], xs[rank - 2], xs[rank - 1], y, yo + j * ys[rank - 1],
                        ys[rank - 2], ys[rank - 1]);
            }
        }

        private static void block(int rows, int columns, float[] x, int xo, int xRow, int xColumn, float[] y, int yo, int yRow,
                int yColumn) {
            for (int i = 0; i < rows; i++) {
                for (int j = 0; j < columns; j++) {
                    y[yo + i * yRow + j * yColumn] = x[xo + i * xRow + j * xColumn];
                }
            }
        }
    }

    @Override
    public void fill(Span y, double value) {
        scalar.fill(y, value);
    }

    @Override
    public void copy(Span x, Span y) {
        scalar.copy(x, y);
    }

    @Override
    public void gather(int outer, int rows, int inner, Span x, Span.I32 index, Span y) {
        scalar.gather(outer, rows, inner, x, index, y);
    }

    @Override
    public void scatterAdd(int outer, int rows, int inner, Span y, Span.I32 index, Span x) {
        scalar.scatterAdd(outer, rows, inner, y, index, x);
    }
}
