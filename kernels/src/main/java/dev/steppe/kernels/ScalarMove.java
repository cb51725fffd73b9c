package dev.steppe.kernels;

/** Moves element by element, or by rows where both sides are contiguous. */
final class ScalarMove implements MoveKernel {
    private final Workers workers;

    ScalarMove(Workers workers) {
        this.workers = workers;
    }

    @Override
    public void fill(Span y, double value) {
        workers.ranges(y.length(), Tiles.ELEMENTS, (from, to) -> Rows.fill(y, from, to - from, value));
    }

    @Override
    public void copy(Span x, Span y) {
        Check.span("copy: y", y, x.dtype(), x.length());
        workers.ranges(y.length(), Tiles.ELEMENTS, (from, to) -> Rows.copy(x, from, y, from, to - from));
    }

    @Override
    public void strided(int[] dims, Span x, int xStart, int[] xStrides, Span y, int yStart, int[] yStrides) {
        if (checkStrided(dims, x, xStart, xStrides, y, yStart, yStrides)) {
            strided(dims, 0, x, xStart, xStrides, y, yStart, yStrides);
        }
    }

    private static void strided(int[] dims, int axis, Span x, int xo, int[] xStrides, Span y, int yo, int[] yStrides) {
        if (axis == dims.length) {
            y.set(yo, x.get(xo));
        } else if (axis == dims.length - 1 && xStrides[axis] == 1 && yStrides[axis] == 1) {
            Rows.copy(x, xo, y, yo, dims[axis]);
        } else {
            for (int i = 0; i < dims[axis]; i++) {
                strided(dims, axis + 1, x, xo + i * xStrides[axis], xStrides, y, yo + i * yStrides[axis], yStrides);
            }
        }
    }

    /** Whether there is anything to move; if so, both spans hold all of it. */
    static boolean checkStrided(int[] dims, Span x, int xStart, int[] xStrides, Span y, int yStart, int[] yStrides) {
        Check.type("strided: y", y, x.dtype());
        if (xStrides.length != dims.length || yStrides.length != dims.length) {
            throw new ShapeException("strided: " + dims.length + " dims, but " + xStrides.length + " and " + yStrides.length + " strides");
        }
        boolean empty = false;
        for (int dim : dims) {
            if (dim < 0) { throw new ShapeException("strided: a dim is " + dim + ", expected 0 or more"); }
            empty |= dim == 0;
        }
        if (!empty) {
            checkReach("x", dims, x, xStart, xStrides);
            checkReach("y", dims, y, yStart, yStrides);
        }
        return !empty;
    }

    private static void checkReach(String name, int[] dims, Span span, int start, int[] strides) {
        long least = start;
        long most = start;
        for (int d = 0; d < dims.length; d++) {
            long reach = (dims[d] - 1L) * strides[d];
            least += Math.min(0, reach);
            most += Math.max(0, reach);
        }
        if (least < 0 || most >= span.length()) {
            throw new ShapeException(
                    "strided: " + name + " has " + span.length() + " elements, the strides reach from " + least + " to " + most);
        }
    }

    static void checkRows(String kernel, int outer, int rows, int inner, Span x, Span.I32 index, Span y) {
        if (outer < 0 || rows < 0 || inner < 0) {
            throw new ShapeException(kernel + ": sizes must not be negative (outer " + outer + ", rows " + rows + ", inner " + inner + ")");
        }
        Check.span(kernel + ": x", x, x.dtype(), (long) outer * rows * inner);
        Check.span(kernel + ": y", y, x.dtype(), (long) outer * index.length() * inner);
        for (int j = 0; j < index.length(); j++) {
            int row = index.array()[index.offset() + j];
            if (row < 0 || row >= rows) {
                throw new IndexOutOfBoundsException(kernel + ": index[" + j + "] is " + row + ", expected 0 to " + (rows - 1));
            }
        }
    }

    @Override
    public void gather(int outer, int rows, int inner, Span x, Span.I32 index, Span y) {
        checkRows("gather", outer, rows, inner, x, index, y);
        int m = index.length();
        workers.ranges(outer * m, Tiles.rows(inner), (from, to) -> {
            for (int t = from; t < to; t++) {
                int row = index.array()[index.offset() + t % m];
                Rows.copy(x, (t / m * rows + row) * inner, y, t * inner, inner);
            }
        });
    }

    @Override
    public void scatterAdd(int outer, int rows, int inner, Span y, Span.I32 index, Span x) {
        Check.floating("scatterAdd: x", x);
        checkRows("scatterAdd", outer, rows, inner, x, index, y);
        int m = index.length();
        Rows.fill(x, 0, x.length(), 0);
        workers.ranges(outer, Tiles.rows((long) m * inner), (from, to) -> {
            for (int t = from * m; t < to * m; t++) {
                int row = index.array()[index.offset() + t % m];
                Rows.axpy(1, y, t * inner, x, (t / m * rows + row) * inner, inner);
            }
        });
    }
}
