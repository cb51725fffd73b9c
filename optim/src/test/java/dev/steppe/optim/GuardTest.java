package dev.steppe.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.core.NonFiniteException;
import dev.steppe.core.Objective;
import dev.steppe.core.Tensor;
import dev.steppe.kernels.DType;
import dev.steppe.optim.base.AdamW;
import dev.steppe.optim.base.Sgd;
import dev.steppe.optim.sam.Sam;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Numbers that are not finite stop a step before it changes anything, and the message says where they come from. */
class GuardTest {
    private final TinyNet net = new TinyNet(DType.F32, true, 0.3);
    private int passes;
    private int trouble;

    /** The net's losses, spoiled in pass number {@link #trouble} of every run of a step. */
    private Objective spoiled(UnaryOperator<Tensor> spoil) {
        return Objective.ofLosses((batch, pass) -> {
            Tensor losses = net.objective().losses(batch, pass);
            if (++passes != trouble) { return losses; }
            passes = 0;
            return spoil.apply(losses);
        });
    }

    private static UnaryOperator<Tensor> spoiler(String direction) {
        return direction.equals("forward") ? losses -> losses.times(0).log() : losses -> losses.times(0).sqrt();
    }

    private NonFiniteException failure(Recipe recipe, Options options, String direction, int pass) {
        Optimizer optimizer = recipe.minimise(spoiled(spoiler(direction)), net.start(), options.kernels(Toy.KERNELS));
        optimizer.step(net.batch(0, 6));
        OptimizerState before = optimizer.state();
        passes = 0;
        trouble = pass;
        NonFiniteException e = assertThrows(NonFiniteException.class, () -> optimizer.step(net.batch(1, 6)));
        States.assertEqual(before, optimizer.state());
        trouble = 0;
        assertEquals(1, optimizer.step(net.batch(1, 6)).step(), "a good batch goes on");
        return e;
    }

    @ParameterizedTest
    @CsvSource({"forward, 1, log", "forward, 2, log", "backward, 1, sqrt", "backward, 2, sqrt"})
    void namesOpDirectionStepAndPass(String direction, int pass, String op) {
        NonFiniteException e = failure(Sam.defaults().over(AdamW.defaults()), Options.defaults(), direction, pass);
        assertEquals("step 1, pass " + pass + ": " + op + " " + direction, e.getMessage().substring(0, e.getMessage().indexOf(':', 15)));
        assertTrue(e.getSuppressed()[0].getMessage().startsWith("step 1, pass " + pass + ": loss "), e.getSuppressed()[0].getMessage());
    }

    @ParameterizedTest
    @CsvSource({"forward, 1, -Infinity", "backward, 2, 0.0"})
    void withoutTheGuardSaysLossAndNorm(String direction, int pass, String loss) {
        NonFiniteException e = failure(Sam.defaults().over(Sgd.defaults()), Options.defaults().guard(false), direction, pass);
        assertEquals("step 1, pass " + pass + ": loss " + loss + ", norm of the gradient NaN; nothing has changed", e.getMessage());
    }

    /** What does not come back when the step is done once more is reported as it was first seen. */
    @Test
    void aPassingTroubleIsReportedToo() {
        Optimizer optimizer = Sgd.defaults().minimise(Objective.ofLosses((batch, pass) -> {
            Tensor losses = net.objective().losses(batch, pass);
            return ++passes == 1 ? losses.times(0).log() : losses;
        }), net.start(), Options.defaults().kernels(Toy.KERNELS));
        NonFiniteException e = assertThrows(NonFiniteException.class, () -> optimizer.step(net.batch(0, 6)));
        assertTrue(e.getMessage().startsWith("step 0, pass 1: loss -Infinity"), e.getMessage());
        assertEquals(2, passes);
    }

    @Test
    void gradientsThatCombineToInfinityAreRefused() {
        TinyNet small = new TinyNet(DType.F64, false, 0);
        SamVariant huge = new SamVariant() {
            @Override
            public Perturbation perturbation(SamStep step) {
                return Perturbation.NONE;
            }

            @Override
            public Tensor gradient(SamStep step) {
                Tensor g = step.gradient().vector();
                return step.combine(1e200, g, 1e200, g);
            }
        };
        Optimizer optimizer = huge.over(Sgd.defaults()).minimise(small.objective(), small.start(), Options.defaults().kernels(Toy.KERNELS));
        OptimizerState before = optimizer.state();
        assertThrows(NonFiniteException.class, () -> optimizer.step(small.batch(0, 6)));
        States.assertEqual(before, optimizer.state());
    }
}
