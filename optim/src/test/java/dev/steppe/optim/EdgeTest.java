package dev.steppe.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.core.Batch;
import dev.steppe.core.Buffers;
import dev.steppe.core.Objective;
import dev.steppe.core.ParameterSpace;
import dev.steppe.core.Parameters;
import dev.steppe.core.Pass;
import dev.steppe.core.Role;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.core.Weight;
import dev.steppe.kernels.DType;
import dev.steppe.optim.base.AdamW;
import dev.steppe.optim.base.Sgd;
import dev.steppe.optim.sam.Asam;
import dev.steppe.optim.sam.Sam;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Gradients that are zero or tiny, parameters that get none, parameters that are frozen. */
class EdgeTest {
    private static final Weight USED = new Weight(Shape.of(3), Role.WEIGHT, Weight.NO_FILTERS);
    private static final Weight OTHER = new Weight(Shape.of(2), Role.WEIGHT, Weight.NO_FILTERS);

    private static Parameters start(DType dtype) {
        Map<String, Weight> weights = new LinkedHashMap<>();
        weights.put("used", USED);
        weights.put("other", OTHER);
        return new Parameters(ParameterSpace.of(weights), Toy.tensor(dtype, Shape.of(5), 0.5, -1, -0.0, 2, -0.0), Buffers.none());
    }

    private static List<SamVariant> variants() {
        return Stream.concat(Stream.of(new Plain(), new Sam(0.05, 0), Asam.defaults().scope(Asam.Scope.ALL).eta(0).epsilon(0)),
                Subjects.variants()).toList();
    }

    private static Optimizer optimizer(SamVariant variant, BaseOptimizer base, Objective objective, Parameters start) {
        return variant.over(base).minimise(objective, start, Options.defaults().schedule(new ConstantSchedule(), 5)
                .auxiliary(t -> Quadratic.BATCH).kernels(Toy.KERNELS));
    }

    private static Objective scaled(double gradient) {
        return Objective.ofLosses((Batch batch, Pass pass) -> pass.at(USED).sum().times(gradient).reshape(1));
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "F64"})
    void aZeroGradientIsAZeroPerturbation(DType dtype) {
        Stream<SamVariant> withoutGuard = Stream.of(SamVariants.parse("layersam:unit=model,epsilon=0"));
        for (SamVariant variant : Stream.concat(variants().stream(), withoutGuard).toList()) {
            for (BaseOptimizer base : List.of(Sgd.of(0.1).momentum(0.9), AdamW.of(0.1).with("weightDecay", 0))) {
                Optimizer optimizer = optimizer(variant, base, scaled(0), start(dtype));
                for (int t = 0; t < 3; t++) {
                    StepReport report = optimizer.step(Quadratic.BATCH);
                    assertTrue(report.perturbationNorm() == 0 || Subjects.isRandom(variant), variant.toString());
                    assertEquals(0, report.gradientNorm());
                    assertEquals(0, report.sharpness());
                    assertEquals(1, report.cosine());
                }
                if (Subjects.restsWithoutGradient(variant)) {
                    assertArrayEquals(start(dtype).point().toDoubles(), optimizer.current().point().toDoubles(), variant + " over " + base);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "F64"})
    void aTinyGradientGivesNoNaN(DType dtype) {
        for (SamVariant variant : variants()) {
            for (BaseOptimizer base : List.of(Sgd.of(0.1).momentum(0.9), AdamW.of(0.1))) {
                Optimizer optimizer = optimizer(variant, base, scaled(1e-30), start(dtype));
                StepReport report = optimizer.step(Quadratic.BATCH);
                assertEquals(1e-30 * Math.sqrt(3), report.gradientNorm(), 1e-36, variant.toString());
                assertTrue(report.perturbationNorm() < 1, report.toString());
                optimizer.step(Quadratic.BATCH);
                for (double w : optimizer.current().point().toDoubles()) {
                    assertTrue(Double.isFinite(w));
                }
            }
        }
        StepReport report = optimizer(new Sam(0.05, 0), Sgd.of(0.1), scaled(1e-30), start(dtype)).step(Quadratic.BATCH);
        assertEquals(0.05, report.perturbationNorm(), 1e-9, "without a guard the direction alone counts");
        report = optimizer(Sam.defaults(), Sgd.of(0.1), scaled(1e-30), start(dtype)).step(Quadratic.BATCH);
        assertEquals(0.05 * 1e-18 * Math.sqrt(3), report.perturbationNorm(), 1e-24, "the guard is larger than the gradient");
    }

    /** Squares of 1e-30 are not floats: norms must be taken in double, in the vector code too. */
    @Test
    void aTinyGradientOfManyParameters() {
        Weight many = new Weight(Shape.of(1000), Role.WEIGHT, Weight.NO_FILTERS);
        Objective objective = Objective.ofLosses((Batch batch, Pass pass) -> pass.at(many).sum().times(1e-30).reshape(1));
        Parameters start = new Parameters(ParameterSpace.of(Map.of("w", many)), Tensor.full(DType.F32, Shape.of(1000), 0.5),
                Buffers.none());
        for (SamVariant variant : List.of(new Sam(0.05, 0), new Asam(0.05, 0.5, Asam.Scope.ALL, 0))) {
            StepReport report = optimizer(variant, Sgd.of(0.1), objective, start).step(Quadratic.BATCH);
            assertEquals(1e-30 * Math.sqrt(1000), report.gradientNorm(), 1e-36);
            assertEquals(0.05, report.perturbationNorm(), 1e-8);
            assertEquals(1, report.cosine(), 1e-12);
        }
    }

    @Test
    void aParameterWithoutGradientStaysWhereItIs() {
        for (SamVariant variant : variants().stream().filter(Subjects::restsWithoutGradient).toList()) {
            Optimizer optimizer = optimizer(variant, Sgd.of(0.1).momentum(0.9), scaled(1), start(DType.F64));
            optimizer.step(Quadratic.BATCH);
            double[] w = optimizer.current().point().toDoubles();
            assertEquals(2, w[3]);
            assertTrue(w[0] < 0.5, variant + " moves what has a gradient: " + w[0]);
        }
    }

    /** What is frozen, however large, has no part in the length of a gradient. */
    @ParameterizedTest
    @MethodSource("variants")
    void frozenParametersDoNotCount(SamVariant variant) {
        double[] small = updateNorms(variant, 0);
        assertArrayEquals(small, updateNorms(variant, 1e6), 1e-12 * small[0], variant.toString());
    }

    private static double[] updateNorms(SamVariant variant, double frozen) {
        Objective objective = Objective.ofLosses((Batch batch, Pass pass) -> pass.at(USED).mul(pass.at(USED)).sum().reshape(1));
        Parameters start = start(DType.F64).freeze(s -> s.name().equals("other"));
        start.point().span().set(3, frozen);
        Optimizer optimizer = optimizer(variant, Sgd.of(0.1), objective, start);
        return IntStream.range(0, 4).mapToDouble(t -> optimizer.step(Quadratic.BATCH).updateNorm()).toArray();
    }

    /** Frozen means bit for bit, the sign of a zero included, in spite of decay, momentum and displacements by the variant. */
    @ParameterizedTest
    @EnumSource(names = {"F32", "F64"})
    void frozenParametersStayBitForBit(DType dtype) {
        Objective objective = Objective.ofLosses((Batch batch, Pass pass) -> pass.at(USED).mul(pass.at(USED)).sum()
                .add(pass.at(OTHER).mul(pass.at(OTHER)).sum()).reshape(1));
        for (SamVariant variant : variants()) {
            for (BaseOptimizer base : List.of(Sgd.of(0.1).momentum(0.9).weightDecay(0.1), AdamW.of(0.1).with("weightDecay", 0.1))) {
                Parameters start = start(dtype);
                Optimizer free = optimizer(variant, base, objective, start);
                free.step(Quadratic.BATCH);
                Tensor before = free.current().point().keep();

                // Frozen in the middle of a run: an optimizer over the frozen parameters goes on from the state.
                Optimizer frozen = optimizer(variant, base, objective, start.freeze(s -> s.name().equals("other")));
                frozen.restore(free.state());
                for (int t = 0; t < 3; t++) {
                    frozen.step(Quadratic.BATCH);
                }
                Tensor after = frozen.current().point();
                States.assertEqual("other", before.view(3, Shape.of(2)), after.view(3, Shape.of(2)));
                assertTrue(Math.abs(after.get(0) - before.get(0)) > 1e-3, "the others move");

                // And thawed again.
                free.restore(frozen.state());
                free.step(Quadratic.BATCH);
                assertTrue(Math.abs(free.current().point().get(3) - before.get(3)) > 1e-3);
            }
        }
    }

    @Test
    void aFrozenSignOfZeroIsKept() {
        Optimizer frozen = optimizer(Sam.defaults(), Sgd.of(0.1).weightDecay(0.1), scaled(1),
                start(DType.F64).freeze(s -> s.name().equals("other")));
        frozen.step(Quadratic.BATCH);
        States.assertEqual("other", start(DType.F64).point().view(3, Shape.of(2)), frozen.current().point().view(3, Shape.of(2)));
    }
}
