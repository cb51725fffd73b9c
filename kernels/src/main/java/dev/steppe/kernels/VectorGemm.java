package dev.steppe.kernels;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Matrix product in SIMD, blocked as in BLIS (Van Zee and van de Geijn, "BLIS: a framework for rapidly instantiating BLAS functionality", ACM TOMS 41(3),
 * 2015): blocks of A and B are packed into panels in the order in which the {@linkplain GemmMicro micro-kernel} reads them. A block of C stays in a packed
 * buffer over all of k and is unpacked once, so that C may have any size and alignment. F64 goes to the scalar twin.
 */
final class VectorGemm implements GemmKernel {
    private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
    private static final int L = S.length();
    private static final int MR = GemmMicro.MR;
    private static final int NR = GemmMicro.NR;
    /** Floats in a cache line: parts of the scratch array begin on one. */
    private static final int LINE = 16;

    private final Workers workers;
    private final SpanPool spans;
    private final GemmKernel scalar;

    VectorGemm(Workers workers, SpanPool spans, GemmKernel scalar) {
        this.workers = workers;
        this.spans = spans;
        this.scalar = scalar;
    }

    @Override
    public void gemm(GemmShape shape, Span a, Span b, Span c, boolean accumulate) {
        if (c.dtype() != DType.F32) {
            scalar.gemm(shape, a, b, c, accumulate);
            return;
        }
        ScalarGemm.check(shape, a, b, c);
        if (c.length() == 0) { return; }
        GemmPlan plan = GemmPlan.of(shape);
        Product product = new Product(shape, plan, (Span.F32) a, (Span.F32) b);
        if (plan.slabs() == 1) {
            run(product, (Span.F32) c, accumulate);
            return;
        }
        Span.F32 partial = (Span.F32) spans.take(DType.F32, plan.slabs() * c.length());
        try {
            run(product, partial, false);
            addSlabs(plan.slabs(), partial, (Span.F32) c, accumulate);
        } finally {
            spans.give(partial);
        }
    }

    private void run(Product p, Span.F32 c, boolean accumulate) {
        int tiles = p.shape.batch() * p.plan.tilesPerProduct();
        int each = p.plan.tilesPerRun();
        Span.F32 packed = p.plan.sharesB() ? packAllOfB(p) : null;
        try {
            workers.run(Math.ceilDiv(tiles, each), run -> {
                Span.F32 scratch = (Span.F32) spans.take(DType.F32, p.scratch());
                try {
                    for (int t = run * each; t < Math.min(tiles, (run + 1) * each); t++) {
                        p.tile(t, packed, scratch.array(), scratch.offset(), c, accumulate);
                    }
                } finally {
                    spans.give(scratch);
                }
            });
        } finally {
            if (packed != null) { spans.give(packed); }
        }
    }

    /** Rows of B are packed as they lie in memory: a walk along them, not across. */
    private Span.F32 packAllOfB(Product p) {
        int panels = Math.ceilDiv(p.n, NR);
        Span.F32 packed = (Span.F32) spans.take(DType.F32, GemmPlan.productsB(p.shape) * p.k * panels * NR);
        if (p.shape.transposeB()) {
            workers.ranges(GemmPlan.productsB(p.shape) * panels, Tiles.rows((long) p.k * NR), (from, to) -> {
                for (int t = from; t < to; t++) {
                    for (int k = 0; k < p.k; k += p.plan.kc()) {
                        p.packB(t / panels, k, t % panels * NR, packed.array(),
                                packed.offset() + p.packedB(t / panels, k, t % panels * NR));
                    }
                }
            });
        } else {
            workers.ranges(GemmPlan.productsB(p.shape) * p.k, Tiles.rows((long) panels * NR), (from, to) -> {
                for (int t = from; t < to; t++) {
                    p.packRowOfB(t / p.k, t % p.k, packed.array(), packed.offset());
                }
            });
        }
        return packed;
    }

    /** {@code C (+)= partial_0 + partial_1 + ...}, in this order. */
    private void addSlabs(int slabs, Span.F32 partial, Span.F32 c, boolean accumulate) {
        float[] from = partial.array();
        float[] to = c.array();
        workers.ranges(c.length(), Tiles.ELEMENTS, (begin, end) -> {
            int co = c.offset();
            if (!accumulate) { Arrays.fill(to, co + begin, co + end, 0); }
            for (int slab = 0; slab < slabs; slab++) {
                addInto(from, partial.offset() + slab * c.length() + begin, to, co + begin, end - begin);
            }
        });
    }

    static void addInto(float[] x, int xo, float[] y, int yo, int length) {
        int i = 0;
        for (; i < S.loopBound(length); i += L) {
            FloatVector.fromArray(S, y, yo + i).add(FloatVector.fromArray(S, x, xo + i)).intoArray(y, yo + i);
        }
        for (; i < length; i++) {
            y[yo + i] += x[xo + i];
        }
    }

    /** What is the same for all tiles of one call. */
    private static final class Product {
        final GemmShape shape;
        final GemmPlan plan;
        final int m;
        final int n;
        final int k;
        final Span.F32 a;
        final Span.F32 b;

        Product(GemmShape shape, GemmPlan plan, Span.F32 a, Span.F32 b) {
            this.shape = shape;
            this.plan = plan;
            this.m = shape.m();
            this.n = shape.n();
            this.k = shape.k();
            this.a = a;
            this.b = b;
        }

        /** Floats of scratch for one tile: packed A, packed B unless it is shared, C. */
        int scratch() {
            return floatsA() + floatsB() + plan.mc() * plan.nc();
        }

        private int floatsA() {
            return GemmPlan.roundUp(plan.mc() * plan.kc() + GemmPack.SLACK, LINE);
        }

        private int floatsB() {
            return plan.sharesB() ? 0 : GemmPlan.roundUp(plan.nc() * plan.kc() + GemmPack.SLACK, LINE);
        }

        /** One block of C over one slab of k. */
        void tile(int t, Span.F32 sharedB, float[] scratch, int so, Span.F32 c, boolean accumulate) {
            int product = t / plan.tilesPerProduct();
            int rest = t % plan.tilesPerProduct();
            int block = rest % (plan.rowBlocks() * plan.columnBlocks());
            int slab = rest / (plan.rowBlocks() * plan.columnBlocks());
            int i0 = block / plan.columnBlocks() * plan.mc();
            int j0 = block % plan.columnBlocks() * plan.nc();
            int rows = Math.min(plan.mc(), m - i0);
            int columns = Math.min(plan.nc(), n - j0);
            int bo = so + floatsA();
            int co = bo + floatsB();
            Arrays.fill(scratch, co, co + plan.mc() * plan.nc(), 0);
            for (int k0 = slab * plan.slab(); k0 < Math.min(k, (slab + 1) * plan.slab()); k0 += plan.kc()) {
                int kc = Math.min(plan.kc(), k - k0);
                packA(product, k0, kc, i0, rows, scratch, so);
                if (sharedB == null) {
                    for (int j = 0; j < columns; j += NR) {
                        packB(product, k0, j0 + j, scratch, bo + j * kc);
                    }
                    multiply(rows, columns, kc, scratch, so, scratch, bo, co);
                } else {
                    int from = sharedB.offset() + packedB(shape.strideB() == 0 ? 0 : product, k0, j0);
                    multiply(rows, columns, kc, scratch, so, sharedB.array(), from, co);
                }
            }
            int to = c.offset() + (product + slab) * m * n + i0 * n + j0;
            unpack(rows, columns, scratch, co, c.array(), to, accumulate);
        }

        /** All panels of a block; the panel of B stays in the first-level cache while the panels of A pass by. */
        private void multiply(int rows, int columns, int kc, float[] scratch, int ao, float[] b, int bo, int co) {
            for (int j = 0; j < columns; j += NR) {
                for (int i = 0; i < rows; i += MR) {
                    GemmMicro.multiply(panel(rows - i), scratch, ao + i * kc, b, bo + j * kc, scratch, co + j * plan.mc() + i * NR, kc);
                }
            }
        }

        private static int panel(int rows) {
            return rows <= GemmMicro.LOW ? GemmMicro.LOW : MR;
        }

        private void packA(int product, int k0, int kc, int i0, int rows, float[] to, int offset) {
            int from = a.offset() + product * shape.strideA();
            for (int i = 0; i < rows; i += MR) {
                int width = panel(rows - i);
                int valid = Math.min(width, rows - i);
                if (shape.transposeA()) {
                    GemmPack.across(a.array(), from + k0 * m + i0 + i, m, valid, width, kc, to, offset + i * kc);
                } else {
                    GemmPack.along(a.array(), from + (i0 + i) * k + k0, k, valid, width, kc, to, offset + i * kc);
                }
            }
        }

        /** Packs the panel of B at column {@code j} over the block of k at {@code k0}. */
        void packB(int product, int k0, int j, float[] to, int offset) {
            int kc = Math.min(plan.kc(), k - k0);
            int from = b.offset() + product * shape.strideB();
            int valid = Math.min(NR, n - j);
            if (shape.transposeB()) {
                GemmPack.along(b.array(), from + j * k + k0, k, valid, NR, kc, to, offset);
            } else {
                GemmPack.across(b.array(), from + k0 * n + j, n, valid, NR, kc, to, offset);
            }
        }

        /** Packs row {@code i} of a B that is not transposed into all its panels. */
        void packRowOfB(int product, int i, float[] to, int offset) {
            int k0 = i / plan.kc() * plan.kc();
            int from = b.offset() + product * shape.strideB() + i * n;
            int whole = n / NR * NR;
            int panel = offset + packedB(product, k0, 0) + (i - k0) * NR;
            int step = Math.min(plan.kc(), k - k0) * NR;
            GemmPack.row(b.array(), from, whole, to, panel, step);
            if (whole < n) {
                int last = panel + whole / NR * step;
                System.arraycopy(b.array(), from + whole, to, last, n - whole);
                Arrays.fill(to, last + n - whole, last + NR, 0);
            }
        }

        /** Where that panel lies if all of B is packed: {@code [product, block of k, panel]}. */
        int packedB(int product, int k0, int j) {
            int kc = Math.min(plan.kc(), k - k0);
            return (product * k + k0) * GemmPlan.roundUp(n, NR) + j * kc;
        }

        /** Row by row: C is written along memory, while the tile lies in the second-level cache. */
        private void unpack(int rows, int columns, float[] tile, int co, float[] c, int to, boolean accumulate) {
            int step = plan.mc() * NR;
            int whole = columns / NR * NR;
            for (int i = 0; i < rows; i++) {
                int from = co + i * NR;
                int o = to + i * n;
                if (accumulate) {
                    addRow(tile, from, step, whole, c, o);
                } else {
                    copyRow(tile, from, step, whole, c, o);
                }
                for (int j = whole; j < columns; j++) {
                    float sum = tile[from + whole / NR * step + j - whole];
                    c[o + j] = accumulate ? c[o + j] + sum : sum;
                }
            }
        }
    }

    /**
     * Apart from {@link #copyRow}: one method with a condition still left vectors as objects after a thousand steps.
     *
     * @param step from one panel of the tile to the next
     */
    private static void addRow(float[] tile, int from, int step, int columns, float[] c, int to) {
        for (int o = to; o < to + columns; o += NR) {
            FloatVector.fromArray(S, c, o).add(FloatVector.fromArray(S, tile, from)).intoArray(c, o);
            FloatVector.fromArray(S, c, o + L).add(FloatVector.fromArray(S, tile, from + L)).intoArray(c, o + L);
            from += step;
        }
    }

    /** @param step from one panel of the tile to the next */
    private static void copyRow(float[] tile, int from, int step, int columns, float[] c, int to) {
        for (int o = to; o < to + columns; o += NR) {
            FloatVector.fromArray(S, tile, from).intoArray(c, o);
            FloatVector.fromArray(S, tile, from + L).intoArray(c, o + L);
            from += step;
        }
    }
}
