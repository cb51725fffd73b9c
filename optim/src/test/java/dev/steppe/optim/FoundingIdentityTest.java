package dev.steppe.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.core.Batch;
import dev.steppe.core.Buffers;
import dev.steppe.core.Objective;
import dev.steppe.core.ParameterSpace;
import dev.steppe.core.Parameters;
import dev.steppe.core.RandomKey;
import dev.steppe.core.Role;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.core.Weight;
import dev.steppe.kernels.DType;
import dev.steppe.optim.base.AdamW;
import dev.steppe.optim.base.Sgd;
import dev.steppe.optim.sam.Asam;
import dev.steppe.optim.sam.Bsam;
import dev.steppe.optim.sam.Confined;
import dev.steppe.optim.sam.Chosen;
import dev.steppe.optim.sam.Esam;
import dev.steppe.optim.sam.LambdaRule;
import dev.steppe.optim.sam.LookSam;
import dev.steppe.optim.sam.MSharpness;
import dev.steppe.optim.sam.MultiStep;
import dev.steppe.optim.sam.Reuse;
import dev.steppe.optim.sam.Sam;
import dev.steppe.optim.sam.Samar;
import dev.steppe.optim.sam.Trigger;
import dev.steppe.optim.sam.Triggered;
import dev.steppe.optim.sam.Vasso;
import dev.steppe.optim.sam.Wsam;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;

/** What the founding methods and the wrappers become at the ends of their options, on random problems, over random base optimizers. */
class FoundingIdentityTest {
    private static final int STEPS = 10;
    private static final double NO_LIMIT = Double.POSITIVE_INFINITY;

    @Provide
    Arbitrary<BaseOptimizer> bases() {
        Arbitrary<Double> rates = Arbitraries.doubles().between(0.01, 0.2);
        Arbitrary<Double> parts = Arbitraries.doubles().between(0.1, 0.95);
        Arbitrary<Double> decays = Arbitraries.doubles().between(0, 0.1);
        return Arbitraries.oneOf(Combinators.combine(rates, parts, decays, Arbitraries.of(true, false)).as(Sgd::new),
                Combinators.combine(rates, parts, decays).as((rate, beta, decay) -> new AdamW(rate / 5, beta, beta, 1e-8, decay)));
    }

    /** The path on a problem with batches of rows. */
    private static double[] path(long seed, Recipe recipe) {
        Logistic p = new Logistic(seed, 3, 6);
        Optimizer optimizer = p.minimise(recipe, Options.defaults().schedule(new ConstantSchedule(), STEPS));
        for (int t = 0; t < STEPS; t++) {
            optimizer.step(p.batch(t % 3));
        }
        return optimizer.current().point().toDoubles();
    }

    private static void assertSame(double tolerance, long seed, Recipe one, Recipe other) {
        double[] expected = path(seed, other);
        if (tolerance == 0) {
            assertArrayEquals(expected, path(seed, one), one + " and " + other);
        } else {
            double distance = Toy.distance(path(seed, one), expected);
            assertTrue(distance <= tolerance, one + " and " + other + ": distance " + distance);
        }
    }

    @Property(tries = 40)
    void radiusZeroIsTheBaseOptimizer(@ForAll long seed, @ForAll("bases") BaseOptimizer base) {
        for (SamVariant variant : List.of(Vasso.defaults().rho(0),
                new Esam(0.5, 1, Esam.defaults().keep(), Esam.Selection.TOP, new Sam(0, 0)),
                new MultiStep(3, Sam.defaults().rho(0)), Reuse.defaults().with("ascent", Sam.defaults().rho(0)))) {
            assertSame(0, seed, variant.over(base), base);
        }
    }

    @Property(tries = 40)
    void wsam(@ForAll long seed, @ForAll("bases") BaseOptimizer base, @ForAll @DoubleRange(min = 0, max = 0.5) double rho,
            @ForAll @DoubleRange(min = 0, max = 0.95) double gamma, @ForAll boolean adaptive) {
        Wsam wsam = new Wsam(rho, gamma, true, adaptive, NO_LIMIT, 1e-12);
        SamVariant sam = adaptive ? new Asam(rho, 0, Asam.Scope.ALL, 1e-12) : Sam.defaults().rho(rho);
        assertSame(0, seed, wsam.gamma(0).over(base), base);
        assertSame(0, seed, wsam.gamma(0).decouple(false).over(base), base);
        assertSame(1e-12, seed, wsam.gamma(0.5).decouple(false).over(base), sam.over(base));
        Sgd plain = Sgd.of(0.1).weightDecay(0.02);
        assertSame(1e-11, seed, wsam.over(plain), wsam.decouple(false).over(plain));
    }

    @Test
    void wsamDecoupledIsNotCoupledUnderMomentum() {
        Wsam wsam = Wsam.defaults().rho(0.2).gamma(0.6);
        Sgd momentum = Sgd.of(0.1).momentum(0.9);
        assertTrue(Toy.distance(path(1, wsam.over(momentum)), path(1, wsam.decouple(false).over(momentum))) > 1e-4);
    }

    /** Both gradients that are used are as short as maxNorm says, the perturbation knows nothing of it. */
    @Property(tries = 40)
    void wsamClipsBothGradientsAndNotThePerturbation(@ForAll long seed, @ForAll @DoubleRange(min = 0.01, max = 0.5) double limit) {
        Logistic p = new Logistic(seed, 1, 6);
        Wsam wsam = new Wsam(0.2, 0.8, true, false, limit, 1e-12);
        Optimizer optimizer = p.minimise(wsam.over(Sgd.of(1)), Options.defaults());
        StepReport report = optimizer.step(p.batch(0));
        assertEquals(0.2, report.perturbationNorm(), 1e-9);
        assertTrue(report.updateNorm() <= limit + 1e-12);
        double[] g = p.gradient(p.w0, 0);
        double[] up = p.gradient(Logistic.toward(p.w0, 0.2, g), 0);
        double[] cut = Logistic.sum(Math.min(1, limit / (Logistic.norm(g) + 1e-6)), g, 0, g);
        double[] cutUp = Logistic.sum(Math.min(1, limit / (Logistic.norm(up) + 1e-6)), up, 0, up);
        double[] expected = Logistic.sum(1, Logistic.sum(1, p.w0, -1, cut), -4, Logistic.sum(1, cutUp, -1, cut));
        assertArrayEquals(expected, optimizer.current().point().toDoubles(), 1e-9);
    }

    @Property(tries = 40)
    void vasso(@ForAll long seed, @ForAll("bases") BaseOptimizer base, @ForAll @DoubleRange(min = 0, max = 0.5) double rho,
            @ForAll @DoubleRange(min = 0, max = 1) double theta) {
        Sam sam = new Sam(rho, 1e-7);
        Vasso vasso = Vasso.defaults().rho(rho);
        assertSame(0, seed, vasso.theta(1).over(base), sam.over(base));
        Logistic p = new Logistic(seed, 1, 6);
        Optimizer one = p.minimise(vasso.theta(theta).over(base), Options.defaults());
        Optimizer other = p.minimise(sam.over(base), Options.defaults());
        StepReport report = one.step(p.batch(0));
        assertEquals(other.step(p.batch(0)), report, "the first step is SAM's");
        assertArrayEquals(other.current().point().toDoubles(), one.current().point().toDoubles());
        assertEquals(rho * report.gradientNorm() / (report.gradientNorm() + 1e-7), report.perturbationNorm(), 1e-9);
    }

    /** In a constant field of gradients there is nothing to smooth. */
    @Property(tries = 40)
    void vassoInAConstantFieldIsSam(@ForAll long seed, @ForAll @DoubleRange(min = 0, max = 1) double theta) {
        SplittableRandom random = new SplittableRandom(seed);
        Quadratic q = new Quadratic(new double[4][4], random.doubles(4, -1, 1).toArray(), random.doubles(4, -1, 1).toArray());
        Recipe vasso = Vasso.defaults().rho(0.2).theta(theta).over(Sgd.of(0.1).momentum(0.9));
        Recipe sam = new Sam(0.2, 1e-7).over(Sgd.of(0.1).momentum(0.9));
        Optimizer one = q.minimise(vasso);
        Optimizer other = q.minimise(sam);
        for (int t = 0; t < STEPS; t++) {
            one.step(Quadratic.BATCH);
            other.step(Quadratic.BATCH);
        }
        assertArrayEquals(other.current().point().toDoubles(), one.current().point().toDoubles(), 1e-15);
    }

    /** Independent noise of variance 1 at weights that do not move: Var(d) from 1 to theta / (2 - theta), the part that is new theta^2. */
    @Test
    void vassoSuppressesVariance() {
        int n = 200_000;
        Weight weight = new Weight(Shape.of(n), Role.WEIGHT, Weight.NO_FILTERS);
        Objective noise = Objective
                .ofLosses((batch, pass) -> pass.tape().constant(batch.inputs()).matmul(pass.at(weight).reshape(n, 1)).reshape(1));
        Parameters start = new Parameters(ParameterSpace.of(Map.of("w", weight)), Tensor.zeros(DType.F64, Shape.of(n)), Buffers.none());
        for (double theta : new double[] {0.2, 0.4, 0.9}) {
            Optimizer optimizer = Vasso.defaults().theta(theta).over(Sgd.of(0)).minimise(noise, start,
                    Options.defaults().kernels(Toy.KERNELS));
            double[] last = new double[n];
            for (int t = 0; t < 5; t++) {
                RandomKey key = RandomKey.of(4).fold(t);
                double[] g = new double[n];
                Arrays.setAll(g, key::normal);
                optimizer.step(Batch.of(Tensor.of(Shape.of(1, n), g), Tensor.of(Shape.of(1), 0.0)));
                double[] d = optimizer.state().tensors().get("variant/direction").toDoubles();
                double[] old = last;
                double[] fresh = new double[n];
                Arrays.setAll(fresh, i -> d[i] - (1 - theta) * old[i]);
                double remembered = Math.pow(1 - theta, 2 * t);
                assertEquals(remembered + theta * (1 - remembered) / (2 - theta), variance(d), 5e-3, "step " + t + ", theta " + theta);
                assertEquals(t == 0 ? 1 : theta * theta, variance(fresh), 5e-3);
                last = d;
            }
        }
    }

    private static double variance(double[] x) {
        double mean = Arrays.stream(x).average().orElseThrow();
        return Arrays.stream(x).map(v -> (v - mean) * (v - mean)).average().orElseThrow();
    }

    @Property(tries = 40)
    void bsam(@ForAll long seed, @ForAll("bases") BaseOptimizer base, @ForAll @DoubleRange(min = 0, max = 0.3) double up,
            @ForAll @DoubleRange(min = 0.01, max = 0.3) double down) {
        Sam sam = Sam.defaults().rho(up);
        assertSame(1e-12, seed, new Bsam(up, down, down, 0, true, false, 1e-12).over(base), sam.over(base));
        assertSame(1e-12, seed, Bsam.defaults().rho(up, 0).balance(false).over(base), sam.over(base));
    }

    /** One step of SGD: what is released starts at {@code w - rhoMin g / |g|}; with rhoMin 0 balancing gives {@code gmax + (1 - |gmax| / |g|) g}. */
    @Property(tries = 40)
    void oneStepOfBsam(@ForAll long seed, @ForAll @DoubleRange(min = 0, max = 0.3) double down) {
        Logistic p = new Logistic(seed, 1, 6);
        Bsam bsam = Bsam.defaults().rho(0.2, down);
        double[] intended = after(p, bsam);
        double[] released = after(p, bsam.asReleased(true));
        double[] g = p.gradient(p.w0, 0);
        assertArrayEquals(Logistic.sum(-down / Logistic.norm(g), g, 0, g), Logistic.sum(1, released, -1, intended), 1e-12);
        double[] max = p.gradient(Logistic.toward(p.w0, 0.2, g), 0);
        double[] sum = Logistic.sum(1, max, 1 - Logistic.norm(max) / Logistic.norm(g), g);
        assertArrayEquals(Logistic.sum(1, p.w0, -1, sum), after(p, bsam.rho(0.2, 0)), 1e-12);
    }

    private static double[] after(Logistic p, SamVariant variant) {
        Optimizer optimizer = p.minimise(variant.over(Sgd.of(1)), Options.defaults());
        optimizer.step(p.batch(0));
        return optimizer.current().point().toDoubles();
    }

    @Property(tries = 40)
    void unbalancedBsamOnAQuadraticIsSamOfBothRadii(@ForAll long seed, @ForAll @DoubleRange(min = 0, max = 0.3) double up,
            @ForAll @DoubleRange(min = 0, max = 0.3) double down) {
        Quadratic q = Quadratic.random(new SplittableRandom(seed), 7);
        Sgd sgd = Sgd.of(0.1).momentum(0.9).weightDecay(0.01);
        Optimizer bsam = q.minimise(new Bsam(up, down, down, 1, false, false, 0).over(sgd));
        Optimizer sam = q.minimise(new Sam(up + down, 0).over(sgd));
        for (int t = 0; t < STEPS; t++) {
            bsam.step(Quadratic.BATCH);
            sam.step(Quadratic.BATCH);
        }
        assertArrayEquals(sam.current().point().toDoubles(), bsam.current().point().toDoubles(), 1e-11);
    }

    /** As released: rhoMin is its lowest at step 0, then follows a cosine learning rate that lags one step. */
    @Test
    void theSmallerRadiusOfBsamFollowsTheLearningRate() {
        Logistic p = new Logistic(1, 1, 6);
        Schedule lagging = (step, total) -> (1 + Math.cos(Math.PI * Math.max(0, step - 1) / total)) / 2;
        Optimizer optimizer = p.minimise(new Bsam(0.05, 0.05, 0.01, 1, true, false, 1e-12).over(Sgd.of(0.1)),
                Options.defaults().schedule(lagging, 20));
        for (int i = 0; i < 20; i++) {
            double rhoMin = i == 0 ? 0.01 : 0.01 + 0.04 * (1 + Math.cos(Math.PI * (i - 1) / 20)) / 2;
            assertEquals(rhoMin, optimizer.step(p.batch(0)).extra().get("rhoMin"), 1e-16);
        }
    }

    @Property(tries = 40)
    void samar(@ForAll long seed, @ForAll("bases") BaseOptimizer base, @ForAll @DoubleRange(min = 0, max = 1) double lambda) {
        Samar samar = Samar.defaults().rho(0.2);
        LambdaRule constant = new LambdaRule.Constant();
        assertSame(0, seed, samar.lambda(0, constant).over(base), base);
        assertSame(1e-11, seed, samar.lambda(1, constant).over(base), Sam.defaults().rho(0.2).over(base));
        assertSame(1e-11, seed, samar.lambda(lambda, constant).over(base),
                Wsam.defaults().rho(0.2).gamma(lambda / (1 + lambda)).decouple(false).over(base));
    }

    @Property(tries = 40)
    void theRatioOfSamarMovesLambda(@ForAll long seed, @ForAll @DoubleRange(min = 0.1, max = 1) double lambda0, @ForAll Samar.Ratio mode) {
        Logistic p = new Logistic(seed, 3, 6);
        for (LambdaRule rule : List.of(new LambdaRule.Banded(1.2, 0.7, 1.1, 0.9, 0.1, 0.9), LambdaRule.Proportional.defaults())) {
            Optimizer optimizer = p.minimise(Samar.defaults().rho(0.2).lambda(lambda0, rule).ratio(mode).over(Sgd.of(0.3)),
                    Options.defaults());
            double last = 0;
            double lambda = lambda0;
            for (int t = 0; t < STEPS; t++) {
                StepReport r = optimizer.step(p.batch(t % 3));
                double s = mode == Samar.Ratio.LINEAR ? 0.2 * r.gradientNorm() : Math.abs(r.sharpness());
                double now = r.extra().get("lambda");
                if (t > 0) {
                    double ratio = s / (last + 1e-12);
                    assertEquals(ratio, r.extra().get("ratio"), 1e-9 * Math.max(1, ratio));
                    assertEquals(rule.next(lambda, r.extra().get("ratio")), now, 0);
                    assertTrue(now >= 0.1 && now <= 1 && (ratio <= 1.1 || now >= Math.min(lambda, 0.9)) && (ratio >= 0.9 || now <= lambda));
                }
                last = s;
                lambda = now;
            }
        }
    }

    @Property(tries = 30)
    void wrappersThatDoNothing(@ForAll long seed, @ForAll("bases") BaseOptimizer base,
            @ForAll @DoubleRange(min = 0.1, max = 1) double theta) {
        Vasso vasso = Vasso.defaults().rho(0.2).theta(theta);
        Recipe alone = vasso.over(base);
        Trigger always = new Trigger.EveryK(1);
        for (SamVariant same : List.of(new LookSam(1, 0.7, vasso, 1e-12),
                Esam.defaults().with("beta", 1).with("gamma", 1).with("ascent", vasso),
                new MSharpness(6, vasso), new MultiStep(1, vasso), new Triggered(always, 0, vasso),
                Reuse.defaults().with("when", always).with("update", true).with("ascent", vasso),
                Reuse.defaults().with("when", always).with("update", false).with("ascent", vasso),
                new Triggered(new Trigger.Window(0, 1), 1, vasso),
                new Confined(new Chosen.Roles(List.of(Role.values())), vasso))) {
            assertSame(1e-12, seed, same.over(base), alone);
        }
        Sam sam = Sam.defaults().rho(0.2);
        assertSame(0, seed, new LookSam(3, 0, sam, 1e-12).over(base), new Triggered(new Trigger.EveryK(3), 1, sam).over(base));
        assertSame(0, seed, new Triggered(new Trigger.Bernoulli(0), 1, vasso).over(base), base);
        assertSame(0, seed, new Confined(new Chosen.Names(List.of("nothing")), sam).over(base), base);
        assertSame(0, seed, Esam.defaults().with("ascent", vasso.theta(1)).over(base),
                Esam.defaults().with("ascent", new Sam(0.2, 1e-7)).over(base));
    }

    /** At a step that pays, what is kept is orthogonal to the gradient at the weights. */
    @Property(tries = 30)
    void lookSamKeepsWhatIsOrthogonal(@ForAll long seed) {
        Logistic p = new Logistic(seed, 1, 6);
        Optimizer optimizer = p.minimise(LookSam.defaults().over(Sgd.of(0.1)), Options.defaults());
        optimizer.step(p.batch(0));
        double[] v = optimizer.state().tensors().get("variant/orthogonal").toDoubles();
        assertEquals(0, Logistic.dot(v, p.gradient(p.w0, 0)), 1e-12);
    }
}
