package dev.steppe.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.core.Batch;
import dev.steppe.core.Buffers;
import dev.steppe.core.Evaluator;
import dev.steppe.core.Losses;
import dev.steppe.core.Objective;
import dev.steppe.core.ParameterSpace;
import dev.steppe.core.ParameterSpace.Segment;
import dev.steppe.core.Parameters;
import dev.steppe.core.Pass;
import dev.steppe.core.Points;
import dev.steppe.core.RandomKey;
import dev.steppe.core.Role;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.core.Weight;
import dev.steppe.kernels.DType;
import dev.steppe.kernels.Kernels;
import dev.steppe.kernels.ShapeException;
import dev.steppe.kernels.Workers;
import dev.steppe.optim.landscape.Axis;
import dev.steppe.optim.landscape.Curve;
import dev.steppe.optim.landscape.Directions;
import dev.steppe.optim.landscape.Grid;
import dev.steppe.optim.landscape.Landscape;
import dev.steppe.optim.landscape.Scaling;
import dev.steppe.optim.landscape.Scaling.Rest;
import dev.steppe.optim.landscape.Scaling.Unit;
import dev.steppe.optim.landscape.Trajectory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Slices against closed forms of quadratics and against single evaluations; directions against the norms that they should have. */
class LandscapeTest {
    private static final RandomKey KEY = RandomKey.of(5);
    private static final Axis AXIS = Axis.around(0.8, 5);

    private final TinyNet net = new TinyNet(DType.F64, true, 0.3);
    private final Evaluator evaluator = new Evaluator(Toy.KERNELS, net.objective());
    private final Parameters start = net.start();
    private final Batch batch = net.batch(0, 6);

    /** A quadratic of which all numbers are one matrix without filters. */
    private static Evaluator evaluator(Quadratic q, Weight w) {
        int n = q.start.length;
        double[] a = Arrays.stream(q.a).flatMapToDouble(Arrays::stream).toArray();
        return new Evaluator(Toy.KERNELS, Objective.ofLosses((batch, pass) -> {
            Tensor x = pass.at(w);
            Tensor half = pass.tape().constant(Tensor.of(Shape.of(n, n), a)).matmul(x).times(0.5);
            return x.mul(half.sub(pass.tape().constant(Tensor.of(Shape.of(n, 1), q.b)))).sum().reshape(1);
        }));
    }

    private static double loss(Quadratic q, double[] w) {
        double[] g = q.gradient(w);
        return IntStream.range(0, w.length).mapToDouble(i -> 0.5 * w[i] * (g[i] - q.b[i])).sum();
    }

    @Property(tries = 60)
    void slicesOfQuadraticsAreTheirParabolas(@ForAll long seed, @ForAll @IntRange(min = 1, max = 8) int n) {
        SplittableRandom random = new SplittableRandom(seed);
        Quadratic q = Quadratic.random(random, n);
        Weight w = new Weight(Shape.of(n, 1), Role.WEIGHT, Weight.NO_FILTERS);
        Parameters at = new Parameters(ParameterSpace.of(Map.of("w", w)), Tensor.of(Shape.of(n), q.start), Buffers.none());
        Tensor u = Tensor.of(Shape.of(n), random.doubles(n, -1, 1).toArray());
        Tensor v = Tensor.of(Shape.of(n), random.doubles(n, -1, 1).toArray());
        Landscape landscape = Landscape.of(evaluator(q, w), List.of(Quadratic.BATCH));
        Axis y = new Axis(-0.3, 2, 4);
        Grid grid = landscape.plane(at, u, v, AXIS, y);
        Curve line = landscape.line(at, v, y);
        for (int j = 0; j < grid.y().length; j++) {
            assertEquals(loss(q, moved(q.start, 0, u, grid.y()[j], v)), line.losses()[j], 1e-10);
            for (int i = 0; i < grid.x().length; i++) {
                assertEquals(loss(q, moved(q.start, grid.x()[i], u, grid.y()[j], v)), grid.losses()[j][i], 1e-10);
            }
        }
        Parameters end = new Parameters(at.space(), u, Buffers.none());
        Curve way = landscape.between(at, end, new Axis(-0.5, 1.5, 9));
        for (int i = 0; i < way.x().length; i++) {
            double x = way.x()[i];
            double[] there = IntStream.range(0, n).mapToDouble(k -> (1 - x) * q.start[k] + x * u.get(k)).toArray();
            assertEquals(loss(q, there), way.losses()[i], 1e-10);
        }
    }

    private static double[] moved(double[] w, double x, Tensor u, double y, Tensor v) {
        return IntStream.range(0, w.length).mapToDouble(i -> w[i] + x * u.get(i) + y * v.get(i)).toArray();
    }

    @Property(tries = 100)
    void axesAreEvenAndSymmetric(@ForAll @IntRange(min = 2, max = 60) int steps, @ForAll long seed) {
        double radius = new SplittableRandom(seed).nextDouble(1e-3, 1e3);
        double[] c = Axis.around(radius, steps).coordinates();
        assertEquals(-radius, c[0]);
        assertEquals(radius, c[steps - 1]);
        for (int i = 0; i < steps; i++) {
            assertTrue(-c[i] == c[steps - 1 - i], "to the last bit");
            assertEquals(2 * radius * i / (steps - 1) - radius, c[i], 1e-12 * radius);
        }
        assertTrue(steps % 2 == 0 || c[steps / 2] == 0);
    }

    /** Norms of filters, tensor by tensor, as the layout says: HWIO and [in, out]. */
    private double[] filterNorms(Tensor point, Segment s) {
        int filters = s.shape().dim(-1);
        double[] sum = new double[filters];
        for (int i = 0; i < s.size(); i++) {
            sum[i % filters] += Math.pow(point.get(s.offset() + i), 2);
        }
        return Arrays.stream(sum).map(Math::sqrt).toArray();
    }

    private double norm(Tensor point, Segment s) {
        return Math.sqrt(IntStream.range(0, s.size()).mapToDouble(i -> Math.pow(point.get(s.offset() + i), 2)).sum());
    }

    @ParameterizedTest
    @EnumSource
    void directionsHaveTheNormsOfTheWeights(Unit unit) {
        Tensor plain = Directions.random(start, KEY);
        Tensor d = new Scaling(unit, Rest.SCALED).apply(start, plain);
        if (unit == Unit.ALL) {
            assertEquals(new Points(Toy.KERNELS).norm(start.point()), new Points(Toy.KERNELS).norm(d), 1e-12);
        }
        for (Segment s : start.space().segments()) {
            boolean filters = s.role() == Role.WEIGHT && unit == Unit.FILTER;
            if (filters) {
                assertArrayEquals(filterNorms(start.point(), s), filterNorms(d, s), 1e-12);
            } else if (unit == Unit.FILTER || unit == Unit.TENSOR) {
                assertEquals(norm(start.point(), s), norm(d, s), 1e-12);
            }
            double turned = IntStream.range(s.offset(), s.offset() + s.size()).mapToDouble(i -> d.get(i) * plain.get(i)).min().orElse(0);
            assertTrue(turned >= 0, "no sign changes");
        }
        assertEquals(unit == Unit.NONE, Arrays.equals(plain.toDoubles(), d.toDoubles()));
    }

    @Test
    void biasesAndNormalisationAreTreatedAsOneWishes() {
        Tensor zero = Directions.random(start, KEY, Scaling.filters());
        Tensor own = Directions.random(start, KEY, Scaling.filters().rest(Rest.OWN));
        for (Segment s : start.space().segments()) {
            for (int i = s.offset(); i < s.offset() + s.size(); i++) {
                assertEquals(s.role() == Role.WEIGHT, zero.get(i) != 0, s.name());
                assertEquals(s.role() == Role.WEIGHT ? zero.get(i) : start.point().get(i), own.get(i));
            }
        }
    }

    @Test
    void whatIsFrozenOrZeroStays() {
        Parameters frozen = start.freeze(s -> s.name().equals("conv.weight"));
        Segment matrix = start.space().segment("fc.weight");
        for (int i = 0; i < 4; i++) {
            frozen.point().span().set(matrix.offset() + 3 * i + 1, 0);
        }
        Tensor d = Scaling.filters().apply(frozen, Directions.random(start, KEY));
        assertEquals(0, norm(d, start.space().segment("conv.weight")));
        assertEquals(0, norm(Directions.random(frozen, KEY), start.space().segment("conv.weight")));
        assertEquals(0, filterNorms(d, matrix)[1], "the filter is 0");
        assertTrue(filterNorms(d, matrix)[0] > 0);
        Tensor nothing = Scaling.filters().apply(frozen, Tensor.zeros(DType.F64, d.shape()));
        assertEquals(0, new Points(Toy.KERNELS).norm(nothing), "no NaN");
    }

    /** ReLU networks compute the same when one layer is made larger and the next one smaller; so does the picture. */
    @Test
    void filterUnitsDoNotSeeTheScaleOfLayers() {
        TinyNet plain = new TinyNet(DType.F64, false, 0);
        Landscape landscape = Landscape.of(new Evaluator(Toy.KERNELS, plain.objective()), List.of(batch));
        Parameters one = plain.start();
        Tensor point = one.point().keep();
        Segment filter = one.space().segment("conv.weight");
        Segment matrix = one.space().segment("fc.weight");
        new Points(Toy.KERNELS).scale(8, one.space().view(point, filter), one.space().view(point, filter));
        new Points(Toy.KERNELS).scale(1.0 / 8, one.space().view(point, matrix), one.space().view(point, matrix));
        Parameters other = new Parameters(one.space(), point, one.buffers());
        double[][] a = plane(landscape, one, Scaling.filters()).losses();
        double[][] b = plane(landscape, other, Scaling.filters()).losses();
        double[][] c = plane(landscape, other, Scaling.none()).losses();
        for (int j = 0; j < a.length; j++) {
            assertArrayEquals(a[j], b[j], 1e-12);
        }
        assertTrue(Math.abs(a[0][0] - c[0][0]) > 1e-3, "without units it does");
    }

    private static Grid plane(Landscape landscape, Parameters at, Scaling scaling) {
        return landscape.plane(at, Directions.random(at, KEY.fold(0), scaling), Directions.random(at, KEY.fold(1), scaling), AXIS, AXIS);
    }

    @Test
    void theCentreIsTheLossAndNothingIsWritten() {
        double[] weights = start.point().toDoubles();
        double[] means = start.buffers().of(net.statistics).mean().toDoubles();
        long version = start.point().version();
        Landscape landscape = Landscape.of(evaluator, List.of(batch));
        Grid grid = plane(landscape, start, Scaling.filters());
        double loss = evaluator.losses(batch, start, Pass.Mode.EVALUATION, RandomKey.of(0)).loss();
        assertEquals(loss, grid.losses()[2][2]);
        assertEquals(loss, landscape.loss(start));
        assertEquals(new Landscape.Surface(Pass.Mode.EVALUATION, false, 6), grid.surface());
        assertArrayEquals(weights, start.point().toDoubles());
        assertArrayEquals(means, start.buffers().of(net.statistics).mean().toDoubles());
        assertEquals(version, start.point().version());
    }

    @Test
    void theSameKeyGivesTheSameBitsOnAnyNumberOfThreads() {
        TinyNet single = new TinyNet(DType.F32, true, 0);
        Parameters at = single.start();
        List<double[][]> all = new ArrayList<>();
        for (int threads : new int[] {1, 2, 5}) {
            try (Workers workers = Workers.of(threads)) {
                Evaluator on = new Evaluator(Kernels.on(workers), single.objective());
                all.add(plane(Landscape.of(on, List.of(single.batch(0, 64))), at, Scaling.filters()).losses());
            }
        }
        assertTrue(Arrays.deepEquals(all.get(0), all.get(1)));
        assertTrue(Arrays.deepEquals(all.get(0), all.get(2)));
        assertFalse(Arrays.equals(Directions.random(at, KEY).toDoubles(), Directions.random(at, RandomKey.of(6)).toDoubles()));
    }

    @Test
    void batchesCountByTheirSizes() {
        double mean = Arrays.stream(evaluator.losses(batch, start, Pass.Mode.EVALUATION, KEY).losses()).average().orElseThrow();
        Landscape inParts = Landscape.of(evaluator, List.of(batch.slice(0, 1), batch.slice(1, 5), batch.slice(5, 6)));
        assertEquals(mean, inParts.loss(start), 1e-14);
        assertEquals(6, inParts.line(start, Directions.random(start, KEY), AXIS).surface().examples());
    }

    @Test
    void trainingSeesTheStatisticsOfTheBatchAndOneMask() {
        Landscape training = Landscape.of(evaluator, List.of(batch)).training(KEY);
        double loss = evaluator.losses(batch, start, Pass.Mode.TRAINING_FROZEN_STATISTICS, KEY.fold(0)).loss();
        Tensor nowhere = Tensor.zeros(DType.F64, start.point().shape());
        assertArrayEquals(new double[] {loss, loss, loss}, training.line(start, nowhere, Axis.around(1, 3)).losses());
        assertEquals(Pass.Mode.TRAINING_FROZEN_STATISTICS, training.line(start, nowhere, AXIS).surface().mode());
    }

    private Parameters other() {
        Tensor point = Directions.random(start, KEY.fold("other"));
        Buffers measured = start.buffers()
                .measured(evaluator.losses(net.batch(1, 8), start, Pass.Mode.TRAINING, KEY).collected());
        return new Parameters(start.space(), point, measured);
    }

    @Test
    void betweenTwoPointsWeightsAndStatisticsAreMixed() {
        Parameters other = other();
        Curve curve = Landscape.of(evaluator, List.of(batch)).between(start, other, new Axis(0, 1, 3));
        assertEquals(evaluator.losses(batch, start, Pass.Mode.EVALUATION, KEY).loss(), curve.losses()[0]);
        assertEquals(evaluator.losses(batch, other, Pass.Mode.EVALUATION, KEY).loss(), curve.losses()[2]);
        Parameters half = half(other, Map.of("bn", new Buffers.Entry("bn", net.statistics,
                middle(start.buffers().of(net.statistics).mean(), other.buffers().of(net.statistics).mean()),
                middle(start.buffers().of(net.statistics).variance(), other.buffers().of(net.statistics).variance()), 0)));
        assertEquals(evaluator.losses(batch, half, Pass.Mode.EVALUATION, KEY).loss(), curve.losses()[1], 1e-14);
    }

    private static Tensor middle(Tensor a, Tensor b) {
        Tensor middle = a.keep();
        new Points(Toy.KERNELS).combine(0.5, a, 0.5, b, middle);
        return middle;
    }

    private Parameters half(Parameters other, Map<String, Buffers.Entry> buffers) {
        return new Parameters(start.space(), middle(start.point(), other.point()), start.buffers().with(buffers));
    }

    @Test
    void recalibratedStatisticsAreThoseOfTheExamples() {
        Parameters other = other();
        List<Batch> examples = List.of(net.batch(2, 7), net.batch(3, 7));
        Curve curve = Landscape.of(evaluator, List.of(batch)).recalibrated(examples).between(start, other, new Axis(0, 1, 3));
        assertTrue(curve.surface().recalibrated());
        Parameters half = half(other, Map.of());
        var collected = Buffers.merge(
                evaluator.losses(examples.get(0), half, Pass.Mode.TRAINING, KEY).collected(),
                evaluator.losses(examples.get(1), half, Pass.Mode.TRAINING, KEY).collected());
        Parameters measured = new Parameters(half.space(), half.point(), half.buffers().measured(collected));
        assertEquals(evaluator.losses(batch, measured, Pass.Mode.EVALUATION, KEY).loss(), curve.losses()[1], 1e-14);
        double plain = evaluator.losses(batch, half, Pass.Mode.EVALUATION, KEY).loss();
        assertTrue(Math.abs(plain - curve.losses()[1]) > 1e-6, "and these are others");
    }

    @Property(tries = 40)
    void trajectoriesAreThePrincipalComponents(@ForAll long seed, @ForAll @IntRange(min = 3, max = 9) int moments) {
        SplittableRandom random = new SplittableRandom(seed);
        int n = 30;
        Weight w = new Weight(Shape.of(n, 1), Role.WEIGHT, Weight.NO_FILTERS);
        List<Tensor> path = IntStream.range(0, moments).mapToObj(t -> Tensor.of(Shape.of(n), random.doubles(n, -1, 1).toArray())).toList();
        Parameters end = new Parameters(ParameterSpace.of(Map.of("w", w)), path.getLast(), Buffers.none());
        Trajectory t = Trajectory.of(Toy.KERNELS, end, path);
        double[] shares = shares(path);
        for (int k = 0; k < moments; k++) {
            assertEquals(k < shares.length ? shares[k] : 0, t.explained()[k], 1e-12);
        }
        Points points = new Points(Toy.KERNELS);
        assertEquals(1, points.norm(t.first()), 1e-12);
        assertEquals(1, points.norm(t.second()), 1e-12);
        assertEquals(0, points.dot(t.first(), t.second()), 1e-12);
        assertTrue(t.x()[0] >= 0 && t.y()[0] >= 0);
        assertEquals(0, t.x()[moments - 1]);
        // The variance of the coordinates is what a component explains.
        double whole = Arrays.stream(shares).sum() * variance(path);
        assertEquals(t.explained()[0] * whole, spread(t.x()), 1e-10);
        assertEquals(t.explained()[1] * whole, spread(t.y()), 1e-10);
    }

    /** Squares of the singular values of the moments around their mean, as shares of their sum, by EJML. */
    private static double[] shares(List<Tensor> path) {
        double[][] rows = path.stream().map(Tensor::toDoubles).toArray(double[][]::new);
        for (int i = 0; i < rows[0].length; i++) {
            int column = i;
            double mean = Arrays.stream(rows).mapToDouble(row -> row[column]).average().orElseThrow();
            Arrays.stream(rows).forEach(row -> row[column] -= mean);
        }
        var svd = DecompositionFactory_DDRM.svd(rows.length, rows[0].length, false, false, true);
        assertTrue(svd.decompose(new DMatrixRMaj(rows)));
        double[] squares = Arrays.stream(svd.getSingularValues()).map(s -> s * s).sorted().toArray();
        double sum = Arrays.stream(squares).sum();
        return IntStream.range(0, squares.length).mapToDouble(i -> squares[squares.length - 1 - i] / sum).toArray();
    }

    private static double variance(List<Tensor> path) {
        return IntStream.range(0, path.getFirst().size()).mapToDouble(i -> spread(path.stream().mapToDouble(p -> p.get(i)).toArray()))
                .sum();
    }

    private static double spread(double[] x) {
        double mean = Arrays.stream(x).average().orElseThrow();
        return Arrays.stream(x).map(v -> (v - mean) * (v - mean)).sum();
    }

    @Test
    void directionsOfAlmostStraightPathsAreAtRightAngles() {
        Tensor far = Directions.random(start, KEY);
        List<Tensor> path = IntStream.range(0, 6).mapToObj(t -> {
            Tensor p = Directions.random(start, KEY.fold(t));
            new Points(Toy.KERNELS).combine(1 - 0.2 * t, far, 1e-4, p, p);
            return p.to(DType.F32);
        }).toList();
        Parameters end = new Parameters(start.space(), path.getLast(), Buffers.none());
        Trajectory t = Trajectory.of(Toy.KERNELS, end, path);
        assertEquals(0, new Points(Toy.KERNELS).dot(t.first(), t.second()), 3e-7);
    }

    @Test
    void aPathOnALineHasNoPlane() {
        List<Tensor> line = IntStream.range(0, 4).mapToObj(i -> {
            Tensor p = start.point().keep();
            new Points(Toy.KERNELS).scale(1 + i, start.point(), p);
            return p;
        }).toList();
        Parameters end = new Parameters(start.space(), line.getLast(), start.buffers());
        assertMessage("lie on one line", () -> Trajectory.of(Toy.KERNELS, end, line));
        assertMessage("2 moments", () -> Trajectory.of(Toy.KERNELS, end, line.subList(2, 4)));
        List<Tensor> still = List.of(start.point(), start.point(), start.point());
        assertMessage("lie on one line", () -> Trajectory.of(Toy.KERNELS, start, still));
    }

    @Test
    void aSliceTellsHowFarItIsAndCanBeStopped() {
        List<Integer> done = new ArrayList<>();
        Landscape landscape = Landscape.of(evaluator, List.of(batch)).progress((n, of) -> {
            assertEquals(15, of);
            done.add(n);
            if (n == 7) {
                Thread.currentThread().interrupt();
            }
        });
        Tensor d = Directions.random(start, KEY);
        CancellationException e = assertThrows(CancellationException.class, () -> landscape.plane(start, d, d, AXIS, new Axis(0, 1, 3)));
        assertTrue(Thread.interrupted(), "the thread is still interrupted");
        assertEquals("landscape: interrupted after 7 of 15 points", e.getMessage());
        assertEquals(List.of(1, 2, 3, 4, 5, 6, 7), done);
    }

    @Test
    void whatOverflowsIsShownAsSuch() {
        Weight w = new Weight(Shape.of(1, 1), Role.WEIGHT, Weight.NO_FILTERS);
        Evaluator steep = new Evaluator(Toy.KERNELS, Objective.of((x, pass) -> x.matmul(pass.at(w)).exp(), Losses::squaredError));
        Parameters at = new Parameters(ParameterSpace.of(Map.of("w", w)), Tensor.of(Shape.of(1), 1.0), Buffers.none());
        Batch one = Batch.of(Tensor.of(Shape.of(1, 1), 1.0), Tensor.of(Shape.of(1, 1), 0.0));
        Evaluator reshaped = new Evaluator(Toy.KERNELS, Objective.of(
                (x, pass) -> steep.objective().outputs(one, pass).reshape(-1), (y, target) -> Losses.squaredError(y, target.reshape(-1))));
        double[] losses = Landscape.of(reshaped, List.of(one)).line(at, Tensor.of(Shape.of(1), 1.0), new Axis(0, 1e4, 2)).losses();
        assertTrue(Double.isFinite(losses[0]));
        assertFalse(Double.isFinite(losses[1]));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
    void axesAreRefused(double radius) {
        assertThrows(IllegalArgumentException.class, () -> Axis.around(radius, 3));
        assertMessage("1 steps", () -> Axis.around(1, 1));
    }

    @Test
    void directionsThatDoNotFitAreRefused() {
        Landscape landscape = Landscape.of(evaluator, List.of(batch));
        Tensor single = Directions.random(start, KEY).to(DType.F32);
        Tensor shorter = Tensor.zeros(DType.F64, Shape.of(3));
        assertThrows(ShapeException.class, () -> landscape.line(start, single, AXIS));
        assertThrows(ShapeException.class, () -> landscape.line(start, shorter, AXIS));
        assertThrows(ShapeException.class, () -> landscape.plane(start, start.point(), shorter, AXIS, AXIS));
        assertThrows(ShapeException.class, () -> Scaling.filters().apply(start, single));
        assertThrows(ShapeException.class, () -> Directions.between(start, shorter));
        Parameters strange = new TinyNet(DType.F32, true, 0).start();
        assertThrows(ShapeException.class, () -> landscape.between(start, strange, AXIS));
        assertMessage("no examples", () -> Landscape.of(evaluator, List.of()).loss(start));
    }

    private static void assertMessage(String part, Runnable call) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, call::run);
        assertTrue(e.getMessage().contains(part), e.getMessage());
    }
}
