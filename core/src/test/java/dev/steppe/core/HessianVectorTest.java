package dev.steppe.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.kernels.DType;
import dev.steppe.kernels.Kernels;
import dev.steppe.kernels.ShapeException;
import dev.steppe.kernels.Workers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Products of the Hessian of a convolutional network with BatchNorm and dropout. */
class HessianVectorTest {
    private static final Kernels KERNELS = Kernels.on(Workers.of(1));
    private static final RandomKey KEY = RandomKey.of(5);

    private final Fixtures.ConvNet net = new Fixtures.ConvNet(3, 0.2);
    private final Parameters at = net.parameters(DType.F64, 1);
    private final Batch batch = Batch.of(Fixtures.normal(DType.F64, 2, 5, 6, 6, 3), Fixtures.labels(5, 4));
    private final Evaluator evaluator = new Evaluator(KERNELS, net.objective());
    private final Points points = new Points(KERNELS);

    private Tensor product(Parameters at, Pass.Mode mode, Tensor v) {
        Tensor product = points.zeros(v);
        HessianVector.product(evaluator, batch, at, mode, KEY, v, product);
        return product;
    }

    private Tensor gradient(Parameters at, Pass.Mode mode) {
        Tensor g = points.zeros(at.point());
        evaluator.gradient(batch, at, mode, KEY, g);
        return g;
    }

    /** Differences of gradients at distance 1e-5 along v / |v|, extrapolated once (Richardson), so that their own error is far below 1e-6. */
    private Tensor differences(Parameters at, Pass.Mode mode, Tensor v) {
        double h = 2e-4 / points.norm(v);
        Tensor near = difference(at, mode, v, h / 2);
        Tensor far = difference(at, mode, v, h);
        points.combine(4.0 / 3, near, -1.0 / 3, far, near);
        return near;
    }

    private Tensor difference(Parameters at, Pass.Mode mode, Tensor v, double h) {
        Tensor up = points.zeros(v);
        Tensor down = points.zeros(v);
        points.combine(1, at.point(), h, v, up);
        points.combine(1, at.point(), -h, v, down);
        Tensor above = gradient(new Parameters(at.space(), up, at.buffers()), mode);
        Tensor below = gradient(new Parameters(at.space(), down, at.buffers()), mode);
        points.combine(0.5 / h, above, -0.5 / h, below, above);
        return above;
    }

    private void assertClose(double tolerance, Tensor expected, Tensor actual) {
        Tensor difference = points.zeros(expected);
        points.combine(1, expected, -1, actual, difference);
        double error = points.norm(difference) / points.norm(expected);
        assertTrue(error <= tolerance, "relative error " + error);
    }

    @ParameterizedTest
    @EnumSource(Pass.Mode.class)
    void productsAreDifferencesOfGradients(Pass.Mode mode) {
        for (int seed = 10; seed < 13; seed++) {
            Tensor v = Fixtures.normal(DType.F64, seed, at.space().size());
            assertClose(1e-6, differences(at, mode, v), product(at, mode, v));
        }
    }

    @ParameterizedTest
    @EnumSource(Pass.Mode.class)
    void theHessianIsSymmetric(Pass.Mode mode) {
        Tensor u = Fixtures.normal(DType.F64, 20, at.space().size());
        Tensor v = Fixtures.normal(DType.F64, 21, at.space().size());
        Tensor hu = product(at, mode, u);
        Tensor hv = product(at, mode, v);
        assertEquals(points.dot(u, hv), points.dot(v, hu), 1e-10 * points.norm(u) * points.norm(hv));
    }

    @Test
    void theModeChoosesTheHessian() {
        Tensor v = Fixtures.normal(DType.F64, 22, at.space().size());
        Tensor training = product(at, Pass.Mode.TRAINING_FROZEN_STATISTICS, v);
        Tensor evaluation = product(at, Pass.Mode.EVALUATION, v);
        points.combine(1, training, -1, evaluation, evaluation);
        assertTrue(points.norm(evaluation) > 1e-3 * points.norm(training));
    }

    @Test
    void frozenWeightsHaveNoRowsAndNoColumns() {
        Parameters frozen = at.freeze(s -> s.role() == Role.NORM_SCALE || s.name().equals("conv1.weight"));
        Tensor v = Fixtures.normal(DType.F64, 23, at.space().size());
        Tensor masked = v.keep();
        for (ParameterSpace.Segment s : frozen.space().segments()) {
            for (int i = s.offset(); s.frozen() && i < s.offset() + s.size(); i++) {
                masked.span().set(i, 0);
            }
        }
        Tensor expected = product(at, Pass.Mode.TRAINING, masked);
        Tensor product = product(frozen, Pass.Mode.TRAINING, v);
        for (ParameterSpace.Segment s : frozen.space().segments()) {
            for (int i = s.offset(); i < s.offset() + s.size(); i++) {
                assertEquals(s.frozen() ? 0 : expected.get(i), product.get(i), 1e-12 * points.norm(expected), s.name());
            }
        }
    }

    @Test
    void theProductMayBeWrittenOverTheVectorAndTheLossIsTheBatchs() {
        Tensor v = Fixtures.normal(DType.F64, 24, at.space().size());
        Tensor expected = product(at, Pass.Mode.TRAINING, v);
        Evaluator.Result result = HessianVector.product(evaluator, batch, at, Pass.Mode.TRAINING, KEY, v, v);
        assertClose(0, expected, v);
        assertEquals(evaluator.losses(batch, at, Pass.Mode.TRAINING, KEY).loss(), result.loss(), 0);
        assertEquals(2, result.collected().size());
    }

    @Test
    void singlePrecisionIsCloseToDouble() {
        Parameters single = new Parameters(at.space(), at.point().to(DType.F32), net.parameters(DType.F32, 1).buffers());
        Batch rounded = Batch.of(batch.inputs().to(DType.F32), batch.targets());
        Tensor v = Fixtures.normal(DType.F32, 25, at.space().size());
        Tensor product = points.zeros(v);
        HessianVector.product(evaluator, rounded, single, Pass.Mode.TRAINING, KEY, v, product);
        assertClose(1e-4, product(at, Pass.Mode.TRAINING, v.to(DType.F64)), product.to(DType.F64));
    }

    @Test
    void aLinearLossHasNoCurvature() {
        Weight w = new Weight(Shape.of(3), Role.WEIGHT, Weight.NO_FILTERS);
        ParameterSpace space = ParameterSpace.of(java.util.Map.of("w", w));
        Objective linear = Objective.ofLosses((b, pass) -> b.inputs().mul(pass.at(w)).sum(false, 1));
        Parameters p = new Parameters(space, Tensor.of(Shape.of(3), 1.0, 2, 3), Buffers.none());
        Tensor v = Tensor.of(Shape.of(3), 1.0, 1, 1);
        HessianVector.product(new Evaluator(KERNELS, linear), Batch.of(Fixtures.normal(DType.F64, 1, 2, 3), Fixtures.labels(2, 2)), p,
                Pass.Mode.TRAINING,
                KEY, v, v);
        assertEquals(0, points.norm(v));
    }

    @Test
    void whatIsNoPointIsRefused() {
        Tensor v = points.zeros(at.point());
        Tensor small = Tensor.zeros(DType.F64, Shape.of(3));
        Tensor single = Tensor.zeros(DType.F32, v.shape());
        for (Tensor wrong : new Tensor[] {small, single}) {
            assertThrows(ShapeException.class, () -> HessianVector.product(evaluator, batch, at, Pass.Mode.TRAINING, KEY, wrong, v));
            assertThrows(ShapeException.class, () -> HessianVector.product(evaluator, batch, at, Pass.Mode.TRAINING, KEY, v, wrong));
        }
    }
}
