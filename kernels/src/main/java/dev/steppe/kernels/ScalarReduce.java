package dev.steppe.kernels;

/** Reductions over the middle axis: rows of {@code inner} numbers are added, in double. A tile is a number of outer indices. */
final class ScalarReduce implements ReduceKernel {
    private final Workers workers;
    private final SpanPool spans;

    ScalarReduce(Workers workers, SpanPool spans) {
        this.workers = workers;
        this.spans = spans;
    }

    static void check(String kernel, int outer, int count, int inner, Span x, Span y) {
        Check.floating(kernel, x);
        if (outer < 0 || count < 0 || inner < 0) {
            throw new ShapeException(
                    kernel + ": sizes must not be negative (outer " + outer + ", count " + count + ", inner " + inner + ")");
        }
        Check.span(kernel + ": x", x, x.dtype(), (long) outer * count * inner);
        Check.span(kernel + ": y", y, x.dtype(), (long) outer * inner);
    }

    @Override
    public void sum(int outer, int count, int inner, Span x, Span y) {
        check("sum", outer, count, inner, x, y);
        workers.ranges(outer, Tiles.rows((long) count * inner), (from, to) -> {
            Span.F64 sums = (Span.F64) spans.take(DType.F64, inner);
            try {
                for (int o = from; o < to; o++) {
                    Rows.fill(sums, 0, inner, 0);
                    for (int j = 0; j < count; j++) {
                        for (int i = 0; i < inner; i++) {
                            sums.set(i, sums.get(i) + x.get((o * count + j) * inner + i));
                        }
                    }
                    for (int i = 0; i < inner; i++) {
                        y.set(o * inner + i, sums.get(i));
                    }
                }
            } finally {
                spans.give(sums);
            }
        });
    }

    /** @throws ShapeException if there is nothing to choose from */
    static void checkMax(int outer, int count, int inner, Span x, Span y, Span.I32 argmax) {
        check("max", outer, count, inner, x, y);
        Check.span("max: argmax", argmax, DType.I32, y.length());
        if (count == 0 && y.length() > 0) { throw new ShapeException("max: nothing to choose from ([" + outer + ",0," + inner + "])"); }
    }

    @Override
    public void max(int outer, int count, int inner, Span x, Span y, Span.I32 argmax) {
        checkMax(outer, count, inner, x, y, argmax);
        workers.ranges(outer, Tiles.rows((long) count * inner), (from, to) -> {
            for (int o = from; o < to; o++) {
                for (int i = 0; i < inner; i++) {
                    int best = 0;
                    double largest = x.get(o * count * inner + i);
                    for (int j = 1; j < count && largest == largest; j++) {
                        double value = x.get((o * count + j) * inner + i);
                        if (value > largest || value != value) {
                            best = j;
                            largest = value;
                        }
                    }
                    y.set(o * inner + i, largest);
                    argmax.set(o * inner + i, best);
                }
            }
        });
    }
}
