package dev.steppe.kernels;

/** Matrix products row by row: {@code C[i,:] += op(A)[i,k] * op(B)[k,:]}, after transposing B if need be. */
final class ScalarGemm implements GemmKernel {
    private final Workers workers;
    private final SpanPool spans;

    ScalarGemm(Workers workers, SpanPool spans) {
        this.workers = workers;
        this.spans = spans;
    }

    @Override
    public void gemm(GemmShape shape, Span a, Span b, Span c, boolean accumulate) {
        check(shape, a, b, c);
        if (!shape.transposeB()) {
            multiply(shape, a, b, shape.strideB(), c, accumulate);
            return;
        }
        int n = shape.n();
        int k = shape.k();
        int products = shape.strideB() == 0 ? Math.min(1, shape.batch()) : shape.batch();
        Span plain = spans.take(b.dtype(), Math.multiplyExact(products, Math.multiplyExact(n, k)));
        try {
            for (int p = 0; p < products; p++) {
                transpose(n, k, b, p * shape.strideB(), plain, p * n * k);
            }
            multiply(shape, a, plain, shape.strideB() == 0 ? 0 : n * k, c, accumulate);
        } finally {
            spans.give(plain);
        }
    }

    /** @throws ShapeException if the spans do not fit the shape */
    static void check(GemmShape shape, Span a, Span b, Span c) {
        Check.floating("gemm: C", c);
        long m = shape.m();
        long n = shape.n();
        long k = shape.k();
        long last = shape.batch() - 1;
        if (last < 0) { return; }
        Check.atLeast("gemm: A", a, c.dtype(), last * shape.strideA() + m * k);
        Check.atLeast("gemm: B", b, c.dtype(), last * shape.strideB() + k * n);
        Check.span("gemm: C", c, c.dtype(), (last + 1) * m * n);
    }

    private static void transpose(int rows, int columns, Span x, int xo, Span y, int yo) {
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                y.set(yo + j * rows + i, x.get(xo + i * columns + j));
            }
        }
    }

    private void multiply(GemmShape shape, Span a, Span b, int strideB, Span c, boolean accumulate) {
        int m = shape.m();
        int n = shape.n();
        int k = shape.k();
        int rowStep = shape.transposeA() ? 1 : k;
        int kStep = shape.transposeA() ? m : 1;
        workers.ranges(m * shape.batch(), Tiles.rows((long) n * k), (from, to) -> {
            for (int row = from; row < to; row++) {
                int product = row / m;
                int ao = product * shape.strideA() + row % m * rowStep;
                if (!accumulate) {
                    Rows.fill(c, row * n, n, 0);
                }
                for (int kk = 0; kk < k; kk++) {
                    Rows.axpy(a.get(ao + kk * kStep), b, product * strideB + kk * n, c, row * n, n);
                }
            }
        });
    }
}
