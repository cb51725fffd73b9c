package dev.steppe.kernels;

import java.util.Arrays;

/**
 * One broadcast call: adjacent axes are merged, and y is walked as rows of the innermost axis that is left. Where an operand lies contiguous, it is read in
 * place; where it is repeated or strided, a block of it is staged, small enough for the first-level cache: as many repeated rows as the block holds, so that
 * even rows of three numbers run in whole vectors. All cases so come down to {@link VectorBinary} on contiguous runs.
 */
final class VectorBroadcast {
    /** Numbers in a block; several loads of a second-level cache line per call, and two blocks far below the size of a first-level cache. */
    private static final int BLOCK = 1024;

    private final Binary f;
    private final Span.F32 a;
    private final Span.F32 b;
    private final Span.F32 y;
    private final int[] dims;
    private final int[] aStrides;
    private final int[] bStrides;
    private int rank;

    VectorBroadcast(Binary f, int[] dims, Span.F32 a, int[] aStrides, Span.F32 b, int[] bStrides, Span.F32 y) {
        this.f = f;
        this.a = a;
        this.b = b;
        this.y = y;
        this.dims = new int[Math.max(1, dims.length)];
        this.aStrides = new int[this.dims.length];
        this.bStrides = new int[this.dims.length];
        for (int d = 0; d < dims.length; d++) {
            if (dims[d] != 1) {
                append(dims[d], aStrides[d], bStrides[d]);
            }
        }
        if (rank == 0) {
            append(1, 1, 1);
        }
    }

    /** Adds an inner axis, or widens the innermost one if both operands step from the one into the other. */
    private void append(int dim, int aStride, int bStride) {
        int last = rank - 1;
        if (last >= 0 && aStrides[last] == (long) dim * aStride && bStrides[last] == (long) dim * bStride) {
            dims[last] *= dim;
        } else {
            last = rank++;
            dims[last] = dim;
        }
        aStrides[last] = aStride;
        bStrides[last] = bStride;
    }

    void run(Workers workers, SpanPool spans) {
        int inner = dims[rank - 1];
        int size = inner <= Tiles.ELEMENTS ? Tiles.ELEMENTS / inner * inner : Tiles.ELEMENTS;
        workers.ranges(y.length(), size, (from, to) -> {
            Operand left = new Operand(spans, a, aStrides);
            Operand right = new Operand(spans, b, bStrides);
            try {
                tile(left, right, from, to);
            } finally {
                right.close();
                left.close();
            }
        });
    }

    private void tile(Operand left, Operand right, int from, int to) {
        int inner = dims[rank - 1];
        int middle = rank > 1 ? dims[rank - 2] : 1;
        for (int at = from; at < to;) {
            int row = at / inner;
            int column = at - row * inner;
            int rows = Math.min(Math.min((to - at) / inner, BLOCK / inner), middle - row % middle);
            int columns = inner;
            if (column != 0 || rows == 0) {
                rows = 1;
                columns = Math.min(Math.min(to - at, inner - column), BLOCK);
            }
            left.locate(row, column, rows, columns);
            right.locate(row, column, rows, columns);
            int n = rows * columns;
            VectorBinary.apply(f, left.array, left.at, right.array, right.at, y.array(), y.offset() + at, n);
            at += n;
        }
    }

    /** One operand within one tile. */
    private final class Operand implements AutoCloseable {
        private final SpanPool spans;
        private final Span.F32 x;
        private final int[] strides;
        private Span.F32 block;
        private int blockStart = -1;
        private int blockLength;
        /** Where the current block of rows is found, in x or staged. */
        float[] array;
        int at;

        Operand(SpanPool spans, Span.F32 x, int[] strides) {
            this.spans = spans;
            this.x = x;
            this.strides = strides;
        }

        void locate(int row, int column, int rows, int columns) {
            int step = strides[rank - 1];
            int start = x.offset() + column * step;
            for (int axis = rank - 2, rest = row; axis >= 0; axis--) {
                start += rest % dims[axis] * strides[axis];
                rest /= dims[axis];
            }
            int rowStep = rank > 1 ? strides[rank - 2] : 0;
            if (step == 1 && (rows == 1 || rowStep == columns)) {
                array = x.array();
                at = start;
                return;
            }
            // A block that starts at the same number begins with the same numbers: repeated rows are staged once.
            if (start != blockStart || rows * columns > blockLength) {
                if (block == null) {
                    block = (Span.F32) spans.take(DType.F32, BLOCK);
                }
                for (int i = 0; i < rows; i++) {
                    stage(start + i * rowStep, step, block.offset() + i * columns, columns);
                }
                blockStart = start;
                blockLength = rows * columns;
            }
            array = block.array();
            at = block.offset();
        }

        private void stage(int from, int step, int to, int n) {
            if (step == 0) {
                Arrays.fill(block.array(), to, to + n, x.array()[from]);
            } else if (step == 1) {
                System.arraycopy(x.array(), from, block.array(), to, n);
            } else {
                for (int i = 0; i < n; i++) {
                    block.array()[to + i] = x.array()[from + i * step];
                }
            }
        }

        @Override
        public void close() {
            if (block != null) {
                spans.give(block);
            }
        }
    }
}
