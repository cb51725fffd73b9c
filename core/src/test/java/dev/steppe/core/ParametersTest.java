package dev.steppe.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.kernels.DType;
import dev.steppe.kernels.Kernels;
import dev.steppe.kernels.ShapeException;
import dev.steppe.kernels.Workers;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Layouts, points, batches and buffers. */
class ParametersTest {
    private final Weight a = new Weight(Shape.of(2, 3), Role.WEIGHT, 1);
    private final Weight b = new Weight(Shape.of(3), Role.BIAS, Weight.NO_FILTERS);

    private ParameterSpace space() {
        Map<String, Weight> names = new LinkedHashMap<>();
        names.put("fc.weight", a);
        names.put("fc.bias", b);
        return ParameterSpace.of(names);
    }

    @Test
    void segmentsFollowEachOther() {
        ParameterSpace space = space();
        assertEquals(9, space.size());
        assertEquals(List.of(0, 6), space.segments().stream().map(ParameterSpace.Segment::offset).toList());
        assertEquals("fc.bias", space.segment(b).name());
        assertSame(a, space.segment("fc.weight").weight());
        Tensor point = Tensor.of(Shape.of(9), 0.0, 1, 2, 3, 4, 5, 6, 7, 8);
        Tensor view = space.view(point, space.segment(b));
        assertArrayEquals(new double[] {6, 7, 8}, view.toDoubles());
        view.span().set(0, 60);
        assertEquals(60, point.get(6));
        ParameterSpace frozen = space.freeze(s -> s.role() == Role.BIAS);
        assertEquals(6, frozen.trainableSize());
        assertEquals(9, frozen.freeze(s -> false).trainableSize());
    }

    @Test
    void whatIsNotPartOfASpaceIsNamed() {
        ParameterSpace space = space();
        Weight other = new Weight(Shape.of(2, 3), Role.WEIGHT, 1);
        assertThrows(IllegalArgumentException.class, () -> space.segment(other));
        assertEquals("no parameter is named 'fc.wieght'; there are [fc.weight, fc.bias]",
                assertThrows(IllegalArgumentException.class, () -> space.segment("fc.wieght")).getMessage());
        Map<String, Weight> twice = new LinkedHashMap<>();
        twice.put("one", a);
        twice.put("two", a);
        assertThrows(IllegalArgumentException.class, () -> ParameterSpace.of(twice));
        assertEquals("a point of this space is F32 or F64 [9], got F64[3,3]", assertThrows(ShapeException.class,
                () -> new Parameters(space, Tensor.zeros(DType.F64, Shape.of(3, 3)), Buffers.none())).getMessage());
        assertThrows(ShapeException.class, () -> space.requirePoint(Tensor.zeros(DType.I32, Shape.of(9))));
        Map<String, Weight> large = new LinkedHashMap<>();
        large.put("one", new Weight(Shape.of(1 << 30), Role.WEIGHT, Weight.NO_FILTERS));
        large.put("two", new Weight(Shape.of(1 << 30), Role.WEIGHT, Weight.NO_FILTERS));
        assertThrows(ShapeException.class, () -> ParameterSpace.of(large));
    }

    @Test
    void pointsAreVectors() {
        Points points = new Points(Kernels.on(Workers.of(1)));
        for (DType dtype : new DType[] {DType.F32, DType.F64}) {
            Tensor x = Tensor.of(Shape.of(3), 1.0, -2, 2).to(dtype);
            Tensor y = Tensor.of(Shape.of(3), 4.0, 5, 6).to(dtype);
            Tensor out = points.zeros(x);
            assertEquals(6, points.dot(x, y));
            assertEquals(3, points.norm(x));
            assertEquals(Math.sqrt(16 + 100 + 144), points.scaledNorm(y, x), 1e-12);
            points.combine(2, x, -1, y, out);
            assertArrayEquals(new double[] {-2, -9, -2}, out.toDoubles());
            points.lerp(x, y, 0.5, out);
            assertArrayEquals(new double[] {2.5, 1.5, 4}, out.toDoubles());
            points.multiply(0.5, x, y, out);
            assertArrayEquals(new double[] {2, -5, 6}, out.toDoubles());
            points.scale(-1, out, out);
            points.axpy(1, x, out);
            assertArrayEquals(new double[] {-1, 3, -4}, out.toDoubles());
            points.copy(x, out);
            assertArrayEquals(x.toDoubles(), out.toDoubles());
            assertTrue(points.allFinite(out));
            out.span().set(1, Double.POSITIVE_INFINITY);
            assertTrue(!points.allFinite(out));
        }
    }

    @Test
    void whatIsCopiedMustFit() {
        Points points = new Points(Kernels.on(Workers.of(1)));
        Tensor point = Tensor.zeros(DType.F32, Shape.of(6));
        assertEquals("copy: y has 2 elements, expected 4", assertThrows(ShapeException.class,
                () -> points.copy(Tensor.full(DType.F32, Shape.of(4), 1), point.view(0, Shape.of(2)))).getMessage());
        assertEquals("copy: y is F32, expected F64",
                assertThrows(ShapeException.class, () -> points.copy(Tensor.zeros(DType.F64, Shape.of(6)), point)).getMessage());
        assertArrayEquals(new double[6], point.toDoubles());
        assertEquals(0, point.version());
    }

    /** Whatever is derived from a point is found by its version; views of a point share it. */
    @Test
    void everyWriteThroughPointsIsANewVersion() {
        Points points = new Points(Kernels.on(Workers.of(1)));
        Tensor w = Tensor.zeros(DType.F64, Shape.of(9));
        Tensor g = Tensor.full(DType.F64, Shape.of(9), 1);
        Tensor m = points.zeros(w);
        Tensor v = points.zeros(w);
        Tensor view = space().view(w, space().segment(b));
        List<Runnable> writes = List.of(() -> points.copy(g, w), () -> points.scale(2, g, w), () -> points.axpy(2, g, w),
                () -> points.combine(1, g, 1, g, w),
                () -> points.lerp(g, w, 0.5, w), () -> points.multiply(1, g, g, w), () -> points.sgd(w, g, m, 0.1, 0.9, 0, false, true),
                () -> points.sgd(w, g, null, 0.1, 0, 0, false, true), () -> points.adamW(w, g, m, v, 0.1, 0.9, 0.99, 1e-8, 0, 0.1, 0.01),
                () -> points.adam(w, g, m, v, 0.1, 0.9, 0.99, 1e-8, 0, 0.1, 0.01),
                () -> points.lamb(w, g, m, v, w, 0.9, 0.99, 1e-8, 0, 0.1, 0.01), () -> points.rmsProp(w, g, v, m, 0.1, 0.9, 1e-8, 0, 0.9),
                () -> points.lion(w, g, m, 0.1, 0.9, 0.99, 0));
        for (int i = 0; i < writes.size(); i++) {
            assertEquals(i, w.version());
            writes.get(i).run();
            assertEquals(i + 1, view.version());
        }
        assertEquals(0, g.version());
    }

    @Test
    void batchesAreCutAndWeighted() {
        Batch batch = new Batch(Fixtures.normal(DType.F32, 1, 4, 2), Fixtures.labels(4, 3), new int[] {10, 11, 12, 13}, null);
        Batch middle = batch.slice(1, 3);
        assertArrayEquals(new int[] {11, 12}, middle.ids());
        assertEquals(batch.inputs().get(2), middle.inputs().get(0));
        assertEquals(0.5, middle.weight(1));
        Batch chosen = batch.weighted(0.1, 0.2, 0.3, 0.4).select(3, 0, 3);
        assertArrayEquals(new int[] {13, 10, 13}, chosen.ids());
        assertArrayEquals(new double[] {0.4, 0.1, 0.4}, chosen.weights());
        assertArrayEquals(new double[] {0, 0, 0}, chosen.targets().toDoubles());
        assertEquals(batch.inputs().get(7), chosen.inputs().get(1));
        assertEquals(0, batch.slice(2, 2).size());
        assertThrows(ShapeException.class, () -> batch.weighted(1, 2));
        assertThrows(ShapeException.class, () -> Batch.of(batch.inputs(), Fixtures.labels(3, 3)));
        assertThrows(ShapeException.class, () -> Batch.of(Tensor.scalar(DType.F32, 1), batch.targets()));
    }

    @Test
    void buffersFollowPyTorchAndAreValues() {
        RunningStatistics one = new RunningStatistics(2, 0.1);
        RunningStatistics two = new RunningStatistics(1, 1);
        Map<String, RunningStatistics> layers = new LinkedHashMap<>();
        layers.put("bn1", one);
        layers.put("bn2", two);
        Buffers before = Buffers.initial(DType.F64, layers);
        BatchStatistics seen = new BatchStatistics(5, new double[] {1, 2}, new double[] {4, 8});
        Buffers after = before.updated(Map.of(one, seen));
        assertArrayEquals(new double[] {0.1, 0.2}, after.of(one).mean().toDoubles(), 1e-15);
        assertArrayEquals(new double[] {0.9 + 0.1 * 5, 0.9 + 0.1 * 10}, after.of(one).variance().toDoubles(), 1e-15);
        assertEquals(1, after.of(one).batches());
        assertArrayEquals(new double[] {0, 0}, before.of(one).mean().toDoubles());
        assertSame(before.of(two), after.of(two));
        assertSame(before, before.updated(Map.of()));
        Tensor lost = Tensor.of(Shape.of(2), Double.NaN, Double.POSITIVE_INFINITY);
        Buffers measured = before.with(Map.of("bn1", new Buffers.Entry("bn1", one, lost, lost, 3))).measured(Map.of(one, seen));
        assertArrayEquals(new double[] {1, 2}, measured.of(one).mean().toDoubles(), "nothing is left of what was there");
        assertArrayEquals(new double[] {5, 10}, measured.of(one).variance().toDoubles());
        Buffers loaded = before.with(Map.of("bn1", after.of(one)));
        assertSame(after.of(one), loaded.of(one));
        Buffers single = before.updated(Map.of(two, new BatchStatistics(1, new double[] {3}, new double[] {0})));
        assertArrayEquals(new double[] {0}, single.of(two).variance().toDoubles());
        assertThrows(IllegalArgumentException.class, () -> before.of(new RunningStatistics(2, 0.1)));
        assertThrows(IllegalArgumentException.class, () -> new RunningStatistics(0, 0.1));
        assertThrows(IllegalArgumentException.class, () -> new RunningStatistics(1, 0));
        assertThrows(IllegalArgumentException.class, () -> new RunningStatistics(1, 1.5));
    }
}
