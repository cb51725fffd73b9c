package dev.steppe.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The blocked product at the edges of its blocks, against sums in double and between guards of NaN. */
@Tag("vector")
class VectorGemmTest {
    /** More entries than this are not checked one by one but at random. */
    private static final int ENTRIES = 4000;
    private static Workers workers;

    @BeforeAll
    static void start() {
        workers = Workers.of(2);
    }

    @AfterAll
    static void stop() {
        workers.close();
    }

    /** One less, the same and one more than each size of a panel or block, and what is left over when two blocks are full. */
    static List<GemmShape> edges() {
        GemmPlan big = GemmPlan.of(GemmShape.of(false, false, 4000, 4000, 4000));
        List<GemmShape> shapes = new ArrayList<>();
        for (int around : new int[] {GemmMicro.LOW, GemmMicro.MR, GemmMicro.MR + GemmMicro.LOW, big.mc(), 2 * big.mc()}) {
            for (int d = -1; d <= 1; d++) {
                addAll(shapes, around + d, 33, 70);
            }
        }
        for (int around : new int[] {GemmMicro.NR / 2, GemmMicro.NR, 2 * GemmMicro.NR, big.nc()}) {
            for (int d = -1; d <= 1; d++) {
                addAll(shapes, 13, around + d, 40);
            }
        }
        for (int around : new int[] {1, big.kc(), 2 * big.kc(), 3 * big.kc()}) {
            for (int d = -1; d <= 1; d++) {
                addAll(shapes, 14, 35, around + d);
            }
        }
        addAll(shapes, 2 * big.mc() + 7, big.nc() + 3, 2 * big.kc() + 5);
        return shapes;
    }

    private static void addAll(List<GemmShape> shapes, int m, int n, int k) {
        shapes.add(GemmShape.of(false, false, m, n, k));
        shapes.add(GemmShape.of(true, false, m, n, k));
        shapes.add(GemmShape.of(false, true, m, n, k));
        shapes.add(GemmShape.of(true, true, m, n, k));
    }

    @ParameterizedTest
    @MethodSource("edges")
    void isRightAtTheEdgesOfBlocks(GemmShape shape) {
        SplittableRandom random = new SplittableRandom(shape.hashCode());
        check(shape, false, random);
        check(shape, true, random);
    }

    /** As attention has them, with a gap between operands, and with one operand for all. */
    static List<GemmShape> batches() {
        List<GemmShape> shapes = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            boolean a = (t & 1) != 0;
            boolean b = (t & 2) != 0;
            shapes.add(new GemmShape(a, b, 17, 9, 8, 40, 17 * 8, 8 * 9));
            shapes.add(new GemmShape(a, b, 64, 64, 32, 12, 64 * 32 + 5, 64 * 32 + 3));
            shapes.add(new GemmShape(a, b, 64, 33, 16, 9, 0, 33 * 16));
            shapes.add(new GemmShape(a, b, 200, 65, 300, 3, 200 * 300, 0));
            shapes.add(new GemmShape(a, b, 1, 1, 500, 7, 500, 500));
        }
        return shapes;
    }

    @ParameterizedTest
    @MethodSource("batches")
    void isRightInBatches(GemmShape shape) {
        check(shape, false, new SplittableRandom(shape.hashCode()));
        check(shape, true, new SplittableRandom(shape.hashCode()));
    }

    @Test
    void isRightWhereALongSumIsCutIntoSlabs() {
        for (int k : new int[] {20_000, 40_001}) {
            GemmShape shape = GemmShape.of(true, false, 47, 70, k);
            assertTrue(GemmPlan.of(shape).slabs() > 1, shape + " has one slab");
            check(shape, false, new SplittableRandom(k));
            check(shape, true, new SplittableRandom(k));
        }
    }

    @Test
    void emptySumsAreZeroOrNothing() {
        Span c = Span.of(new float[] {1, 2, 3, 4});
        GemmShape shape = GemmShape.of(false, false, 2, 2, 0);
        Span none = Span.of(new float[0]);
        Kernels.vector(workers).gemm().gemm(shape, none, none, c, true);
        assertEquals(4, c.get(3));
        Kernels.vector(workers).gemm().gemm(shape, none, none, c, false);
        assertEquals(0, c.get(3));
    }

    @Test
    void hasTheSameBitsOnAnyNumberOfThreads() {
        List<GemmShape> shapes = List.of(GemmShape.of(false, false, 300, 500, 300), GemmShape.of(true, false, 64, 64, 30_000),
                new GemmShape(false, true, 60, 50, 70, 30, 60 * 70, 0));
        for (GemmShape shape : shapes) {
            Span expected = null;
            for (int threads : new int[] {1, 2, 3, 8}) {
                try (Workers team = Workers.of(threads)) {
                    SplittableRandom random = new SplittableRandom(3);
                    Span a = random(DType.F32, lengthA(shape), random).span;
                    Span b = random(DType.F32, lengthB(shape), random).span;
                    Span c = Span.allocate(DType.F32, shape.batch() * shape.m() * shape.n());
                    Kernels.vector(team).gemm().gemm(shape, a, b, c, false);
                    for (int i = 0; expected != null && i < c.length(); i++) {
                        assertEquals(expected.get(i), c.get(i), 0, shape + " on " + threads + " threads, at " + i);
                    }
                    expected = c;
                }
            }
        }
    }

    private static void check(GemmShape shape, boolean accumulate, SplittableRandom random) {
        Guarded a = random(DType.F32, lengthA(shape), random);
        Guarded b = random(DType.F32, lengthB(shape), random);
        int length = shape.batch() * shape.m() * shape.n();
        Guarded c = accumulate ? random(DType.F32, length, random) : new Guarded(DType.F32, 3, length, 17);
        double[] before = new double[length];
        for (int i = 0; i < length; i++) {
            before[i] = accumulate ? c.span.get(i) : 0;
        }
        Kernels.vector(workers).gemm().gemm(shape, a.span, b.span, c.span, accumulate);
        c.assertUntouched(shape.toString());
        for (int e = 0; e < Math.min(ENTRIES, length); e++) {
            int at = length <= ENTRIES ? e : random.nextInt(length);
            double sum = before[at];
            double size = Math.abs(sum);
            for (int k = 0; k < shape.k(); k++) {
                double product = a.span.get(indexA(shape, at, k)) * b.span.get(indexB(shape, at, k));
                sum += product;
                size += Math.abs(product);
            }
            double error = Math.abs(c.span.get(at) - sum);
            double bound = Case.gamma(0x1p-24, shape.k() + 1) * size;
            assertTrue(error <= bound, () -> shape + ": C[" + at + "] is off by " + error + ", bound " + bound);
        }
    }

    private static int indexA(GemmShape s, int at, int k) {
        int i = at / s.n() % s.m();
        return at / s.n() / s.m() * s.strideA() + (s.transposeA() ? k * s.m() + i : i * s.k() + k);
    }

    private static int indexB(GemmShape s, int at, int k) {
        int j = at % s.n();
        return at / s.n() / s.m() * s.strideB() + (s.transposeB() ? j * s.k() + k : k * s.n() + j);
    }

    private static int lengthA(GemmShape s) {
        return (s.batch() - 1) * s.strideA() + s.m() * s.k();
    }

    private static int lengthB(GemmShape s) {
        return (s.batch() - 1) * s.strideB() + s.k() * s.n();
    }

    static Guarded random(DType dtype, int length, SplittableRandom random) {
        Guarded guarded = new Guarded(dtype, random.nextInt(20), length, random.nextInt(20));
        for (int i = 0; i < length; i++) {
            guarded.span.set(i, random.nextDouble() * 4 - 2);
        }
        return guarded;
    }
}
