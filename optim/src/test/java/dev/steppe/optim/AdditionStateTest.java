package dev.steppe.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.core.Batch;
import dev.steppe.core.BatchStatistics;
import dev.steppe.core.Buffers;
import dev.steppe.core.Evaluator;
import dev.steppe.core.Parameters;
import dev.steppe.core.Pass;
import dev.steppe.core.RandomKey;
import dev.steppe.core.RunningStatistics;
import dev.steppe.kernels.DType;
import dev.steppe.optim.average.Ema;
import dev.steppe.optim.average.Swa;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is added to an optimizer, and variants with slow weights: saved and resumed bit for bit, unchanged by a step that fails, calibrated. */
class AdditionStateTest {
    private static final int STEPS = 14;

    /** As the command line writes it. */
    private record Method(String optimizer, String base) {
    }

    static Stream<Method> recipes() {
        List<Method> all = new ArrayList<>();
        for (String base : List.of("sgd:learningRate=0.05,momentum=0.9,nesterov=true,weightDecay=0.01", "adamw:learningRate=0.01")) {
            for (String method : List.of("sam+swa:start=0.4,every=2", "sam+ema:decay=0.9", "sam+swad:converge=1,tolerance=2",
                    "sam+saf:delay=1,start=0", "sam+mesa:start=0,decay=0.8", "sam+swa:start=0+saf:delay=2,start=1+mesa:start=0",
                    "sala:k=3,alpha=0.4,rho=0.02", "lookbehind:k=2", "lookbehind:k=3,adaptive=true,ascent=sam", "bar")) {
                all.add(new Method(method, base));
            }
            for (String addition : List.of("swa:start=0", "saf:delay=1,start=0", "mesa:start=0")) {
                all.add(new Method(base + "+" + addition, null));
            }
        }
        return all.stream();
    }

    private static Optimizer optimizer(Method recipe, TinyNet net) {
        return Recipe.parse(recipe.optimizer(), recipe.base()).minimise(net.objective(), net.start(),
                Options.defaults().kernels(Toy.KERNELS).schedule(CosineSchedule.defaults(), STEPS).seed(9));
    }

    private static void step(Optimizer optimizer, TinyNet net, int t) {
        optimizer.step(batch(net, t));
        if (optimizer.listens() && t % 2 == 1) {
            optimizer.validated(1.0 / (1 + t));
        }
    }

    /** Three batches in turn, whose examples have ids of their own. */
    private static Batch batch(TinyNet net, int t) {
        Batch b = net.batch(t % 3, 6);
        int[] ids = new int[6];
        for (int i = 0; i < 6; i++) {
            ids[i] = (t % 3) * 6 + i;
        }
        return new Batch(b.inputs(), b.targets(), ids, null);
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void goesOnBitForBit(Method recipe) {
        TinyNet net = new TinyNet(DType.F32, true, 0.3);
        Optimizer whole = optimizer(recipe, net);
        OptimizerState middle = null;
        for (int t = 0; t < STEPS; t++) {
            if (t == 7) {
                middle = whole.state();
            }
            step(whole, net, t);
        }
        Optimizer resumed = optimizer(recipe, net);
        resumed.restore(middle);
        for (int t = 7; t < STEPS; t++) {
            step(resumed, net, t);
        }
        States.assertEqual(whole.state(), resumed.state());
        States.assertEqual("evaluation", whole.evaluationPoint().point(), resumed.evaluationPoint().point());
    }

    /** Thrown in any pass of a step in the middle: everything is as before, and the run goes on as if nothing had happened. */
    @ParameterizedTest
    @MethodSource("recipes")
    void aFailedStepChangesNothing(Method recipe) {
        TinyNet net = new TinyNet(DType.F32, true, 0.3);
        Optimizer undisturbed = optimizer(recipe, net);
        Optimizer optimizer = optimizer(recipe, net);
        for (int t = 0; t < 10; t++) {
            for (int pass = 0; t > 2 && pass < 4; pass++) {
                OptimizerState before = optimizer.state();
                int[] left = {pass};
                net.hook = p -> {
                    if (left[0]-- == 0) { throw new IllegalArgumentException("injected"); }
                };
                Batch batch = batch(net, t);
                try {
                    optimizer.step(batch);
                    // There are fewer passes than that.
                    optimizer.restore(before);
                } catch (IllegalArgumentException e) {
                    States.assertEqual(before, optimizer.state());
                }
                net.hook = p -> {
                };
            }
            step(optimizer, net, t);
            step(undisturbed, net, t);
        }
        States.assertEqual(undisturbed.state(), optimizer.state());
    }

    @Test
    void aStateOfAnotherRecipeDoesNotFit() {
        TinyNet net = new TinyNet(DType.F32, true, 0);
        Method swa = new Method("sam+swa:start=0", "sgd");
        Optimizer optimizer = optimizer(swa, net);
        step(optimizer, net, 0);
        Optimizer other = optimizer(new Method("sam", "adamw"), net);
        assertThrows(StateException.class, () -> other.restore(optimizer.state()));
    }

    /** Mean and variance of everything that the layer sees at the averaged weights, not of what it saw on the way. */
    @Test
    void statisticsAreMeasuredAtTheAverage() {
        TinyNet net = new TinyNet(DType.F64, true, 0);
        Optimizer optimizer = optimizer(new Method("sgd:learningRate=0.5+swa:start=0", null), net);
        for (int t = 0; t < 6; t++) {
            step(optimizer, net, t);
        }
        List<Batch> data = List.of(batch(net, 0), batch(net, 1), batch(net, 2));
        Parameters at = optimizer.recalibrated(data);
        assertArrayEquals(optimizer.evaluationPoint().point().toDoubles(), at.point().toDoubles());
        Evaluator evaluator = new Evaluator(Toy.KERNELS, net.objective());
        Map<RunningStatistics, BatchStatistics> seen = Map.of();
        for (Batch batch : data) {
            seen = Buffers.merge(seen,
                    evaluator.losses(batch, optimizer.evaluationPoint(), Pass.Mode.TRAINING, RandomKey.of(0)).collected());
        }
        BatchStatistics expected = seen.get(net.statistics);
        Buffers.Entry measured = at.buffers().of(net.statistics);
        assertEquals(3 * 6 * 25, expected.count());
        for (int c = 0; c < 4; c++) {
            assertEquals(expected.mean()[c], measured.mean().get(c), 1e-15);
            assertEquals(expected.variance()[c] * expected.count() / (expected.count() - 1), measured.variance().get(c), 1e-14);
            assertNotEquals(optimizer.current().buffers().of(net.statistics).mean().get(c), measured.mean().get(c), 1e-6);
        }
    }

    /** Averages beside a run do not touch it. */
    @Test
    void averagesDoNotChangeTheRun() {
        TinyNet net = new TinyNet(DType.F32, true, 0.3);
        Optimizer plain = optimizer(new Method("sam", "sgd"), net);
        Optimizer added = optimizer(new Method("sam+swa:start=0+ema+swad", "sgd"), net);
        for (int t = 0; t < 6; t++) {
            step(plain, net, t);
            step(added, net, t);
        }
        States.assertEqual("weights", plain.current().point(), added.current().point());
        assertTrue(added.recalibrates());
        assertEquals(new Swa(0, 1), Additions.parse("swa:start=0"));
        assertEquals("ema:decay=0.999,warmup=true", Additions.format(Ema.defaults()));
    }
}
