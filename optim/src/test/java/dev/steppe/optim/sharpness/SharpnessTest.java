package dev.steppe.optim.sharpness;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.core.Batch;
import dev.steppe.core.Buffers;
import dev.steppe.core.Evaluator;
import dev.steppe.core.Losses;
import dev.steppe.core.Objective;
import dev.steppe.core.ParameterSpace;
import dev.steppe.core.Parameters;
import dev.steppe.core.RandomKey;
import dev.steppe.core.Role;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.core.Weight;
import dev.steppe.optim.OptionException;
import dev.steppe.optim.curvature.BatchNormMode;
import dev.steppe.optim.curvature.LossSurface;
import dev.steppe.optim.curvature.ProgressListener;
import dev.steppe.optim.curvature.SmallNet;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Measures of networks: what rescaling changes, what keys and modes do, and what is refused. */
class SharpnessTest {
    private final SmallNet net = new SmallNet(3);
    private final LossSurface surface = LossSurface
            .of(net.objective(), net.parameters(), List.of(SmallNet.batch(1, 12), SmallNet.batch(2, 20)))
            .kernels(SmallNet.KERNELS);

    static List<SharpnessMeasure> all() {
        return SharpnessMeasures.standard(0.05, 0.5, 75, 4);
    }

    static List<SharpnessMeasure> adaptive() {
        Normalisation t = Normalisation.adaptive();
        return List.of(AscentSharpness.of(0.2).in(t), AscentSharpness.of(0.2).steps(3).in(t), WorstCaseSharpness.of(0.2).in(t),
                AverageSharpness.gaussian(0.05).in(t), AverageSharpness.sphere(0.2).in(t), LowPassFilter.of(0.05).in(t),
                new PacBayesSigma(Quantity.LOSS, 0.1, 3, 1e-12, t), new GradientNorm(t), new MSharpness(4, AscentSharpness.of(0.2).in(t)),
                new FlatNasRobustness(Quantity.LOSS, 0.05, 5));
    }

    /** Two linear layers with a ReLU between them: the first times a, the second over a is the same function. */
    private static LossSurface rescaled(double a) {
        Weight first = new Weight(Shape.of(4, 6), Role.WEIGHT, 1);
        Weight second = new Weight(Shape.of(6, 3), Role.WEIGHT, 1);
        Map<String, Weight> weights = new LinkedHashMap<>();
        weights.put("first", first);
        weights.put("second", second);
        ParameterSpace space = ParameterSpace.of(weights);
        Tensor point = SmallNet.normal(8, space.size());
        for (int i = 0; i < point.size(); i++) {
            point.span().set(i, point.get(i) * (i < 24 ? a : 1 / a));
        }
        Objective objective = Objective.of((x, pass) -> x.matmul(pass.at(first)).relu().matmul(pass.at(second)), Losses::crossEntropy);
        return LossSurface.of(objective, new Parameters(space, point, Buffers.none()), SmallNet.batch(3, 16)).kernels(SmallNet.KERNELS);
    }

    @ParameterizedTest
    @MethodSource("adaptive")
    void adaptiveMeasuresDoNotChangeWhenLayersAreRescaled(SharpnessMeasure measure) {
        double value = measure.of(rescaled(1)).value();
        assertEquals(value, measure.of(rescaled(3.7)).value(), 1e-10 * Math.abs(value));
        assertTrue(value != 0);
    }

    @Test
    void othersDo() {
        for (SharpnessMeasure m : List.of(AscentSharpness.of(0.2), WorstCaseSharpness.of(0.2), GradientNorm.defaults(),
                AverageSharpness.gaussian(0.05))) {
            assertNotEquals(m.of(rescaled(1)).value(), m.of(rescaled(3.7)).value(), 0.01 * Math.abs(m.of(rescaled(1)).value()), m.name());
        }
    }

    @ParameterizedTest
    @EnumSource(BatchNormMode.class)
    void everyMeasureSaysWhatItIsAboutAndLeavesTheModelAlone(BatchNormMode mode) {
        double[] before = net.parameters().point().toDoubles();
        LossSurface at = surface.mode(mode);
        for (SharpnessMeasure m : all()) {
            Sharpness s = m.of(at);
            assertEquals(s, m.of(at), "same key, same bits");
            assertTrue(Double.isFinite(s.value()) || m instanceof PacBayesSigma, m.name());
            assertEquals(mode, s.provenance().batchNorm());
            assertEquals(32, s.provenance().examples());
            assertEquals(75, s.provenance().parameters());
            assertTrue(s.forwards() >= 1);
            assertEquals(m.name(), s.measure());
        }
        assertArrayEquals(before, net.parameters().point().toDoubles(), 0);
        assertEquals(all().size(), all().stream().map(SharpnessMeasure::name).distinct().count());
    }

    @Test
    void theWorstCaseIsAtLeastWhatOneStepSees() {
        double one = AscentSharpness.of(0.5).of(surface).value();
        double worst = WorstCaseSharpness.of(0.5).of(surface).value();
        assertTrue(worst > one);
        assertTrue(WorstCaseSharpness.of(0.5).restarts(2).of(surface).value() >= worst);
        assertEquals(one, WorstCaseSharpness.of(0.5).steps(1).of(surface).value(), 1e-14);
        assertEquals(63, WorstCaseSharpness.of(0.5).restarts(2).of(surface).forwards());
    }

    @Test
    void measuresOfErrorCountWrongAnswers() {
        double error = surface.evaluate(net.parameters().point()).error();
        double sum = 0;
        Tensor place = net.parameters().point().keep();
        for (int i = 0; i < 4; i++) {
            RandomKey key = surface.key().fold("sharpness").fold(i);
            for (int j = 0; j < 75; j++) {
                double w = net.parameters().point().get(j);
                place.span().set(j, w + 0.5 * w * key.normal(j));
            }
            sum += Math.abs(surface.evaluate(place).error() - error) / 4;
        }
        assertEquals(sum, new FlatNasRobustness(Quantity.ERROR, 0.5, 4).of(surface).value(), 1e-12);
        assertTrue(sum > 0);
        LossSurface right = surface.on(List.of(answered(SmallNet.batch(1, 40))));
        assertEquals(0, right.evaluate(net.parameters().point()).error());
        PacBayesSigma measure = new PacBayesSigma(Quantity.ERROR, 0.1, 5, 0.01, Normalisation.NONE);
        double sigma = measure.of(right).value();
        assertTrue(sigma > 0.01 && sigma < 2, "sigma " + sigma);
        assertEquals(sigma, measure.of(right.listener(ProgressListener.NONE)).value());
        assertEquals(Double.POSITIVE_INFINITY, measure.of(surface).value(), "half of the answers are wrong already");
    }

    /** The same inputs with what the network says as labels. */
    private Batch answered(Batch batch) {
        double[] logits = new Evaluator(SmallNet.KERNELS, net.objective()).evaluate(batch, net.parameters()).outputs().toDoubles();
        int[] labels = new int[batch.size()];
        for (int i = 0; i < labels.length; i++) {
            for (int c = 1; c < 3; c++) {
                labels[i] = logits[3 * i + c] > logits[3 * i + labels[i]] ? c : labels[i];
            }
        }
        return Batch.of(batch.inputs(), Tensor.of(Shape.of(labels.length), labels));
    }

    @Test
    void frozenWeightsAreNotPerturbed() {
        Parameters frozen = net.parameters().freeze(s -> !s.name().equals("fc2.bias"));
        LossSurface at = surface.at(frozen);
        for (SharpnessMeasure m : List.of(AverageSharpness.gaussian(0.5), WorstCaseSharpness.of(0.5).restarts(1))) {
            assertTrue(m.of(at).value() < 0.5 * m.of(surface).value(), m.name());
        }
        assertEquals(3, AscentSharpness.of(0.1).of(at).provenance().parameters());
    }

    @Test
    void theListenerHearsOfEachPassAndAnInterruptEndsTheWork() {
        List<String> heard = new ArrayList<>();
        AverageSharpness.gaussian(0.1).pairs(2).of(surface.listener((task, done, total) -> heard.add(task + " " + done + "/" + total)));
        assertEquals(5, heard.size());
        assertEquals("average sharpness 5/5", heard.getLast());
        LossSurface interrupting = surface.listener((task, done, total) -> {
            if (done == 3) {
                Thread.currentThread().interrupt();
            }
        });
        for (SharpnessMeasure m : List.of(AverageSharpness.gaussian(0.1), WorstCaseSharpness.of(0.1), EpsilonSharpness.defaults())) {
            assertThrows(CancellationException.class, () -> m.of(interrupting), m.name());
            assertTrue(Thread.interrupted());
        }
    }

    @Test
    void zeroGradientIsNoSharpnessAndNoNaN() {
        Bowl flat = new Bowl(new double[3][3], new double[1][3], new double[] {1, 2, 3});
        for (SharpnessMeasure m : List.of(AscentSharpness.of(1), WorstCaseSharpness.of(1), BilateralSharpness.of(1),
                EpsilonSharpness.defaults(),
                AverageSharpness.sphere(1), GradientNorm.defaults(), AscentSharpness.of(1).in(Normalisation.adaptive()))) {
            assertEquals(0, m.of(flat.surface()).value(), m.name());
        }
    }

    @Test
    void radiusZeroIsNoSharpness() {
        for (SharpnessMeasure m : List.of(AscentSharpness.of(0), WorstCaseSharpness.of(0), BilateralSharpness.of(0),
                AverageSharpness.gaussian(0), AverageSharpness.sphere(0), MSharpness.of(4, 0), new EpsilonSharpness(0, 3))) {
            assertEquals(0, m.of(surface).value(), 1e-15, m.name());
        }
    }

    @Test
    void numbersOutOfRangeAreRefused() {
        OptionException e = assertThrows(OptionException.class, () -> AscentSharpness.of(-0.1));
        assertEquals("ascent sharpness: rho = -0.1 must be finite and at least 0", e.getMessage());
        assertThrows(OptionException.class, () -> AscentSharpness.of(0.1).steps(0));
        assertThrows(OptionException.class, () -> WorstCaseSharpness.of(Double.NaN));
        assertThrows(OptionException.class, () -> WorstCaseSharpness.of(0.1).restarts(-1));
        assertThrows(OptionException.class, () -> AverageSharpness.gaussian(0.1).pairs(1));
        assertThrows(OptionException.class, () -> BilateralSharpness.of(0.1).steps(0));
        assertThrows(OptionException.class, () -> new EpsilonSharpness(-1, 1));
        assertThrows(OptionException.class, () -> new FlatNasRobustness(Quantity.LOSS, 0.1, 1));
        assertThrows(OptionException.class, () -> new PacBayesSigma(Quantity.LOSS, 0, 1, 1, Normalisation.NONE));
        assertThrows(OptionException.class, () -> new PacBayesSigma(Quantity.LOSS, 1, 1, 0, Normalisation.NONE));
        assertThrows(OptionException.class, () -> LowPassFilter.of(Double.POSITIVE_INFINITY));
        assertThrows(OptionException.class, () -> MSharpness.of(0, 0.1));
        assertThrows(OptionException.class, () -> new Normalisation.Elementwise(-1, null));
    }
}
