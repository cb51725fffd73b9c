package dev.steppe.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.core.Role;
import dev.steppe.core.Tensor;
import dev.steppe.kernels.DType;
import dev.steppe.optim.base.Sgd;
import dev.steppe.optim.sam.Sam;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What happens to a gradient between the passes and the weights: clipping, groups, schedule, decay, and their order. */
class UpdateTest {
    private static Quadratic problem() {
        return Quadratic.random(new SplittableRandom(3), 9);
    }

    /** Gradient, clipped, plus decay, momentum, scheduled and grouped learning rate: in this order, 20 steps. */
    @Test
    void theOrderIsAsDocumented() {
        Quadratic q = problem();
        Schedule halves = (step, total) -> 1 - 0.5 * step / total;
        Options options = Options.defaults().schedule(halves, 20).clipNorm(1.4).withoutDecay(Role.BIAS, Role.NORM_SCALE, Role.NORM_SHIFT)
                .group(s -> s.name().equals("w2"), 0.1, 1);
        Optimizer optimizer = q.minimise(Sam.defaults().rho(0.1).over(Sgd.of(0.3).momentum(0.5).weightDecay(0.2)), 1, 3, options);
        double[] w = q.start.clone();
        double[] m = new double[9];
        int clipped = 0;
        for (int t = 0; t < 20; t++) {
            double rate = 0.3 * (1 - 0.5 * t / 20);
            assertEquals(rate, optimizer.learningRate(), 1e-15);
            StepReport report = optimizer.step(Quadratic.BATCH);
            double[] up = q.gradient(w);
            double norm = Quadratic.norm(up);
            double[] place = new double[9];
            for (int i = 0; i < 9; i++) {
                place[i] = w[i] + 0.1 * up[i] / (norm + 1e-12);
            }
            double[] g = q.gradient(place);
            double scale = Math.min(1, 1.4 / (Quadratic.norm(g) + 1e-6));
            clipped += scale < 1 ? 1 : 0;
            for (int i = 0; i < 9; i++) {
                m[i] = 0.5 * m[i] + scale * g[i] + (i < 3 ? 0.2 * w[i] : 0);
                w[i] -= rate * (i < 6 ? 1 : 0.1) * m[i];
            }
            assertArrayEquals(w, optimizer.current().point().toDoubles(), 1e-13);
            assertEquals(rate, report.learningRate(), 1e-15);
            assertEquals(scale * Quadratic.norm(g), report.updateNorm(), 1e-12);
            assertEquals(norm, report.gradientNorm(), 1e-12);
        }
        assertTrue(clipped > 3 && clipped < 20, clipped + " steps clipped");
    }

    /** The gradient that is handed to PyTorch's {@code clip_grad_norm_}, and what comes out. */
    @Test
    void clippingIsTorchs() {
        // torch.manual_seed(0); p = torch.zeros(3, dtype=torch.float64, requires_grad=True); p.grad = torch.tensor([3., -4., 12.], dtype=torch.float64)
        // torch.nn.utils.clip_grad_norm_([p], 2.6); print(p.grad.tolist(), p.grad.norm().item())
        double[] clippedByTorch = {0.5999999538461575, -0.7999999384615433, 2.39999981538463};
        Quadratic q = new Quadratic(new double[3][3], new double[] {-3, 4, -12}, new double[3]);
        Optimizer optimizer = q.minimise(Sgd.of(1), 1, 1, Options.defaults().clipNorm(2.6));
        optimizer.step(Quadratic.BATCH);
        double[] w = optimizer.current().point().toDoubles();
        assertArrayEquals(clippedByTorch, Arrays.stream(w).map(x -> -x).toArray(), 1e-15);
    }

    @Test
    void groupsOfOneSegmentMultiply() {
        Quadratic q = new Quadratic(new double[2][2], new double[] {-1, -1}, new double[] {0, 0});
        Options options = Options.defaults().group(s -> s.role() == Role.WEIGHT, 0.5, 1).group(s -> s.name().equals("w0"), 0.5, 1);
        Optimizer optimizer = q.minimise(Sgd.of(1), 1, 2, options);
        optimizer.step(Quadratic.BATCH);
        assertArrayEquals(new double[] {-0.25, -1}, optimizer.current().point().toDoubles());
    }

    @Test
    void neighboursWithEqualSettingsAreOneRun() {
        TinyNet net = new TinyNet(DType.F32, true, 0);
        var space = net.start().space();
        Update.Layout all = Update.Layout.of(space, List.of());
        assertEquals(List.of(new Update.Run(0, space.size(), 1, 1)), all.runs());
        assertEquals(5, all.tensors().size());
        Update.Layout noDecay = Update.Layout.of(space, List.of(new ParameterGroup(s -> s.role() != Role.WEIGHT, 1, 0)));
        assertEquals(
                List.of(new Update.Run(0, 36, 1, 1), new Update.Run(36, 8, 1, 0), new Update.Run(44, 12, 1, 1),
                        new Update.Run(56, 3, 1, 0)),
                noDecay.runs());
        Update.Layout frozen = Update.Layout.of(space.freeze(s -> s.role() == Role.NORM_SCALE), List.of());
        assertEquals(List.of(new Update.Run(0, 36, 1, 1), new Update.Run(40, 19, 1, 1)), frozen.runs());
    }

    /** A rule that needs the norm of each tensor, as LARS and LAMB do, fits too. */
    @Test
    void aRuleOfOnesOwnWithNormsOfTensors() {
        record Normalised(double learningRate) implements BaseOptimizer {
            @Override
            public BaseOptimizer learningRate(double rate) {
                return new Normalised(rate);
            }

            @Override
            public List<String> memory() {
                return List.of();
            }

            @Override
            public void update(Update u) {
                for (Update.Run run : u.tensors()) {
                    Tensor g = run.of(u.gradient());
                    u.points().axpy(-u.learningRate() * run.rate() / u.points().norm(g), g, run.of(u.weights()));
                }
            }
        }
        Quadratic q = new Quadratic(new double[4][4], new double[] {-3, -4, -6, -8}, new double[4]);
        Optimizer optimizer = q.minimise(Sam.defaults().over(new Normalised(1)), 1, 2, Options.defaults());
        optimizer.step(Quadratic.BATCH);
        assertArrayEquals(new double[] {-0.6, -0.8, -0.6, -0.8}, optimizer.current().point().toDoubles(), 1e-15);
    }

    /** The numbers of the last step stay readable during the next one. */
    @Test
    void theLastPointIsWholeUntilTheStepAfterTheNext() {
        Quadratic q = problem();
        Optimizer optimizer = q.minimise(Sgd.of(0.1));
        optimizer.step(Quadratic.BATCH);
        Tensor first = optimizer.current().point();
        Tensor copy = first.keep();
        optimizer.step(Quadratic.BATCH);
        assertNotSame(first, optimizer.current().point());
        States.assertEqual("point", copy, first);
        assertSame(optimizer.current().point(), optimizer.evaluationPoint().point());
    }
}
