package dev.steppe.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.core.Role;
import dev.steppe.core.Tensor;
import dev.steppe.kernels.DType;
import dev.steppe.optim.base.AdamW;
import dev.steppe.optim.base.Sgd;
import dev.steppe.optim.sam.Asam;
import dev.steppe.optim.sam.AeLookSam;
import dev.steppe.optim.sam.CaSam;
import dev.steppe.optim.sam.CleanExamples;
import dev.steppe.optim.sam.CrSam;
import dev.steppe.optim.sam.DynamicMask;
import dev.steppe.optim.sam.EgSam;
import dev.steppe.optim.sam.EigenSam;
import dev.steppe.optim.sam.FisherSam;
import dev.steppe.optim.sam.FriendlySam;
import dev.steppe.optim.sam.Gam;
import dev.steppe.optim.sam.GcSam;
import dev.steppe.optim.sam.GradientNormPenalty;
import dev.steppe.optim.sam.Gsam;
import dev.steppe.optim.sam.ImbSam;
import dev.steppe.optim.sam.LayerSam;
import dev.steppe.optim.sam.LookSam;
import dev.steppe.optim.sam.OptSam;
import dev.steppe.optim.sam.PowerIteration;
import dev.steppe.optim.sam.Sagm;
import dev.steppe.optim.sam.Sam;
import dev.steppe.optim.sam.SamOn;
import dev.steppe.optim.sam.SparseSam;
import dev.steppe.optim.sam.StableSam;
import dev.steppe.optim.sam.Usam;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;

/** Members of the family that become one another, on random problems, over random base optimizers, with random options. */
class IdentityTest {
    private static final int STEPS = 10;
    private static final Options OPTIONS = Options.defaults().schedule(new ConstantSchedule(), STEPS);

    @Provide
    Arbitrary<BaseOptimizer> bases() {
        Arbitrary<Double> rates = Arbitraries.doubles().between(0.01, 0.2);
        Arbitrary<Double> parts = Arbitraries.doubles().between(0.1, 0.95);
        Arbitrary<Double> decays = Arbitraries.doubles().between(0, 0.1);
        return Arbitraries.oneOf(
                Combinators.combine(rates, parts, decays, Arbitraries.of(true, false)).as(Sgd::new),
                Combinators.combine(rates, parts, decays).as((rate, beta, decay) -> new AdamW(rate / 5, beta, beta, 1e-8, decay)));
    }

    private static void assertSame(long seed, BaseOptimizer base, SamVariant one, SamVariant other) {
        Regression p = new Regression(new SplittableRandom(seed));
        double[] expected = p.after(other.over(base), OPTIONS, STEPS);
        double distance = Toy.distance(p.after(one.over(base), OPTIONS, STEPS), expected);
        assertTrue(distance <= 1e-9, one + " and " + other + " over " + base + ": distance " + distance);
    }

    private static void assertSameBits(long seed, BaseOptimizer base, SamVariant one, SamVariant other) {
        Regression p = new Regression(new SplittableRandom(seed));
        assertArrayEquals(p.after(other.over(base), OPTIONS, STEPS), p.after(one.over(base), OPTIONS, STEPS),
                one + " and " + other + " over " + base);
    }

    @Property(tries = 60)
    void areSamBitForBit(@ForAll long seed, @ForAll("bases") BaseOptimizer base, @ForAll @DoubleRange(min = 0, max = 0.5) double rho,
            @ForAll @DoubleRange(min = 0, max = 1) double free) {
        Sam sam = Sam.defaults().rho(rho);
        assertSameBits(seed, base, new FriendlySam(rho, 0, free, 1e-12), sam);
        assertSameBits(seed, base, new Gsam(0, 1, 0, sam, 1e-12), sam);
        assertSameBits(seed, base, new GradientNormPenalty(1, sam), sam);
        assertSameBits(seed, base, new CrSam(0, 0, sam), sam);
        assertSameBits(seed, base, new EgSam(rho, 0, 1e-12), sam);
        assertSameBits(seed, base, new EigenSam(rho, 0, new PowerIteration(3, 2), 1e-12), sam);
        assertSameBits(seed, base, new SparseSam(rho, new DynamicMask(0, free, 2), 1e-12), sam);
        assertSameBits(seed, base, new SamOn(rho, SamOn.Layers.ALL, SamOn.Scale.NONE, free, true, SamOn.Norm.TWO, 1e-12), sam);
        assertSameBits(seed, base, new CaSam(rho, new CleanExamples(0.5, 0), 1e-12), sam);
    }

    @Property(tries = 60)
    void areSam(@ForAll long seed, @ForAll("bases") BaseOptimizer base, @ForAll @DoubleRange(min = 0.01, max = 0.5) double rho,
            @ForAll @DoubleRange(min = 0, max = 1) double free) {
        Sam sam = Sam.defaults().rho(rho);
        assertSame(seed, base, new Gam(free, rho, free, 1, 0, 1e-12), sam);
        assertSame(seed, base, new OptSam(rho, 0, 1e-12), sam);
        assertSame(seed, base, new FisherSam(rho, 0, 1e-12), sam);
        assertSame(seed, base, new ImbSam(rho, 1, step -> IntStream.range(0, step.batch().size()).toArray(), 1e-12), sam);
    }

    @Property(tries = 60)
    void areTheBaseOptimizer(@ForAll long seed, @ForAll("bases") BaseOptimizer base, @ForAll @DoubleRange(min = 0, max = 0.5) double rho,
            @ForAll @DoubleRange(min = 0, max = 1) double free) {
        Plain plain = new Plain();
        assertSameBits(seed, base, new GradientNormPenalty(0, Sam.defaults().rho(rho)), plain);
        assertSameBits(seed, base, new Usam(0), plain);
        assertSameBits(seed, base, new LookSam(2, free, new Sam(0, 1e-12), 1e-12), plain);
        assertSameBits(seed, base, new AeLookSam(new Sam(0, 1e-12), free, 0.9, -1, 1, 1e-12), plain);
        assertSameBits(seed, base, new SparseSam(rho, new DynamicMask(1, free, 2), 1e-7), plain);
        assertSameBits(seed, base, new ImbSam(rho, free, step -> new int[0], 1e-16), plain);
        assertSame(seed, base, new ImbSam(0, 1, IdentityTest::oddRows, 1e-16), plain);
        assertSame(seed, base, new StableSam(free < 0.5, new Sam(0, 1e-12), 1e-12), plain);
        assertSame(seed, base, new StableSam(free < 0.5, new Usam(0), 1e-12), plain);
    }

    private static int[] oddRows(SamStep step) {
        return IntStream.range(0, step.batch().size()).filter(i -> i % 2 == 1).toArray();
    }

    @Property(tries = 60)
    void areOneAnother(@ForAll long seed, @ForAll("bases") BaseOptimizer base, @ForAll @DoubleRange(min = 0, max = 0.5) double rho,
            @ForAll @DoubleRange(min = 0, max = 1) double free) {
        assertSameBits(seed, base, new Sagm(rho, 0, 1e-12), new GradientNormPenalty(0.5, Sam.defaults().rho(rho)));
        assertSame(seed, base, new SamOn(rho, SamOn.Layers.ALL, SamOn.Scale.ELEMENTWISE, free, false, SamOn.Norm.TWO, 1e-16),
                new Asam(rho, free, Asam.Scope.WEIGHTS, 1e-16));
        SparseSam own = new SparseSam(rho, step -> Tensor.full(DType.F64, step.weights().shape(), 1), 1e-12);
        assertSameBits(seed, base, own, Sam.defaults().rho(rho));
    }

    /** The perturbation of EG-SAM is that of SAGM with alpha = eta. */
    @Property(tries = 60)
    void extragradientIsGradientMatchingsPerturbation(@ForAll long seed, @ForAll @DoubleRange(min = 0, max = 0.5) double rho,
            @ForAll @DoubleRange(min = 0, max = 3) double lookahead) {
        Regression p = new Regression(new SplittableRandom(seed));
        StepReport eg = p.minimise(new EgSam(rho, lookahead, 0).over(Sgd.of(0.1)), DType.F64, OPTIONS).step(p.batch(0));
        StepReport sagm = p.minimise(new Sagm(rho, lookahead * 0.1, 0).over(Sgd.of(0.1)), DType.F64, OPTIONS).step(p.batch(0));
        assertEquals(sagm.perturbationNorm(), eg.perturbationNorm(), 1e-14);
        assertEquals(sagm.sharpness(), eg.sharpness(), 1e-14);
    }

    /** What GSAM takes away from the perturbed gradient is orthogonal to it. */
    @Property(tries = 60)
    void theRemovedPartOfGsamIsOrthogonal(@ForAll long seed, @ForAll @DoubleRange(min = 0.01, max = 0.5) double rho,
            @ForAll @DoubleRange(min = 0.1, max = 2) double alpha) {
        Regression p = new Regression(new SplittableRandom(seed));
        double[] g = p.gradient(p.start, 0);
        double[] g1 = p.gradient(Vec.plus(p.start, rho, Vec.unit(g)), 0);
        double[] w = p.after(new Gsam(alpha, 1, 0, new Sam(rho, 0), 0).over(Sgd.of(1)), OPTIONS, 1);
        double[] removed = Vec.plus(g1, -1, Vec.plus(p.start, -1, w));
        assertEquals(0, Vec.dot(removed, g1), 1e-10 * Vec.norm(g1));
    }

    /** The gradient keeps its length; clipped, it never grows. */
    @Property(tries = 60)
    void stableGradientsAreAsLongAsTheGradient(@ForAll long seed, @ForAll @DoubleRange(min = 0, max = 0.5) double rho) {
        Regression p = new Regression(new SplittableRandom(seed));
        for (SamVariant ascent : new SamVariant[] {Sam.defaults().rho(rho), new Usam(rho)}) {
            StepReport stable = p.minimise(new StableSam(false, ascent, 1e-12).over(Sgd.of(0.1)), DType.F64, OPTIONS)
                    .step(p.batch(0));
            assertEquals(stable.gradientNorm(), stable.updateNorm(), 1e-9);
            StepReport clipped = p.minimise(new StableSam(true, ascent, 1e-12).over(Sgd.of(0.1)), DType.F64, OPTIONS)
                    .step(p.batch(0));
            assertTrue(clipped.updateNorm() <= clipped.gradientNorm() + 1e-9);
        }
    }

    /** On {@code c |w - a|^2 / 2}, whose curvatures are equal, stable SAM is gradient descent. */
    @Property(tries = 60)
    void stableSamOnEqualCurvaturesIsGradientDescent(@ForAll long seed, @ForAll @DoubleRange(min = 0.1, max = 2) double curvature,
            @ForAll @DoubleRange(min = 0.01, max = 0.05) double rho) {
        SplittableRandom random = new SplittableRandom(seed);
        double[][] a = new double[6][6];
        for (int i = 0; i < 6; i++) {
            a[i][i] = curvature;
        }
        Quadratic q = new Quadratic(a, random.doubles(6, 1, 2).toArray(), random.doubles(6, -2, -1).toArray());
        Optimizer stable = q.minimise(StableSam.defaults().with("ascent", Sam.defaults().rho(rho)).over(Sgd.of(0.1)));
        Optimizer descent = q.minimise(Sgd.of(0.1));
        for (int t = 0; t < 10; t++) {
            stable.step(Quadratic.BATCH);
            descent.step(Quadratic.BATCH);
        }
        assertArrayEquals(descent.current().point().toDoubles(), stable.current().point().toDoubles(), 1e-9);
    }

    /** {@code g(w + rho g) = (I + rho H) g} on a quadratic. */
    @Property(tries = 60)
    void unnormalisedSamOnAQuadratic(@ForAll long seed, @ForAll @DoubleRange(min = 0, max = 2) double rho) {
        Quadratic q = Quadratic.random(new SplittableRandom(seed), 7);
        Optimizer usam = q.minimise(new Usam(rho).over(Sgd.of(1)));
        usam.step(Quadratic.BATCH);
        double[] g = q.gradient(q.start);
        double[] hg = Vec.of(7, i -> Vec.dot(q.a[i], g));
        assertArrayEquals(Vec.plus(Vec.plus(q.start, -1, g), -rho, hg), usam.current().point().toDoubles(), 1e-12);
    }

    /** Radii: at most rho under a mask, rho over the parameters of normalisation alone, and none elsewhere. */
    @Property(tries = 60)
    void radii(@ForAll long seed, @ForAll @DoubleRange(min = 0.01, max = 0.5) double rho,
            @ForAll @DoubleRange(min = 0.05, max = 0.95) double sparsity) {
        Regression p = new Regression(new SplittableRandom(seed));
        SparseSam sparse = new SparseSam(rho, new DynamicMask(sparsity, 0.5, 1), 1e-7);
        assertTrue(p.minimise(sparse.over(Sgd.of(0.1)), DType.F64, OPTIONS).step(p.batch(0)).perturbationNorm() <= rho);
        Quadratic q = Quadratic.random(new SplittableRandom(seed), 9);
        StepReport on = q.minimise(SamOn.defaults().with("rho", rho).over(Sgd.of(0.1)), 1, 3, OPTIONS).step(Quadratic.BATCH);
        assertEquals(rho, on.perturbationNorm(), 1e-9);
        double[] e = q.perturbation();
        assertArrayEquals(new double[6], Arrays.copyOf(e, 6), "weights and biases are not perturbed");
        assertEquals(rho, Vec.norm(e), 1e-9);
    }

    /** Every layer moves by the same part of its length, whatever the lengths of their gradients; a model of one layer goes SAM's way. */
    @Property(tries = 60)
    void layersMoveByTheirLengths(@ForAll long seed, @ForAll @DoubleRange(min = 0.01, max = 0.5) double rho) {
        Quadratic q = Quadratic.random(new SplittableRandom(seed), 9);
        q.minimise(new LayerSam(rho, LayerSam.Unit.LAYER, 0).over(Sgd.of(0.1)), 1, 3, OPTIONS).step(Quadratic.BATCH);
        double[] e = q.perturbation();
        for (int from = 0; from < 9; from += 3) {
            assertEquals(rho * Vec.norm(Arrays.copyOfRange(q.start, from, from + 3)), Vec.norm(Arrays.copyOfRange(e, from, from + 3)),
                    1e-9);
        }
        Quadratic one = Quadratic.random(new SplittableRandom(seed), 9);
        one.minimise(new LayerSam(rho, LayerSam.Unit.LAYER, 0).over(Sgd.of(0.1))).step(Quadratic.BATCH);
        Quadratic other = Quadratic.random(new SplittableRandom(seed), 9);
        other.minimise(new Sam(rho * Vec.norm(q.start), 0).over(Sgd.of(0.1))).step(Quadratic.BATCH);
        assertArrayEquals(other.perturbation(), one.perturbation(), 1e-9);
    }

    /** If every parameter is one of a normalisation layer, SAM-ON is SAM. */
    @Property(tries = 60)
    void onNormalisationAloneIsSam(@ForAll long seed, @ForAll("bases") BaseOptimizer base,
            @ForAll @DoubleRange(min = 0, max = 0.5) double rho) {
        double[][] w = new double[2][];
        for (int i = 0; i < 2; i++) {
            Recipe recipe = (i == 0 ? SamOn.defaults().with("rho", rho) : new Sam(rho, 1e-16)).over(base);
            Optimizer optimizer = Quadratic.random(new SplittableRandom(seed), 6).perExample(recipe, Role.NORM_SCALE);
            for (int t = 0; t < 10; t++) {
                optimizer.step(Quadratic.BATCH);
            }
            w[i] = optimizer.current().point().toDoubles();
        }
        assertArrayEquals(w[1], w[0], 1e-12);
    }

    /** Without tensors of two dimensions there is nothing to centralise. */
    @Property(tries = 60)
    void centralisedSamOfVectorsIsSam(@ForAll long seed, @ForAll @DoubleRange(min = 0, max = 0.5) double rho) {
        for (SamVariant gc : new SamVariant[] {GcSam.defaults().with("rho", rho),
            GcSam.defaults().with("rho", rho).with("normAfterGc", true).with("gcDescent", true)}) {
            Quadratic q = Quadratic.random(new SplittableRandom(seed), 9);
            Optimizer one = q.minimise(gc.over(Sgd.of(0.1).momentum(0.9)), 1, 3, OPTIONS);
            Optimizer other = q.minimise(Sam.defaults().rho(rho).over(Sgd.of(0.1).momentum(0.9)), 1, 3, OPTIONS);
            for (int t = 0; t < 10; t++) {
                one.step(Quadratic.BATCH);
                other.step(Quadratic.BATCH);
            }
            assertArrayEquals(other.current().point().toDoubles(), one.current().point().toDoubles(), 1e-12);
        }
    }
}
