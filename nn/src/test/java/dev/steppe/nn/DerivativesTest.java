package dev.steppe.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.core.Batch;
import dev.steppe.core.BatchStatistics;
import dev.steppe.core.Buffers;
import dev.steppe.core.Evaluator;
import dev.steppe.core.HessianVector;
import dev.steppe.core.Losses;
import dev.steppe.core.Objective;
import dev.steppe.core.Parameters;
import dev.steppe.core.Pass;
import dev.steppe.core.Points;
import dev.steppe.core.RandomKey;
import dev.steppe.core.RunningStatistics;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.kernels.DType;
import dev.steppe.kernels.Kernels;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** First and second derivatives of a whole ResNet-8 with BatchNorm, in F64, against differences. */
class DerivativesTest {
    private static final RandomKey KEY = RandomKey.of(4);

    private final Layer model = ResNet.cifar(8, 5);
    private final Parameters at = withStatistics(model.initialPoint(1, DType.F64));
    private final Batch batch = Batch.of(Run.normal(DType.F64, Shape.of(3, 8, 8, 3), 2), Tensor.of(Shape.of(3), 0, 4, 2));
    private final Points points = new Points(Kernels.defaults());
    private final Evaluator evaluator = new Evaluator(Kernels.defaults(),
            Objective.of(model, Losses.crossEntropy(Losses.Smoothing.of(0.1))));

    /** Rounding is near 1e-16 * loss / step, 1e-8 of a typical derivative of 0.02. */
    @ParameterizedTest
    @EnumSource(names = {"TRAINING", "EVALUATION"})
    void gradientsAreDirectionalDerivatives(Pass.Mode mode) {
        Tensor gradient = points.zeros(at.point());
        evaluator.gradient(batch, at, mode, KEY, gradient);
        double step = 1e-6;
        double typical = points.norm(gradient) / Math.sqrt(at.point().size());
        for (int i = 0; i < 50; i++) {
            Tensor d = direction(100 + i);
            double expected = (loss(moved(step, d), mode) - loss(moved(-step, d), mode)) / (2 * step);
            double actual = points.dot(gradient, d);
            assertEquals(expected, actual, 1e-6 * Math.max(Math.abs(expected), typical), "direction " + i);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"TRAINING_FROZEN_STATISTICS", "EVALUATION"})
    void hessianVectorProductsAreDifferencesOfGradients(Pass.Mode mode) {
        double step = 1e-6;
        for (int i = 0; i < 3; i++) {
            Tensor v = direction(200 + i);
            Tensor actual = product(v, mode);
            Tensor expected = points.zeros(v);
            Tensor below = points.zeros(v);
            evaluator.gradient(batch, moved(step, v), mode, KEY, expected);
            evaluator.gradient(batch, moved(-step, v), mode, KEY, below);
            points.combine(1 / (2 * step), expected, -1 / (2 * step), below, expected);
            double norm = points.norm(expected);
            assertTrue(norm > 1e-3, "a product of norm " + norm + " proves nothing");
            points.axpy(-1, actual, expected);
            assertTrue(points.norm(expected) <= 1e-6 * norm, "relative difference " + points.norm(expected) / norm);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"TRAINING_FROZEN_STATISTICS", "EVALUATION"})
    void theHessianIsSymmetric(Pass.Mode mode) {
        Tensor u = direction(300);
        Tensor v = direction(301);
        Tensor hu = product(u, mode);
        Tensor hv = product(v, mode);
        double scale = points.norm(u) * points.norm(hv);
        assertEquals(points.dot(u, hv), points.dot(v, hu), 1e-10 * scale);
        assertTrue(Math.abs(points.dot(u, hv)) > 1e-6 * scale, "the two are not just both zero");
    }

    @Test
    void trainingAndEvaluationAreDifferentFunctions() {
        Tensor v = direction(400);
        Tensor difference = product(v, Pass.Mode.TRAINING_FROZEN_STATISTICS);
        double norm = points.norm(difference);
        points.axpy(-1, product(v, Pass.Mode.EVALUATION), difference);
        assertFalse(points.norm(difference) < 0.01 * norm);
    }

    private Tensor product(Tensor v, Pass.Mode mode) {
        Tensor product = points.zeros(v);
        HessianVector.product(evaluator, batch, at, mode, KEY, v, product);
        return product;
    }

    private double loss(Parameters p, Pass.Mode mode) {
        return evaluator.losses(batch, p, mode, KEY).loss();
    }

    private Parameters moved(double step, Tensor direction) {
        Tensor point = at.point().keep();
        points.axpy(step, direction, point);
        return new Parameters(at.space(), point, at.buffers());
    }

    /** Of length 1. */
    private Tensor direction(long seed) {
        Tensor d = Run.normal(DType.F64, at.point().shape(), seed);
        points.scale(1 / points.norm(d), d, d);
        return d;
    }

    /** With running statistics that are not the initial ones. */
    private static Parameters withStatistics(Parameters p) {
        Map<RunningStatistics, BatchStatistics> seen = new HashMap<>();
        for (Buffers.Entry e : p.buffers().entries()) {
            int n = e.mean().size();
            seen.put(e.handle(), new BatchStatistics(100, Run.normal(DType.F64, Shape.of(n), 5).toDoubles(),
                    Run.filled(DType.F64, Shape.of(n), i -> 2 + Math.sin(i)).toDoubles()));
        }
        return new Parameters(p.space(), p.point(), p.buffers().updated(seen));
    }
}
