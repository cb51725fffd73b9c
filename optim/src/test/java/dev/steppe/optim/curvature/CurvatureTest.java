package dev.steppe.optim.curvature;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.core.Evaluator;
import dev.steppe.core.Parameters;
import dev.steppe.core.RandomKey;
import dev.steppe.core.Role;
import dev.steppe.core.Tensor;
import dev.steppe.kernels.Kernels;
import dev.steppe.kernels.Workers;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Curvature of a small network, with its whole exact Hessian and EJML's eigenvalues as the oracle. */
class CurvatureTest {
    private final SmallNet net = new SmallNet(3);
    private final LossSurface surface = LossSurface.of(net.objective(), net.at, List.of(SmallNet.batch(1, 12), SmallNet.batch(2, 20)))
            .kernels(SmallNet.KERNELS);

    @ParameterizedTest
    @EnumSource(BatchNormMode.class)
    void lanczosFindsBothEndsOfAnIndefiniteSpectrum(BatchNormMode mode) {
        Curvature curvature = Curvature.of(surface.mode(mode));
        double[] exact = Matrix.of(curvature.operator()).eigenvalues();
        int n = exact.length;
        assertTrue(exact[0] < -0.01 && exact[n - 1] > 0.1, "indefinite: " + exact[0] + " to " + exact[n - 1]);
        Eigenpairs pairs = curvature.eigenvalues(Lanczos.of(3, 2).steps(50).tolerance(0));
        assertEquals(50, pairs.products());
        for (int i = 0; i < 3; i++) {
            assertEquals(exact[n - 1 - i], pairs.largest().get(i).value(), 1e-6 * exact[n - 1 - i]);
            assertPair(curvature, pairs.largest().get(i));
        }
        for (int i = 0; i < 2; i++) {
            assertEquals(exact[i], pairs.smallest().get(i).value(), 1e-6 * Math.abs(exact[i]));
            assertPair(curvature, pairs.smallest().get(i));
        }
        assertEquals(new Provenance("exact Hessian", 75, 32, 2, mode, RandomKey.of(0).fold("lanczos").state()), pairs.provenance());
    }

    /** Of length 1, and with the residual that it says. */
    private static void assertPair(Curvature curvature, Eigenpair pair) {
        try (Work work = new Work(curvature.operator(), ProgressListener.NONE, "check", 1)) {
            Tensor product = work.take();
            work.times(pair.vector(), product);
            work.points().axpy(-pair.value(), pair.vector(), product);
            assertEquals(1, work.points().norm(pair.vector()), 1e-12);
            assertEquals(work.points().norm(product), pair.residual(), 1e-12);
        }
    }

    /** Of one batch the graph is kept: the products are those that are made one by one. */
    @ParameterizedTest
    @EnumSource(BatchNormMode.class)
    void aGraphThatIsKeptGivesTheSameBits(BatchNormMode mode) {
        LossSurface one = LossSurface.of(net.objective(), net.at, SmallNet.batch(5, 30)).kernels(SmallNet.KERNELS).mode(mode);
        for (LinearOperator operator : List.of(LinearOperator.hessian(one), LinearOperator.gaussNewton(one))) {
            try (LinearOperator.Products kept = operator.open()) {
                for (int i = 0; i < 3; i++) {
                    Tensor v = SmallNet.normal(70 + i, 75);
                    Tensor expected = SmallNet.normal(0, 75);
                    Tensor product = SmallNet.normal(0, 75);
                    operator.times(v, expected);
                    kept.times(v, product);
                    assertArrayEquals(expected.toDoubles(), product.toDoubles(), 0);
                }
            }
        }
    }

    @Test
    void toleranceEndsLanczosEarlyAndTheResidualBoundsTheError() {
        Curvature curvature = Curvature.of(surface);
        double[] exact = Matrix.of(curvature.operator()).eigenvalues();
        Eigenpairs pairs = curvature.eigenvalues(new Lanczos(1, 0, 60, 0.01));
        assertTrue(pairs.products() < 20, pairs.products() + " products");
        assertTrue(pairs.top().relativeResidual() <= 0.01);
        assertEquals(exact[exact.length - 1], pairs.top().value(), pairs.top().residual());
        assertPair(curvature, pairs.top());
        assertEquals(pairs.products() + 2, pairs.vectors() - 1, "steps + 1, the pair, and one of the second batch");
    }

    @Test
    void powerIterationFindsTheLargestAbsoluteValueWithItsSign() {
        double[] exact = Matrix.of(Curvature.of(surface).operator()).eigenvalues();
        double largest = exact[exact.length - 1];
        Eigenpairs top = Curvature.of(surface).eigenvalues(new PowerIteration(400, 1e-6));
        assertEquals(largest, top.top().value(), 1e-6 * largest);
        assertPair(Curvature.of(surface), top.top());
        assertTrue(top.smallest().isEmpty());
        Eigenpairs negative = Curvature.of(Matrix.diagonal(-3, 1, 2, 0)).eigenvalues(PowerIteration.defaults());
        assertEquals(-3, negative.bottom().value(), 1e-5);
        assertTrue(negative.largest().isEmpty());
        assertEquals(2, negative.vectors());
        assertEquals(0, Curvature.of(Matrix.diagonal(0, 0)).eigenvalues(PowerIteration.defaults()).top().value());
    }

    @Test
    void allStepsOfLanczosGiveTheWholeSpectrumWithEigenvaluesThatOccurMoreThanOnce() {
        double[] d = {-3, -1, -1, 0, 0, 0, 0, 2, 2, 2, 5};
        Eigenpairs pairs = Curvature.of(Matrix.diagonal(d)).eigenvalues(new Lanczos(11, 0, 30, 0));
        assertArrayEquals(d, pairs.largest().stream().mapToDouble(Eigenpair::value).sorted().toArray(), 1e-12);
        assertEquals(11, pairs.products());
        assertTrue(pairs.largest().stream().allMatch(p -> p.residual() < 1e-12));
    }

    @Test
    void differencesOfGradientsAreACrossCheck() {
        for (BatchNormMode mode : BatchNormMode.values()) {
            Tensor v = SmallNet.normal(50, 75);
            Tensor exact = SmallNet.normal(50, 75);
            Tensor differences = SmallNet.normal(50, 75);
            LinearOperator.hessian(surface.mode(mode)).times(v, exact);
            LinearOperator.differences(surface.mode(mode)).times(v, differences);
            double norm = surface.points().norm(exact);
            surface.points().axpy(-1, exact, differences);
            assertTrue(surface.points().norm(differences) <= 1e-7 * norm, surface.points().norm(differences) / norm + "");
        }
        double exact = Curvature.of(surface).eigenvalues(1, 0).top().value();
        Eigenpairs crossed = Curvature.differences(surface).eigenvalues(1, 0);
        assertEquals(exact, crossed.top().value(), 1e-6 * exact);
        assertEquals("differences of gradients", crossed.provenance().subject());
    }

    @Test
    void aStreamOfBatchesHasTheMeanHessianOfItsExamples() {
        var all = SmallNet.batch(5, 30);
        LossSurface whole = LossSurface.of(net.objective(), net.at, all).kernels(SmallNet.KERNELS);
        LossSurface parts = whole.on(List.of(all.slice(0, 7), all.slice(7, 8), all.slice(8, 30)));
        Tensor v = SmallNet.normal(60, 75);
        Tensor one = SmallNet.normal(0, 75);
        Tensor three = SmallNet.normal(0, 75);
        whole.hessianTimes(v, one);
        parts.hessianTimes(v, three);
        assertArrayEquals(one.toDoubles(), three.toDoubles(), 1e-13);
        assertEquals(whole.gradient(net.at.point(), one), parts.gradient(net.at.point(), three), 1e-13);
        assertArrayEquals(one.toDoubles(), three.toDoubles(), 1e-13);
        assertEquals(whole.evaluate(net.at.point()).error(), parts.evaluate(net.at.point()).error(), 1e-15);
        assertEquals(3, parts.provenance("loss").batches());
    }

    @Test
    void frozenWeightsAreNoPartOfTheSpectrum() {
        Parameters frozen = net.at.freeze(s -> s.role() == Role.NORM_SCALE || s.name().equals("fc1.weight"));
        Curvature curvature = Curvature.of(surface.at(frozen));
        Eigenpairs pairs = curvature.eigenvalues(new Lanczos(2, 2, 75, 0));
        assertEquals(35, pairs.products());
        assertEquals(35, pairs.provenance().parameters());
        frozen.space().segments().stream().filter(s -> s.frozen()).forEach(s -> {
            for (double x : frozen.space().view(pairs.top().vector(), s).toDoubles()) {
                assertEquals(0, x);
            }
        });
        double[] exact = Matrix.of(curvature.operator()).eigenvalues();
        assertEquals(exact[exact.length - 1], pairs.top().value(), 1e-9);
        TraceEstimate trace = curvature.trace(new HutchPlusPlus(105));
        assertEquals(Matrix.of(curvature.operator()).trace(), trace.value(), 1e-9);
        assertEquals(0, trace.standardError(), 1e-12);
    }

    @Test
    void theSameKeyGivesTheSameBitsOnAnyNumberOfThreads() {
        SpectralDensity a = Curvature.of(surface).density(new StochasticLanczosQuadrature(2, 8));
        SpectralDensity b = Curvature.of(surface.kernels(Kernels.on(Workers.of(2)))).density(new StochasticLanczosQuadrature(2, 8));
        assertArrayEquals(a.nodes()[1], b.nodes()[1], 0);
        assertArrayEquals(a.weights()[1], b.weights()[1], 0);
        assertNotEquals(a.nodes()[0][3], a.nodes()[1][3]);
        assertNotEquals(a.nodes()[0][3],
                Curvature.of(surface.key(RandomKey.of(9))).density(new StochasticLanczosQuadrature(1, 8)).nodes()[0][3]);
        assertEquals(Curvature.of(surface).trace(), Curvature.of(surface).trace());
    }

    @Test
    void weightsAndStatisticsAreNotTouched() {
        double[] before = net.at.point().toDoubles();
        var statistics = net.at.buffers().entries().iterator().next();
        double[] mean = statistics.mean().toDoubles();
        long version = net.at.point().version();
        Curvature.of(surface.mode(BatchNormMode.TRAINING)).trace();
        Curvature.differences(surface).eigenvalues(1, 1);
        assertArrayEquals(before, net.at.point().toDoubles(), 0);
        assertArrayEquals(mean, statistics.mean().toDoubles(), 0);
        assertEquals(version, net.at.point().version());
    }

    @Test
    void gaussNewtonIsTheHessianWithoutTheCurvatureOfTheModel() {
        Matrix g = Matrix.of(LinearOperator.gaussNewton(surface));
        double[][] expected = new double[75][75];
        for (var batch : surface.batches()) {
            double[][] jacobian = jacobian(batch);
            double[] p = new Evaluator(SmallNet.KERNELS, net.objective()).evaluate(batch, net.at).outputs().toDoubles();
            for (int i = 0; i < batch.size(); i++) {
                addBent(expected, jacobian, p, 3 * i);
            }
        }
        for (int i = 0; i < 75; i++) {
            assertArrayEquals(expected[i], g.a()[i], 1e-7);
        }
        assertTrue(g.eigenvalues()[0] > -1e-12);
        LossSurface training = surface.mode(BatchNormMode.TRAINING);
        assertTrue(Matrix.of(LinearOperator.gaussNewton(training)).eigenvalues()[0] > -1e-12);
        assertNotEquals(g.trace(), Matrix.of(LinearOperator.gaussNewton(training)).trace(), 1e-3);
        TraceEstimate trace = Curvature.gaussNewton(surface).trace();
        assertEquals(g.trace(), trace.value(), 4 * trace.standardError());
    }

    /** {@code J' (diag p - p p') J / 32} of one example. */
    private static void addBent(double[][] sum, double[][] jacobian, double[] logits, int at) {
        double total = Math.exp(logits[at]) + Math.exp(logits[at + 1]) + Math.exp(logits[at + 2]);
        for (int a = 0; a < 3; a++) {
            for (int b = 0; b < 3; b++) {
                double p = Math.exp(logits[at + a]) / total;
                double bend = ((a == b ? p : 0) - p * Math.exp(logits[at + b]) / total) / 32;
                for (int i = 0; i < 75; i++) {
                    for (int j = 0; j < 75; j++) {
                        sum[i][j] += bend * jacobian[i][at + a] * jacobian[j][at + b];
                    }
                }
            }
        }
    }

    /** By central differences, {@code [parameters][outputs]}. */
    private double[][] jacobian(dev.steppe.core.Batch batch) {
        Evaluator evaluator = new Evaluator(SmallNet.KERNELS, net.objective());
        double[][] j = new double[75][];
        for (int i = 0; i < 75; i++) {
            double[][] side = new double[2][];
            for (int k = 0; k < 2; k++) {
                Tensor w = net.at.point().keep();
                w.span().set(i, w.get(i) + (k == 0 ? 1e-5 : -1e-5));
                side[k] = evaluator.evaluate(batch, new Parameters(net.at.space(), w, net.at.buffers())).outputs().toDoubles();
            }
            j[i] = new double[side[0].length];
            for (int o = 0; o < j[i].length; o++) {
                j[i][o] = (side[0][o] - side[1][o]) / 2e-5;
            }
        }
        return j;
    }

    @Test
    void fisherTraceIsTheMeanSquareOfGradientsOfExamples() {
        double sum = 0;
        Tensor g = SmallNet.normal(0, 75);
        for (var batch : surface.batches()) {
            for (int i = 0; i < batch.size(); i++) {
                surface.on(List.of(batch.slice(i, i + 1))).gradient(net.at.point(), g);
                sum += Math.pow(surface.points().norm(g), 2) / 32;
            }
        }
        TraceEstimate exact = Fisher.trace(surface);
        assertEquals(sum, exact.value(), 1e-12 * sum);
        assertEquals("empirical Fisher", exact.provenance().subject());
        TraceEstimate probed = Fisher.trace(surface, 400);
        assertEquals(sum, probed.value(), 4 * probed.standardError());
        assertTrue(probed.standardError() < 0.1 * sum);
        TraceEstimate training = Fisher.trace(surface.mode(BatchNormMode.TRAINING), 10);
        assertEquals(BatchNormMode.TRAINING, training.provenance().batchNorm());
        assertThrows(IllegalStateException.class, () -> Fisher.trace(surface.mode(BatchNormMode.TRAINING)));
    }
}
