package dev.steppe.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.core.Batch;
import dev.steppe.core.Objective;
import dev.steppe.core.Op;
import dev.steppe.core.Pass;
import dev.steppe.core.Tensor;
import dev.steppe.core.TensorType;
import dev.steppe.kernels.DType;
import dev.steppe.kernels.Kernels;
import dev.steppe.optim.sam.Gam;
import dev.steppe.optim.sam.Sam;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A step either happens or it does not, whatever is thrown and wherever. */
class AtomicStepTest {
    private static final BaseOptimizer SGD = Subjects.SGD;

    static Stream<Recipe> recipes() {
        return Subjects.recipes();
    }

    /** The identity, whose forward or backward throws in one pass. */
    private static final class Bomb implements Op {
        private int passes;
        private int at;
        private boolean backward;
        private Throwable what;

        void arm(int at, boolean backward, Throwable what) {
            this.passes = 0;
            this.at = at;
            this.backward = backward;
            this.what = what;
        }

        @Override
        public TensorType[] infer(TensorType... in) {
            return new TensorType[] {in[0]};
        }

        @Override
        public void forward(Kernels kernels, Tensor[] in, Tensor[] out) {
            passes++;
            kernels.move().copy(in[0].span(), out[0].span());
            explode(false);
        }

        @Override
        public Tensor[] backward(Application op) {
            explode(true);
            return new Tensor[] {op.gradient(0)};
        }

        private void explode(boolean inBackward) {
            if (passes == at && backward == inBackward) {
                sneak(what);
            }
        }

        /** Whether a step fails with what was to be thrown; a pass that is a forward alone has no backward to fail in. */
        boolean reaches(Runnable step) {
            try {
                step.run();
                return false;
            } catch (Throwable t) {
                assertSame(what, t);
                return true;
            }
        }

        @SuppressWarnings("unchecked")
        private static <T extends Throwable> void sneak(Throwable t) throws T {
            throw (T) t;
        }
    }

    private static Objective with(Op op, Objective inner) {
        return Objective.ofLosses((Batch batch, Pass pass) -> inner.losses(batch, pass).apply(op));
    }

    private static Options options() {
        return Options.defaults().seed(5).kernels(Toy.KERNELS);
    }

    /** In every pass, forward and backward, whatever is thrown: the state is bit for bit that of before, and the run goes on as if nothing had happened. */
    @ParameterizedTest
    @MethodSource("recipes")
    void leavesEverythingAsItWas(Recipe recipe) {
        TinyNet net = new TinyNet(DType.F32, true, 0.3);
        Bomb bomb = new Bomb();
        Options options = Subjects.options(net, 4, 6).seed(5);
        Optimizer optimizer = recipe.minimise(with(bomb, net.objective()), net.start(), options);
        Optimizer undisturbed = recipe.minimise(net.objective(), net.start(), options);
        for (int t = 0; t < 3; t++) {
            undisturbed.step(net.batch(t, 6));
            OptimizerState before = optimizer.state();
            bomb.arm(0, false, null);
            optimizer.step(net.batch(t, 6));
            OptimizerState after = optimizer.state();
            States.assertEqual(undisturbed.state(), after);
            int passes = bomb.passes;
            for (int pass = 1; pass <= passes; pass++) {
                for (boolean backward : new boolean[] {false, true}) {
                    optimizer.restore(before);
                    fail(optimizer, net.batch(t, 6), bomb, pass, backward);
                }
            }
            optimizer.restore(before);
            bomb.arm(0, false, null);
            optimizer.step(net.batch(t, 6));
            States.assertEqual(after, optimizer.state());
        }
        assertEquals(undisturbed.step(net.batch(3, 6)), optimizer.step(net.batch(3, 6)));
        assertTrue(((Engine) optimizer).workspace().size() <= ((Engine) undisturbed).workspace().size() + 3, "a failure costs no arrays");
    }

    private static void fail(Optimizer optimizer, Batch batch, Bomb bomb, int pass, boolean backward) {
        OptimizerState before = optimizer.state();
        for (Throwable what : List.of(new IllegalStateException("x"), new StackOverflowError(), new OutOfMemoryError("x"),
                new InterruptedException())) {
            bomb.arm(pass, backward, what);
            if (backward && !bomb.reaches(() -> optimizer.step(batch))) { return; }
            if (!backward) {
                assertSame(what, assertThrows(what.getClass(), () -> optimizer.step(batch)));
            }
            States.assertEqual(before, optimizer.state());
        }
    }

    /** Writes half of what it should, then fails. */
    private record Torn(boolean[] armed) implements BaseOptimizer {
        @Override
        public double learningRate() {
            return 1;
        }

        @Override
        public BaseOptimizer learningRate(double learningRate) {
            return this;
        }

        @Override
        public List<String> memory() {
            return List.of("m");
        }

        @Override
        public void update(Update update) {
            update.points().scale(2, update.weights(), update.weights());
            update.points().copy(update.weights(), update.memory("m"));
            if (armed[0]) { throw new IllegalStateException("torn"); }
        }
    }

    @Test
    void anUpdateThatFailsHasNotHappened() {
        TinyNet net = new TinyNet(DType.F64, true, 0.3);
        boolean[] armed = {false};
        Optimizer optimizer = Sam.defaults().over(new Torn(armed)).minimise(net.objective(), net.start(), options());
        optimizer.step(net.batch(0, 6));
        OptimizerState before = optimizer.state();
        armed[0] = true;
        assertThrows(IllegalStateException.class, () -> optimizer.step(net.batch(1, 6)));
        States.assertEqual(before, optimizer.state());
    }

    @Test
    void theWeightsAreReadableAndUnmovedDuringAllPasses() {
        TinyNet net = new TinyNet(DType.F64, true, 0.3);
        List<double[]> seen = new ArrayList<>();
        List<double[]> evaluated = new ArrayList<>();
        Optimizer[] optimizer = new Optimizer[1];
        net.hook = pass -> {
            seen.add(optimizer[0].current().point().toDoubles());
            evaluated.add(pass.parameters().point().toDoubles());
        };
        optimizer[0] = Gam.defaults().over(SGD).minimise(net.objective(), net.start(), options());
        for (int t = 0; t < 3; t++) {
            double[] w = optimizer[0].current().point().toDoubles();
            seen.clear();
            evaluated.clear();
            optimizer[0].step(net.batch(t, 6));
            assertEquals(4, seen.size());
            for (double[] s : seen) {
                assertTrue(java.util.Arrays.equals(w, s), "weights moved during step " + t);
            }
            assertTrue(java.util.Arrays.equals(w, evaluated.get(0)));
            for (int pass = 1; pass < 4; pass++) {
                assertTrue(Toy.distance(evaluated.get(pass), w) > 1e-3, "pass " + pass + " was not at another place");
            }
        }
    }

    @Test
    void theStartIsCopied() {
        TinyNet net = new TinyNet(DType.F64, true, 0);
        var start = net.start();
        double[] w = start.point().toDoubles();
        SGD.minimise(net.objective(), start, options()).step(net.batch(0, 6));
        assertTrue(java.util.Arrays.equals(w, start.point().toDoubles()));
    }
}
