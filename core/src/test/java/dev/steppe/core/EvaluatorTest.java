package dev.steppe.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.kernels.DType;
import dev.steppe.kernels.Kernels;
import dev.steppe.kernels.ShapeException;
import dev.steppe.kernels.Workers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Losses, gradients and statistics of a convolutional network at points that nobody moves. */
class EvaluatorTest {
    private static final Kernels KERNELS = Kernels.on(Workers.of(1));
    private static final RandomKey KEY = RandomKey.of(9);

    private final Fixtures.ConvNet net = new Fixtures.ConvNet(3, 0.25);
    private final Parameters at = net.parameters(DType.F64, 3);
    private final Batch batch = Batch.of(Fixtures.normal(DType.F64, 4, 6, 5, 5, 3), Fixtures.labels(6, 4));
    private final Evaluator evaluator = new Evaluator(KERNELS, net.objective());

    private Tensor gradient(Batch batch, Parameters at, Pass.Mode mode, RandomKey key) {
        Tensor g = Tensor.zeros(DType.F64, at.point().shape());
        evaluator.gradient(batch, at, mode, key, g);
        return g;
    }

    @Test
    void gradientsAreDirectionalDerivatives() {
        Points points = new Points(KERNELS);
        for (Pass.Mode mode : Pass.Mode.values()) {
            Tensor g = gradient(batch, at, mode, KEY);
            for (int seed = 0; seed < 10; seed++) {
                Tensor v = Fixtures.normal(DType.F64, 50 + seed, g.size());
                Tensor moved = points.zeros(v);
                double[] loss = new double[2];
                for (int i = 0; i < 2; i++) {
                    points.combine(1, at.point(), i == 0 ? 1e-6 : -1e-6, v, moved);
                    loss[i] = evaluator.losses(batch, new Parameters(at.space(), moved, at.buffers()), mode, KEY).loss();
                }
                assertEquals((loss[0] - loss[1]) / 2e-6, points.dot(g, v), 1e-6 * Math.max(1, points.norm(g) * points.norm(v)));
            }
        }
    }

    @Test
    void weightsOfExamplesAreThoseOfTheLoss() {
        double[] losses = evaluator.losses(batch, at, Pass.Mode.TRAINING, KEY).losses();
        double[] weights = {0.5, 0, -1, 2, 0.25, 0.125};
        double expected = 0;
        double mean = 0;
        for (int i = 0; i < 6; i++) {
            expected += weights[i] * losses[i];
            mean += losses[i] / 6;
        }
        assertEquals(expected, evaluator.losses(batch.weighted(weights), at, Pass.Mode.TRAINING, KEY).loss(), 1e-12);
        assertEquals(mean, evaluator.losses(batch, at, Pass.Mode.TRAINING, KEY).loss(), 1e-12);
        Tensor sum = Tensor.zeros(DType.F64, at.point().shape());
        Points points = new Points(KERNELS);
        for (int i = 0; i < 6; i++) {
            double[] one = new double[6];
            one[i] = 1;
            points.axpy(weights[i], gradient(batch.weighted(one), at, Pass.Mode.TRAINING, KEY), sum);
        }
        Tensor g = gradient(batch.weighted(weights), at, Pass.Mode.TRAINING, KEY);
        points.combine(1, g, -1, sum, sum);
        assertTrue(points.norm(sum) <= 1e-12 * points.norm(g));
    }

    @Test
    void frozenWeightsHaveNoGradientAndTheOthersTheSame() {
        Tensor all = gradient(batch, at, Pass.Mode.TRAINING, KEY);
        Parameters frozen = at.freeze(s -> s.role() == Role.WEIGHT);
        Tensor g = Tensor.full(DType.F64, all.shape(), 7);
        evaluator.gradient(batch, frozen, Pass.Mode.TRAINING, KEY, g);
        for (ParameterSpace.Segment s : frozen.space().segments()) {
            for (int i = s.offset(); i < s.offset() + s.size(); i++) {
                assertEquals(s.frozen() ? 0 : all.get(i), g.get(i), s.name());
            }
        }
        assertEquals(frozen.space().size(), all.size());
        assertTrue(frozen.space().trainableSize() < all.size());
    }

    @Test
    void anUnusedWeightHasGradientZero() {
        Weight used = new Weight(Shape.of(2), Role.WEIGHT, Weight.NO_FILTERS);
        Weight unused = new Weight(Shape.of(3), Role.WEIGHT, Weight.NO_FILTERS);
        Map<String, Weight> names = new java.util.LinkedHashMap<>();
        names.put("unused", unused);
        names.put("used", used);
        Parameters p = new Parameters(ParameterSpace.of(names), Tensor.of(Shape.of(5), 1.0, 1, 1, 2, 3), Buffers.none());
        Objective objective = Objective.ofLosses((b, pass) -> b.inputs().mul(pass.at(used)).sum(false, 1));
        Tensor g = Tensor.full(DType.F64, Shape.of(5), 7);
        new Evaluator(KERNELS, objective).gradient(Batch.of(Tensor.of(Shape.of(1, 2), 5.0, 6), Fixtures.labels(1, 1)), p,
                Pass.Mode.TRAINING, KEY, g);
        assertArrayEquals(new double[] {0, 0, 0, 5, 6}, g.toDoubles());
    }

    @Test
    void statisticsAreCollectedInTrainingAlone() {
        Map<RunningStatistics, BatchStatistics> collected = evaluator.losses(batch, at, Pass.Mode.TRAINING, KEY).collected();
        assertEquals(2, collected.size());
        assertEquals(6 * 5 * 5, collected.get(net.statistics1).count());
        assertTrue(evaluator.losses(batch, at, Pass.Mode.TRAINING_FROZEN_STATISTICS, KEY).collected().isEmpty());
        assertTrue(evaluator.losses(batch, at, Pass.Mode.EVALUATION, KEY).collected().isEmpty());
    }

    /** Statistics of parts, merged by count and total variance, are those of the whole, for the first layer: its inputs do not depend on the others. */
    @Test
    void statisticsOfPartsMerge() {
        BatchStatistics whole = evaluator.losses(batch, at, Pass.Mode.TRAINING, KEY).collected().get(net.statistics1);
        Map<RunningStatistics, BatchStatistics> merged = Buffers.merge(
                evaluator.losses(batch.slice(0, 2), at, Pass.Mode.TRAINING, KEY).collected(),
                evaluator.losses(batch.slice(2, 6), at, Pass.Mode.TRAINING, KEY).collected());
        assertEquals(whole.count(), merged.get(net.statistics1).count());
        assertArrayEquals(whole.mean(), merged.get(net.statistics1).mean(), 1e-12);
        assertArrayEquals(whole.variance(), merged.get(net.statistics1).variance(), 1e-12);
    }

    @Test
    void theKeyChoosesTheMask() {
        double loss = evaluator.losses(batch, at, Pass.Mode.TRAINING, KEY).loss();
        assertEquals(loss, evaluator.losses(batch, at, Pass.Mode.TRAINING, KEY).loss());
        assertNotEquals(loss, evaluator.losses(batch, at, Pass.Mode.TRAINING, RandomKey.of(10)).loss());
        assertEquals(evaluator.losses(batch, at, Pass.Mode.EVALUATION, KEY).loss(),
                evaluator.losses(batch, at, Pass.Mode.EVALUATION, RandomKey.of(10)).loss());
    }

    @Test
    void evaluationGivesOutputsOfTheirOwnMemory() {
        Evaluator.Result r = evaluator.evaluate(batch, at);
        assertEquals(Shape.of(6, 4), r.outputs().shape());
        assertArrayEquals(r.losses(), Losses.crossEntropy(r.outputs(), batch.targets()).toDoubles(), 1e-12);
        assertEquals(evaluator.losses(batch, at, Pass.Mode.EVALUATION, KEY).loss(), r.loss());
        Evaluator lossesOnly = new Evaluator(KERNELS, Objective.ofLosses((b, pass) -> net.objective().losses(b, pass)));
        assertEquals(r.loss(), lossesOnly.losses(batch, at, Pass.Mode.EVALUATION, KEY).loss());
        assertThrows(UnsupportedOperationException.class, () -> lossesOnly.evaluate(batch, at));
    }

    /** Nothing is shared but the arrays: many threads, each with its own point, give the bits of one. */
    @Test
    void manyThreadsEvaluateAtOnce() throws Exception {
        Tensor expected = gradient(batch, at, Pass.Mode.TRAINING, KEY);
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<double[]>> results = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                results.add(threads.submit(() -> gradient(batch, at, Pass.Mode.TRAINING, KEY).toDoubles()));
            }
            for (Future<double[]> r : results) {
                assertArrayEquals(expected.toDoubles(), r.get());
            }
        }
    }

    @Test
    void theGuardNamesOpDirectionAndStep() {
        Tensor point = at.point().keep();
        point.span().set(at.space().segment("conv2.weight").offset(), Double.NaN);
        Parameters bad = new Parameters(at.space(), point, at.buffers());
        Tensor g = Tensor.zeros(DType.F64, point.shape());
        String message = assertThrows(NonFiniteException.class,
                () -> evaluator.guarded("step 12").gradient(batch, bad, Pass.Mode.TRAINING, KEY, g))
                .getMessage();
        assertEquals("step 12: conv2d forward: output 0 F64[6,3,3,6] is not finite", message);
        assertEquals(message, assertThrows(NonFiniteException.class,
                () -> evaluator.guarded("step 12").losses(batch, bad, Pass.Mode.TRAINING, KEY)).getMessage());
        assertEquals(message,
                assertThrows(NonFiniteException.class, () -> evaluator.guarded("step 12").evaluate(batch, bad)).getMessage());
        assertFalse(Double.isFinite(evaluator.losses(batch, bad, Pass.Mode.TRAINING, KEY).loss()));
        assertFalse(Double.isFinite(evaluator.gradient(batch, bad, Pass.Mode.TRAINING, KEY, g).loss()));
    }

    /** Two finite gradients whose sum overflows. */
    @Test
    void theGuardSeesSums() {
        try (Tape tape = Tape.guarded(KERNELS, "step 3")) {
            Tensor x = tape.watch(Tensor.of(Shape.of(1), 1e-10));
            Tensor y = x.times(1e308).add(x.times(1e308)).sum();
            NonFiniteException e = assertThrows(NonFiniteException.class, () -> tape.gradients(y, x));
            assertEquals("step 3: leaf backward: sum of gradients of output 0 F64[1] is not finite", e.getMessage());
        }
    }

    @Test
    void whatDoesNotFitIsNamed() {
        Tensor g = Tensor.zeros(DType.F64, at.point().shape());
        Evaluator wrong = new Evaluator(KERNELS, Objective.of(net::forward, (outputs, targets) -> outputs));
        assertEquals("objective: losses of shape [6,4] for a batch of 6 examples",
                assertThrows(ShapeException.class, () -> wrong.gradient(batch, at, Pass.Mode.TRAINING, KEY, g)).getMessage());
        assertThrows(ShapeException.class, () -> wrong.losses(batch, at, Pass.Mode.TRAINING, KEY));
        assertThrows(ShapeException.class, () -> wrong.evaluate(batch, at));
        assertThrows(ShapeException.class,
                () -> evaluator.gradient(batch, at, Pass.Mode.TRAINING, KEY, Tensor.zeros(DType.F32, g.shape())));
        assertThrows(ShapeException.class,
                () -> evaluator.gradient(batch, at, Pass.Mode.TRAINING, KEY, Tensor.zeros(DType.F64, Shape.of(3))));
    }
}
