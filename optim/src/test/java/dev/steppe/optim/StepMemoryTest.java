package dev.steppe.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.core.Batch;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.kernels.DType;
import dev.steppe.optim.base.AdamW;
import dev.steppe.optim.base.Sgd;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** What a variant can ask of the step beside gradients: tables, how far the run is, what the base optimizer is about. */
class StepMemoryTest {
    private record Asks(Function<SamStep, Tensor> question) implements SamVariant {
        @Override
        public Perturbation perturbation(SamStep step) {
            return Perturbation.NONE;
        }

        @Override
        public Tensor gradient(SamStep step) {
            return question.apply(step);
        }
    }

    private static final TinyNet NET = new TinyNet(DType.F64, false, 0);

    private static Optimizer optimizer(BaseOptimizer base, Options options, Function<SamStep, Tensor> question) {
        return new Asks(question).over(base).minimise(NET.objective(), NET.start(), options.kernels(Toy.KERNELS));
    }

    @Test
    void tablesOfAnyTypeAreStateLikeAnyOther() {
        Function<SamStep, Tensor> counts = step -> {
            Tensor last = step.table("ids");
            assertEquals(step.number() == 0, last == null);
            step.rememberTable("ids", Tensor.of(Shape.of(2), last == null ? 1 : last.span().get(0) == 1 ? 2 : 3, 7));
            return step.gradient().vector();
        };
        Optimizer whole = optimizer(Sgd.of(0.1), Options.defaults(), counts);
        whole.step(NET.batch(0, 4));
        OptimizerState saved = whole.state();
        whole.step(NET.batch(1, 4));
        assertArrayEquals(new double[] {2, 7}, whole.state().tensors().get("variant/table/ids").toDoubles());
        Optimizer resumed = optimizer(Sgd.of(0.1), Options.defaults(), counts);
        resumed.restore(saved);
        resumed.step(NET.batch(1, 4));
        States.assertEqual(whole.state(), resumed.state());
    }

    @Test
    void progressIsThePartOfTheRunThatIsOver() {
        double[] seen = new double[1];
        Function<SamStep, Tensor> look = step -> {
            seen[0] = step.progress();
            return step.gradient().vector();
        };
        Optimizer four = optimizer(Sgd.of(0.1), Options.defaults().schedule(new ConstantSchedule(), 4), look);
        for (double expected : new double[] {0, 0.25, 0.5, 0.75, 1, 1}) {
            four.step(NET.batch(0, 4));
            assertEquals(expected, seen[0]);
        }
        Optimizer unknown = optimizer(Sgd.of(0.1), Options.defaults(), look);
        OptionException e = assertThrows(OptionException.class, () -> unknown.step(NET.batch(0, 4)));
        assertTrue(e.getMessage().contains("totalSteps"), e.getMessage());
    }

    @Test
    void theBaseOptimizersMomentumAndDecayAreSeen() {
        Tensor[] seen = new Tensor[2];
        Function<SamStep, Tensor> look = step -> {
            seen[0] = step.momentum() == null ? null : step.momentum().keep();
            seen[1] = step.decay(step.weights()) == null ? null : step.decay(step.weights()).keep();
            return step.gradient().vector();
        };
        Batch batch = NET.batch(0, 4);
        Optimizer sgd = optimizer(Sgd.of(0.1).momentum(0.9).weightDecay(0.5), Options.defaults().withoutDecay(dev.steppe.core.Role.BIAS),
                look);
        sgd.step(batch);
        double[] w = sgd.current().point().toDoubles();
        Tensor momentum = sgd.state().tensors().get("base/momentum");
        sgd.step(batch);
        States.assertEqual("momentum", momentum, seen[0]);
        for (int i = 0; i < w.length; i++) {
            assertEquals(i < w.length - 3 ? 0.5 * w[i] : 0, seen[1].get(i), "decay, " + i);
        }
        optimizer(Sgd.of(0.1), Options.defaults(), look).step(batch);
        assertNull(seen[0], "no momentum");
        assertNull(seen[1], "no decay");
        Optimizer adamW = optimizer(AdamW.defaults(), Options.defaults(), look);
        adamW.step(batch);
        Tensor mean = adamW.state().tensors().get("base/mean");
        adamW.step(batch);
        States.assertEqual("mean", mean, seen[0]);
        assertNull(seen[1], "decoupled decay is no part of the gradient");
    }

    /** A gradient aside counts as a pass; the perturbation of the report is the other one. */
    @Test
    void aGradientAsideIsNotReported() {
        Batch other = NET.batch(1, 2);
        Function<SamStep, Tensor> aside = step -> {
            Gradient g = step.gradient();
            Perturbation far = step.ball(step.gradientAside(Perturbation.NONE, other).vector(), 5, 0);
            step.gradientAside(far, other);
            step.lossesAt(step.along(7, g.vector()));
            return step.gradientAt(step.ball(g.vector(), 0.25, 0)).vector();
        };
        Optimizer optimizer = optimizer(Sgd.of(0.1), Options.defaults(), aside);
        StepReport report = optimizer.step(NET.batch(0, 4));
        assertEquals(0.25, report.perturbationNorm());
        assertEquals(2 + 2 * 0.5 + 1, report.forwards());
        assertEquals(3, report.backwards());
        StepReport sam = optimizer(Sgd.of(0.1), Options.defaults(), step -> {
            Tensor g = step.gradient().vector();
            return step.gradientAt(step.ball(g, 0.25, 0)).vector();
        }).step(NET.batch(0, 4));
        assertEquals(sam.cosine(), report.cosine());
        assertEquals(sam.gradientNorm(), report.gradientNorm());
        assertEquals(sam.loss(), report.loss());
    }
}
