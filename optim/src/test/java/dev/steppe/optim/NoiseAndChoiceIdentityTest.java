package dev.steppe.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.optim.base.AdamW;
import dev.steppe.optim.base.Sgd;
import dev.steppe.optim.sam.AdaZoSam;
import dev.steppe.optim.sam.AeLookSam;
import dev.steppe.optim.sam.AeSam;
import dev.steppe.optim.sam.AgnosticSam;
import dev.steppe.optim.sam.AlignSam;
import dev.steppe.optim.sam.Arwp;
import dev.steppe.optim.sam.Ausam;
import dev.steppe.optim.sam.BayesianSam;
import dev.steppe.optim.sam.Draw;
import dev.steppe.optim.sam.KSam;
import dev.steppe.optim.sam.LpfSgd;
import dev.steppe.optim.sam.MixedRwp;
import dev.steppe.optim.sam.Msam;
import dev.steppe.optim.sam.Noise;
import dev.steppe.optim.sam.Rwp;
import dev.steppe.optim.sam.Sam;
import dev.steppe.optim.sam.SamPa;
import dev.steppe.optim.sam.Usam;
import dev.steppe.optim.sam.VSam;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;

/** Methods with noise, choices and second batches that become others, on random problems, over random base optimizers, with random options. */
class NoiseAndChoiceIdentityTest {
    private static final int STEPS = 10;
    private static final double ALWAYS = Double.NEGATIVE_INFINITY;
    private static final double NEVER = Double.POSITIVE_INFINITY;

    @Provide
    Arbitrary<BaseOptimizer> bases() {
        Arbitrary<Double> rates = Arbitraries.doubles().between(0.01, 0.2);
        Arbitrary<Double> parts = Arbitraries.doubles().between(0.1, 0.95);
        Arbitrary<Double> decays = Arbitraries.doubles().between(0, 0.1);
        return Arbitraries.oneOf(
                Combinators.combine(rates, parts, decays, Arbitraries.of(true, false)).as(Sgd::new),
                Combinators.combine(rates, parts, decays).as((rate, beta, decay) -> new AdamW(rate / 5, beta, beta, 1e-8, decay)));
    }

    private static Options options(Logistic problem, int ahead) {
        return Options.defaults().schedule(new ConstantSchedule(), STEPS)
                .auxiliary(t -> problem.batch((int) ((t + ahead) % problem.batches())));
    }

    private static double[] after(Logistic problem, Recipe recipe, int ahead) {
        Optimizer optimizer = problem.minimise(recipe, options(problem, ahead));
        for (int t = 0; t < STEPS; t++) {
            optimizer.step(problem.batch(t % problem.batches()));
        }
        return optimizer.current().point().toDoubles();
    }

    private static void assertSameBits(long seed, BaseOptimizer base, SamVariant one, SamVariant other) {
        Logistic problem = new Logistic(seed, 3, 6);
        assertArrayEquals(after(problem, other.over(base), 1), after(problem, one.over(base), 1), one + " and " + other + " over " + base);
    }

    private static void assertSame(long seed, Recipe one, Recipe other, double tolerance) {
        Logistic problem = new Logistic(seed, 3, 6);
        double distance = Toy.distance(after(problem, one, 0), after(problem, other, 0));
        assertTrue(distance <= tolerance, one + " and " + other + ": distance " + distance);
    }

    @Property(tries = 60)
    void areSam(@ForAll long seed, @ForAll("bases") BaseOptimizer base, @ForAll @DoubleRange(min = 0, max = 0.5) double rho,
            @ForAll @DoubleRange(min = 0, max = 0.9) double free) {
        Sam sam = Sam.defaults().rho(rho);
        assertSame(seed, new KSam(rho, 1, 1e-12).over(base), sam.over(base), 1e-9);
        assertSameBits(seed, base, new Ausam(rho, 1, 0.1, 0.1 + free, free, Draw.Weighted.defaults(), 1e-12), sam);
        assertSameBits(seed, base, new AeSam(sam, free, ALWAYS, ALWAYS), sam);
        assertSameBits(seed, base, new AeLookSam(sam, free, free, ALWAYS, ALWAYS, 1e-12), sam);
        assertSameBits(seed, base, VSam.defaults().with("rho", rho).with("warmup", 1), sam);
        assertSame(seed, new AgnosticSam(rho, 0, free, 1e-12).over(base), sam.over(base), 1e-9);
        assertSame(seed, new AlignSam(rho, 1 + free, 1e-12).over(base), Sam.defaults().rho(rho * free).over(base), 1e-9);
    }

    @Property(tries = 60)
    void areTheBaseOptimizer(@ForAll long seed, @ForAll("bases") BaseOptimizer base, @ForAll @DoubleRange(min = 0, max = 0.5) double rho,
            @ForAll @DoubleRange(min = 0, max = 0.9) double free) {
        Plain plain = new Plain();
        assertSameBits(seed, base, new AeSam(Sam.defaults().rho(rho), free, NEVER, NEVER), plain);
        assertSameBits(seed, base, Rwp.defaults().with("sigma", 0), plain);
        assertSameBits(seed, base, new Arwp(0, free, free, Noise.Normal.defaults()), plain);
        assertSameBits(seed, base, LpfSgd.defaults().with("std", 0), plain);
        assertSameBits(seed, base, Msam.defaults().with("rho", 0), plain);
        assertSame(seed, new LpfSgd(0, 7, 3, Noise.Sign.defaults()).over(base), base, 1e-9);
        assertSame(seed, new MixedRwp(0, free, rho, free, Noise.Sign.defaults()).over(base), base, 1e-9);
    }

    @Property(tries = 60)
    void areOneAnother(@ForAll long seed, @ForAll("bases") BaseOptimizer base, @ForAll @DoubleRange(min = 0, max = 0.5) double rho,
            @ForAll @DoubleRange(min = 0, max = 0.9) double free) {
        Noise noise = Noise.Normal.defaults();
        assertSameBits(seed, base, new Arwp(rho, 0, free, noise), new Rwp(rho, noise));
        assertSameBits(seed, base, new LpfSgd(rho, 1, 1, noise), new Rwp(rho, noise));
        assertSame(seed, new MixedRwp(rho, 1, free, free, noise).over(base), new Arwp(rho, free, free, noise).over(base), 1e-9);
        Sam sam = Sam.defaults().rho(rho);
        assertSameBits(seed, base, new AeLookSam(sam, 0, free, -1, 1, 1e-12), new AeSam(sam, free, -1, 1));
    }

    /** With probes along the axes, as long as the square root of their number, losses give the gradient. */
    @Property(tries = 40)
    void adaZoSamWithAllAxesIsSam(@ForAll long seed, @ForAll @DoubleRange(min = 0.01, max = 0.5) double rho) {
        Noise axes = (step, draw, out) -> {
            step.points().scale(0, step.weights(), out);
            out.span().set(draw, Math.sqrt(Logistic.N));
        };
        BaseOptimizer base = Sgd.of(0.1).momentum(0.9);
        assertSame(seed, new AdaZoSam(rho, 1e-4, Logistic.N, 1e-12, axes).over(base), Sam.defaults().rho(rho).over(base), 1e-5);
    }

    /** {@code rho = rate momentum |v|} makes momentum SAM Nesterov's method, whose weights are the places where it takes gradients. */
    @Property(tries = 60)
    void momentumSamIsNesterovsMethod(@ForAll long seed, @ForAll @DoubleRange(min = 0.01, max = 0.2) double rate,
            @ForAll @DoubleRange(min = 0.1, max = 0.95) double momentum) {
        Logistic problem = new Logistic(seed, 3, 6);
        Optimizer nesterov = problem.minimise(Sgd.of(rate).momentum(momentum).nesterov(true), Options.defaults());
        OptimizerState state = null;
        double[] place = problem.w0;
        for (int t = 0; t < STEPS; t++) {
            assertTrue(Toy.distance(place, nesterov.current().point().toDoubles()) <= 1e-12, "step " + t);
            double v = state == null ? 0 : Logistic.norm(state.tensors().get("base/momentum").toDoubles());
            Optimizer msam = problem.minimise(new Msam(rate * momentum * v, 0).over(Sgd.of(rate).momentum(momentum)), Options.defaults());
            if (state != null) {
                msam.restore(state);
            }
            msam.step(problem.batch(t % 3));
            nesterov.step(problem.batch(t % 3));
            state = msam.state();
            place = Logistic.sum(1, state.tensors().get("weights").toDoubles(), -rate * momentum,
                    state.tensors().get("base/momentum").toDoubles());
        }
    }

    /** The precision stays 1, no noise (infinitely many examples), no prior: unnormalised SAM with a running mean as momentum. */
    @Property(tries = 60)
    void bayesianSamOfFixedPrecisionIsUnnormalisedSam(@ForAll long seed, @ForAll @DoubleRange(min = 0, max = 0.5) double rho,
            @ForAll @DoubleRange(min = 0, max = 0.95) double beta, @ForAll @DoubleRange(min = 0.01, max = 0.2) double rate) {
        BayesianSam bayes = new BayesianSam(rho, beta, 1, 0, Double.POSITIVE_INFINITY, 0, 1, 1, Noise.Normal.defaults());
        assertSame(seed, bayes.over(Sgd.of(rate)), new Usam(rho).over(Sgd.of(rate * (1 - beta)).momentum(beta)), 1e-9);
    }

    /** On a line, away from the minimum, the gradients of two steps point the same way: so SAMPa with lambda = 0 ascends as SAM does. */
    @Property(tries = 60)
    void samPaOnALineIsSam(@ForAll @DoubleRange(min = 0.1, max = 2) double curvature, @ForAll @DoubleRange(min = 2, max = 9) double start,
            @ForAll @DoubleRange(min = 0, max = 0.1) double rho) {
        Quadratic line = new Quadratic(new double[][] {{curvature}}, new double[] {0}, new double[] {start});
        Optimizer samPa = line.minimise(new SamPa(rho, 0, 0).over(Sgd.of(0.05)));
        Optimizer sam = line.minimise(new Sam(rho, 0).over(Sgd.of(0.05)));
        for (int t = 0; t < STEPS; t++) {
            samPa.step(Quadratic.BATCH);
            sam.step(Quadratic.BATCH);
            assertEquals(sam.current().point().get(0), samPa.current().point().get(0), 1e-12);
        }
    }

    /** The part of a batch that K-SAM works on has the size that was asked for, and its cost. */
    @Property(tries = 60)
    void kSamPaysForItsExamples(@ForAll long seed, @ForAll @IntRange(min = 1, max = 9) int k) {
        Logistic problem = new Logistic(seed, 1, 9);
        StepReport report = problem.minimise(KSam.defaults().with("keep", k / 9.0).over(Sgd.of(0.1)), Options.defaults())
                .step(problem.batch(0));
        assertEquals(1 + 2 * k / 9.0, report.forwards(), 1e-12);
        assertEquals(2 * k / 9.0, report.backwards(), 1e-12);
    }
}
