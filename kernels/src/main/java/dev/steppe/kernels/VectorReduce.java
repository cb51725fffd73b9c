package dev.steppe.kernels;

/** Sums of F32: rows in double lanes, columns by {@link VectorColumns}. Maxima, and F64, go to the scalar twin. */
final class VectorReduce implements ReduceKernel {
    private final Workers workers;
    private final SpanPool spans;
    private final PointKernel points;
    private final ReduceKernel scalar;

    VectorReduce(Workers workers, SpanPool spans, PointKernel points, ReduceKernel scalar) {
        this.workers = workers;
        this.spans = spans;
        this.points = points;
        this.scalar = scalar;
    }

    @Override
    public void sum(int outer, int count, int inner, Span x, Span y) {
        ScalarReduce.check("sum", outer, count, inner, x, y);
        if (!(x instanceof Span.F32 xf && y instanceof Span.F32 yf)) {
            scalar.sum(outer, count, inner, x, y);
        } else if (inner == 1) {
            sumRows(outer, count, xf, yf);
        } else if (count <= VectorColumns.TILE_ROWS) {
            sumShortColumns(outer, count, inner, xf, yf);
        } else if (inner > 0) {
            for (int o = 0; o < outer; o++) {
                VectorColumns.sum(workers, spans, count, inner, xf.slice(o * count * inner, count * inner), yf.slice(o * inner, inner));
            }
        }
    }

    private void sumRows(int outer, int count, Span.F32 x, Span.F32 y) {
        if (count > Tiles.ELEMENTS) {
            for (int o = 0; o < outer; o++) {
                y.set(o, points.sum(x.slice(o * count, count)));
            }
            return;
        }
        int size = Tiles.rows(count);
        Span.F64 lanes = (Span.F64) spans.take(DType.F64, Math.ceilDiv(outer, size) * VectorSums.LANES);
        try {
            workers.ranges(outer, size, (from, to) -> {
                int lo = lanes.offset() + from / size * VectorSums.LANES;
                for (int o = from; o < to; o++) {
                    VectorSums.sum(x.array(), x.offset() + o * count, count, lanes.array(), lo);
                    y.set(o, VectorSums.tree(lanes.array(), lo));
                }
            });
        } finally {
            spans.give(lanes);
        }
    }

    private void sumShortColumns(int outer, int count, int inner, Span.F32 x, Span.F32 y) {
        workers.ranges(outer, Tiles.rows((long) count * inner), (from, to) -> {
            Rows.fill(y, from * inner, (to - from) * inner, 0);
            for (int o = from; o < to; o++) {
                for (int j = 0; j < count; j++) {
                    VectorNormLoops.add(x.array(), x.offset() + (o * count + j) * inner, y.array(), y.offset() + o * inner, inner);
                }
            }
        });
    }

    @Override
    public void max(int outer, int count, int inner, Span x, Span y, Span.I32 argmax) {
        scalar.max(outer, count, inner, x, y, argmax);
    }
}
