package dev.steppe.kernels;

/** Normalisation in two passes, means first and squared distances from them second, all sums in double. */
final class ScalarNorm implements NormKernel {
    private final Workers workers;
    private final SpanPool spans;

    ScalarNorm(Workers workers, SpanPool spans) {
        this.workers = workers;
        this.spans = spans;
    }

    /** One number to add to the sum of a column. */
    private interface Term {
        double of(int row, int column);
    }

    /** Sums over rows: first within tiles of rows, then over the tiles in order. */
    private void columnSums(int rows, int c, Term term, Span.F64 sums) {
        int size = Tiles.rows(c);
        Span.F64 partial = (Span.F64) spans.take(DType.F64, Math.multiplyExact(Math.ceilDiv(rows, size), c));
        try {
            Rows.fill(partial, 0, partial.length(), 0);
            workers.ranges(rows, size, (from, to) -> {
                int tile = from / size * c;
                for (int row = from; row < to; row++) {
                    for (int j = 0; j < c; j++) {
                        partial.set(tile + j, partial.get(tile + j) + term.of(row, j));
                    }
                }
            });
            Rows.fill(sums, 0, c, 0);
            for (int tile = 0; tile < partial.length(); tile += c) {
                Rows.axpy(1, partial, tile, sums, 0, c);
            }
        } finally {
            spans.give(partial);
        }
    }

    @Override
    public void batchStatistics(int rows, int c, Span x, Span mean, Span variance) {
        checkStatistics(rows, c, x, mean, variance);
        Span.F64 sums = (Span.F64) spans.take(DType.F64, c);
        try {
            columnSums(rows, c, (row, j) -> x.get(row * c + j), sums);
            for (int j = 0; j < c; j++) {
                sums.set(j, sums.get(j) / rows);
                mean.set(j, sums.get(j));
            }
            Span.F64 squares = (Span.F64) spans.take(DType.F64, c);
            columnSums(rows, c, (row, j) -> square(x.get(row * c + j) - sums.get(j)), squares);
            for (int j = 0; j < c; j++) {
                variance.set(j, squares.get(j) / rows);
            }
            spans.give(squares);
        } finally {
            spans.give(sums);
        }
    }

    private static double square(double x) {
        return x * x;
    }

    /** How many rows the statistics are of: infinitely many where they are given, so that no row has a part in them. */
    static double count(int rows, boolean given) {
        return given ? Double.POSITIVE_INFINITY : rows;
    }

    static double inverseDeviation(double variance, double epsilon) {
        return 1 / Math.sqrt(variance + epsilon);
    }

    @Override
    public void batchNormalise(int rows, int c, Span x, Span mean, Span variance, double epsilon, Span scale, Span shift, Span residual,
            boolean relu, Span y) {
        checkNormalise(rows, c, x, mean, variance, scale, shift, residual, y);
        workers.ranges(rows, Tiles.rows(c), (from, to) -> {
            for (int j = 0; j < c; j++) {
                double factor = scale.get(j) * inverseDeviation(variance.get(j), epsilon);
                for (int i = from * c + j; i < to * c; i += c) {
                    double value = (x.get(i) - mean.get(j)) * factor + shift.get(j) + (residual == null ? 0 : residual.get(i));
                    y.set(i, relu ? Math.max(value, 0) : value);
                }
            }
        });
    }

    @Override
    public void batchNormBackward(int rows, int c, Span x, Span dy, Span mean, Span variance, double epsilon, Span scale, Span shift,
            boolean relu, boolean given, Span dx, Span dscale, Span dshift) {
        checkBatchBackward(rows, c, x, dy, mean, variance, scale, shift, relu, dx, dscale, dshift);
        Span.F64 istd = (Span.F64) spans.take(DType.F64, c);
        Span.F64 sums = (Span.F64) spans.take(DType.F64, c);
        Span.F64 products = (Span.F64) spans.take(DType.F64, c);
        for (int j = 0; j < c; j++) {
            istd.set(j, inverseDeviation(variance.get(j), epsilon));
        }
        Term xhat = (row, j) -> (x.get(row * c + j) - mean.get(j)) * istd.get(j);
        Term gradient = (row, j) -> relu && !(xhat.of(row, j) * scale.get(j) + shift.get(j) > 0) ? 0 : dy.get(row * c + j);
        try {
            columnSums(rows, c, gradient, sums);
            columnSums(rows, c, (row, j) -> gradient.of(row, j) * xhat.of(row, j), products);
            workers.ranges(rows, Tiles.rows(c), (from, to) -> {
                for (int row = from; row < to; row++) {
                    for (int j = 0; j < c; j++) {
                        double g = gradient.of(row, j);
                        double centred = given ? g : g - sums.get(j) / rows - xhat.of(row, j) * products.get(j) / rows;
                        dx.set(row * c + j, scale.get(j) * istd.get(j) * centred);
                    }
                }
            });
            store(products, dscale);
            store(sums, dshift);
        } finally {
            spans.give(products);
            spans.give(sums);
            spans.give(istd);
        }
    }

    @Override
    public void batchNormDoubleBackward(int rows, int c, Span x, Span dy, Span mean, Span variance, double epsilon, Span scale, Span shift,
            boolean relu, boolean given, Span dscale, Span dshift, Span a, Span p, Span q, Span gx, Span gdy, Span gscale) {
        checkDoubleBackward(rows, c, x, dy, mean, variance, scale, shift, relu, dscale, dshift, a, p, q, gx, gdy, gscale);
        Term d = (row, j) -> x.get(row * c + j) - mean.get(j);
        Term counts = (row, j) -> relu && !(d.of(row, j) * inverseDeviation(variance.get(j), epsilon) * scale.get(j) + shift.get(j) > 0)
                ? 0
                : 1;
        Term g = (row, j) -> counts.of(row, j) == 0 ? 0 : dy.get(row * c + j);
        Span.F64 sums = (Span.F64) spans.take(DType.F64, 3 * c);
        try {
            columnSums(rows, c, (row, j) -> a.get(row * c + j), sums.slice(0, c));
            columnSums(rows, c, (row, j) -> a.get(row * c + j) * d.of(row, j), sums.slice(c, c));
            columnSums(rows, c, (row, j) -> a.get(row * c + j) * g.of(row, j), sums.slice(2 * c, c));
            NormCurvature[] k = new NormCurvature[c];
            for (int j = 0; j < c; j++) {
                k[j] = NormCurvature.of(count(rows, given), inverseDeviation(variance.get(j), epsilon), scale.get(j), dscale.get(j),
                        dshift.get(j), p.get(j), q.get(j), sums.get(j), sums.get(c + j), sums.get(2 * c + j));
                gscale.set(j, k[j].gscale());
            }
            workers.ranges(rows, Tiles.rows(c), (from, to) -> {
                for (int row = from; row < to; row++) {
                    for (int j = 0; j < c; j++) {
                        int i = row * c + j;
                        gx.set(i, k[j].xG() * g.of(row, j) + k[j].xA() * a.get(i) + k[j].xD() * d.of(row, j) + k[j].x1());
                        gdy.set(i, counts.of(row, j) == 0 ? 0 : k[j].yA() * a.get(i) + k[j].yD() * d.of(row, j) + k[j].y1());
                    }
                }
            });
        } finally {
            spans.give(sums);
        }
    }

    @Override
    public void layerNormalise(int rows, int c, Span x, double epsilon, Span scale, Span shift, Span y, Span mean, Span variance) {
        checkLayer(rows, c, x, scale, shift, y, mean, variance);
        workers.ranges(rows, Tiles.rows(c), (from, to) -> {
            for (int row = from; row < to; row++) {
                double sum = 0;
                for (int i = row * c; i < (row + 1) * c; i++) {
                    sum += x.get(i);
                }
                double centre = sum / c;
                double squares = 0;
                for (int i = row * c; i < (row + 1) * c; i++) {
                    squares += square(x.get(i) - centre);
                }
                double istd = inverseDeviation(squares / c, epsilon);
                mean.set(row, centre);
                variance.set(row, squares / c);
                for (int j = 0; j < c; j++) {
                    y.set(row * c + j, (x.get(row * c + j) - centre) * istd * scale.get(j) + shift.get(j));
                }
            }
        });
    }

    @Override
    public void layerNormBackward(int rows, int c, Span x, Span dy, Span mean, Span variance, double epsilon, Span scale, Span dx,
            Span dscale,
            Span dshift) {
        checkLayerBackward(rows, c, x, dy, mean, variance, scale, dx, dscale, dshift);
        Span.F64 sums = (Span.F64) spans.take(DType.F64, c);
        try {
            columnSums(rows, c,
                    (row, j) -> dy.get(row * c + j) * (x.get(row * c + j) - mean.get(row)) * inverseDeviation(variance.get(row), epsilon),
                    sums);
            store(sums, dscale);
            columnSums(rows, c, (row, j) -> dy.get(row * c + j), sums);
            store(sums, dshift);
        } finally {
            spans.give(sums);
        }
        workers.ranges(rows, Tiles.rows(c), (from, to) -> {
            for (int row = from; row < to; row++) {
                layerRowBackward(row, c, x, dy, mean.get(row), inverseDeviation(variance.get(row), epsilon), scale, dx);
            }
        });
    }

    private static void layerRowBackward(int row, int c, Span x, Span dy, double centre, double istd, Span scale, Span dx) {
        double sum = 0;
        double product = 0;
        for (int j = 0; j < c; j++) {
            double d = dy.get(row * c + j) * scale.get(j);
            sum += d;
            product += d * (x.get(row * c + j) - centre) * istd;
        }
        for (int j = 0; j < c; j++) {
            double xhat = (x.get(row * c + j) - centre) * istd;
            dx.set(row * c + j, istd * (dy.get(row * c + j) * scale.get(j) - sum / c - xhat * product / c));
        }
    }

    private static void store(Span.F64 sums, Span y) {
        for (int j = 0; j < y.length(); j++) {
            y.set(j, sums.get(j));
        }
    }

    static void checkStatistics(int rows, int c, Span x, Span mean, Span variance) {
        Check.floating("batchStatistics: x", x);
        if (rows < 1 || c < 0) { throw new ShapeException("batchStatistics: x is [" + rows + "," + c + "], expected at least 1 row"); }
        Check.span("batchStatistics: x", x, x.dtype(), (long) rows * c);
        Check.span("batchStatistics: mean", mean, x.dtype(), c);
        Check.span("batchStatistics: variance", variance, x.dtype(), c);
    }

    static void checkNormalise(int rows, int c, Span x, Span mean, Span variance, Span scale, Span shift, Span residual, Span y) {
        Check.matrix("batchNormalise: x", x, rows, c);
        Check.span("batchNormalise: mean", mean, x.dtype(), c);
        Check.span("batchNormalise: variance", variance, x.dtype(), c);
        Check.span("batchNormalise: scale", scale, x.dtype(), c);
        Check.span("batchNormalise: shift", shift, x.dtype(), c);
        if (residual != null) {
            Check.span("batchNormalise: residual", residual, x.dtype(), x.length());
        }
        Check.span("batchNormalise: y", y, x.dtype(), x.length());
    }

    static void checkLayer(int rows, int c, Span x, Span scale, Span shift, Span y, Span mean, Span variance) {
        Check.matrix("layerNormalise: x", x, rows, c);
        Check.span("layerNormalise: scale", scale, x.dtype(), c);
        Check.span("layerNormalise: shift", shift, x.dtype(), c);
        Check.span("layerNormalise: y", y, x.dtype(), x.length());
        Check.span("layerNormalise: mean", mean, x.dtype(), rows);
        Check.span("layerNormalise: variance", variance, x.dtype(), rows);
    }

    static void checkBatchBackward(int rows, int c, Span x, Span dy, Span mean, Span variance, Span scale, Span shift, boolean relu,
            Span dx, Span dscale,
            Span dshift) {
        checkBackward(rows, c, x, dy, scale, dx, dscale, dshift);
        Check.span("batchNormBackward: mean", mean, x.dtype(), c);
        Check.span("batchNormBackward: variance", variance, x.dtype(), c);
        if (relu) {
            Check.span("batchNormBackward: shift", shift, x.dtype(), c);
        }
    }

    static void checkDoubleBackward(int rows, int c, Span x, Span dy, Span mean, Span variance, Span scale, Span shift, boolean relu,
            Span dscale, Span dshift, Span a, Span p, Span q, Span gx, Span gdy, Span gscale) {
        checkBatchBackward(rows, c, x, dy, mean, variance, scale, shift, relu, gx, gscale, dshift);
        Check.span("batchNormDoubleBackward: dscale", dscale, x.dtype(), c);
        Check.span("batchNormDoubleBackward: a", a, x.dtype(), x.length());
        Check.span("batchNormDoubleBackward: p", p, x.dtype(), c);
        Check.span("batchNormDoubleBackward: q", q, x.dtype(), c);
        Check.span("batchNormDoubleBackward: gdy", gdy, x.dtype(), x.length());
    }

    static void checkLayerBackward(int rows, int c, Span x, Span dy, Span mean, Span variance, Span scale, Span dx, Span dscale,
            Span dshift) {
        checkBackward(rows, c, x, dy, scale, dx, dscale, dshift);
        Check.span("layerNormBackward: mean", mean, x.dtype(), rows);
        Check.span("layerNormBackward: variance", variance, x.dtype(), rows);
    }

    /** What batch and layer normalisation have in common. */
    private static void checkBackward(int rows, int c, Span x, Span dy, Span scale, Span dx, Span dscale, Span dshift) {
        Check.matrix("norm backward: x", x, rows, c);
        Check.span("norm backward: dy", dy, x.dtype(), x.length());
        Check.span("norm backward: scale", scale, x.dtype(), c);
        Check.span("norm backward: dx", dx, x.dtype(), x.length());
        Check.span("norm backward: dscale", dscale, x.dtype(), c);
        Check.span("norm backward: dshift", dshift, x.dtype(), c);
    }
}
