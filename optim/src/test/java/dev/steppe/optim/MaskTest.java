package dev.steppe.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.core.Parameters;
import dev.steppe.core.Tensor;
import dev.steppe.kernels.DType;
import dev.steppe.optim.base.Sgd;
import dev.steppe.optim.sam.DynamicMask;
import dev.steppe.optim.sam.FisherMask;
import dev.steppe.optim.sam.Mask;
import dev.steppe.optim.sam.SparseSam;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The masks of sparse SAM, against their definitions written out. */
class MaskTest {
    private static final int N = Regression.SIZE;

    private final Regression p = new Regression(new SplittableRandom(31));
    private final List<double[]> masks = new ArrayList<>();
    private final List<double[]> weights = new ArrayList<>();
    private final List<StepReport> reports = new ArrayList<>();

    private void run(Mask mask, int steps) {
        SparseSam sam = new SparseSam(0.1, step -> {
            Tensor m = mask.of(step);
            masks.add(m.toDoubles());
            return m;
        }, 1e-7);
        Optimizer optimizer = p.minimise(sam.over(Sgd.of(0.1)), DType.F64, Options.defaults().schedule(new ConstantSchedule(), 20));
        for (int t = 0; t < steps; t++) {
            weights.add(optimizer.current().point().toDoubles());
            reports.add(optimizer.step(p.batch(t)));
        }
    }

    /** Nothing in the first step; then the numbers whose squared gradients, one example at a time, sum up to most. */
    @Test
    void theFisherMask() {
        run(new FisherMask(0.3, 100, 3), 8);
        assertArrayEquals(new double[N], masks.getFirst());
        assertEquals(0, reports.getFirst().perturbationNorm());
        for (int t = 1; t < 8; t++) {
            int made = t < 4 ? 1 : t < 7 ? 4 : 7;
            double[] fisher = new double[N];
            for (int row = 0; row < Regression.ROWS; row++) {
                double[] g = p.gradient(weights.get(made), made, row);
                Arrays.setAll(fisher, i -> fisher[i] + g[i] * g[i]);
            }
            assertArrayEquals(largest(fisher, 9), masks.get(t), "step " + t);
            assertEquals(t == made ? 3 : 2, reports.get(t).forwards(), 1e-12);
            assertEquals(t == made ? 3 : 2, reports.get(t).backwards(), 1e-12);
        }
    }

    /** The part is one of the numbers that are trained: what is frozen neither counts nor is chosen. */
    @ParameterizedTest
    @ValueSource(strings = {"fishermask(sparsity=0.5,every=1)", "dynamicmask(sparsity=0.5,every=1)"})
    void whatIsFrozenIsInNoMask(String mask) {
        TinyNet net = new TinyNet(DType.F64, false, 0);
        Parameters start = net.start().freeze(s -> s.name().startsWith("conv"));
        Optimizer optimizer = SamVariants.parse("sparsesam:mask=" + mask).over(Sgd.of(0.1)).minimise(net.objective(), start,
                Subjects.options(net, 5, 8));
        for (int t = 0; t < 5; t++) {
            optimizer.step(net.batch(t, 8));
        }
        double[] chosen = optimizer.state().tensors().get("variant/mask").toDoubles();
        int trained = start.space().trainableSize();
        assertEquals(trained / 2, Arrays.stream(chosen).sum());
        assertEquals(0, Arrays.stream(chosen).limit(chosen.length - trained).sum(), "frozen");
    }

    /** What is frozen in the middle of a run leaves the mask. */
    @ParameterizedTest
    @ValueSource(doubles = {0.2, 0.9})
    void whatGetsFrozenLeavesTheMask(double sparsity) {
        TinyNet net = new TinyNet(DType.F64, false, 0);
        Recipe recipe = SamVariants.parse("sparsesam:mask=dynamicmask(sparsity=" + sparsity + ",every=1)").over(Sgd.of(0.1));
        Optimizer free = recipe.minimise(net.objective(), net.start(), Subjects.options(net, 8, 8));
        Parameters start = net.start().freeze(s -> s.name().startsWith("conv"));
        Optimizer frozen = recipe.minimise(net.objective(), start, Subjects.options(net, 8, 8));
        free.step(net.batch(0, 8));
        frozen.restore(free.state());
        for (int t = 1; t < 4; t++) {
            frozen.step(net.batch(t, 8));
        }
        double[] chosen = frozen.state().tensors().get("variant/mask").toDoubles();
        assertEquals(0, Arrays.stream(chosen).limit(chosen.length - start.space().trainableSize()).sum());
    }

    /** Fewer examples than the batch has, if fewer are asked for. */
    @Test
    void theFisherMaskOfSomeExamples() {
        run(new FisherMask(0.5, 2, 1), 3);
        assertEquals(2 + 2.0 / Regression.ROWS, reports.get(2).forwards(), 1e-12);
        boolean found = false;
        for (int a = 0; a < Regression.ROWS; a++) {
            for (int b = 0; b < a; b++) {
                double[] one = p.gradient(weights.get(2), 2, a);
                double[] other = p.gradient(weights.get(2), 2, b);
                found |= Arrays.equals(largest(Vec.of(N, i -> one[i] * one[i] + other[i] * other[i]), 7), masks.get(2));
            }
        }
        assertTrue(found, "no two examples give this mask");
    }

    private static double[] largest(double[] scores, int k) {
        double least = Arrays.stream(scores).sorted().toArray()[scores.length - k];
        return Vec.of(scores.length, i -> scores[i] >= least ? 1 : 0);
    }

    /** Always as many; those that go are the ones with the smallest gradients, and fewer towards the end of the run; a change counts from the next step. */
    @Test
    void theDynamicMask() {
        run(new DynamicMask(0.5, 0.6, 2), 20);
        assertArrayEquals(masks.get(1), masks.get(2));
        int moved = 0;
        for (int t = 0; t + 1 < 20; t++) {
            double[] now = masks.get(t);
            double[] next = masks.get(t + 1);
            assertEquals(7, Arrays.stream(now).sum());
            int changes = t % 2 == 1 ? 0 : (int) (7 * 0.6 * (1 + Math.cos(Math.PI * t / 20)) / 2);
            double[] g = p.gradient(weights.get(t), t);
            double[] active = IntStream.range(0, N).filter(i -> now[i] == 1).mapToDouble(i -> Math.abs(g[i])).sorted().toArray();
            for (int i = 0; i < N; i++) {
                boolean goes = now[i] == 1 && next[i] == 0;
                moved += goes ? 1 : 0;
                assertEquals(now[i] == 1 && changes > 0 && Math.abs(g[i]) <= active[Math.max(0, changes - 1)], goes,
                        "step " + t + ", " + i);
            }
        }
        assertTrue(moved > 12, moved + " numbers went");
        assertTrue(IntStream.range(0, N).allMatch(i -> masks.stream().anyMatch(m -> m[i] == 1)), "some number was never perturbed");
    }
}
