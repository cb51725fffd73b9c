package dev.steppe.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.core.Role;
import dev.steppe.optim.base.AdamW;
import dev.steppe.optim.base.Sgd;
import dev.steppe.optim.sam.Asam;
import dev.steppe.optim.sam.Bsam;
import dev.steppe.optim.sam.Sam;
import dev.steppe.optim.sam.Samar;
import dev.steppe.optim.sam.Vasso;
import dev.steppe.optim.sam.Wsam;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Properties of SAM and ASAM, and trajectories against the formulas written out, on random quadratic functions in F64. */
class QuadraticTest {
    private static final BaseOptimizer SGD = Sgd.of(0.1).momentum(0.9).weightDecay(0.01);
    private static final BaseOptimizer ADAMW = AdamW.of(0.01).with("weightDecay", 0.1);
    private static final Asam ALL = new Asam(0.5, 0, Asam.Scope.ALL, 1e-12);

    /** Those without a metric of the coordinates. */
    private static final List<SamVariant> FOUNDING = List.of(Sam.defaults().rho(0.2), Wsam.defaults().rho(0.2).gamma(0.6),
            Wsam.defaults().rho(0.2).gamma(0.6).decouple(false), Vasso.defaults().rho(0.2).theta(0.4), Bsam.defaults().rho(0.2, 0.1),
            Samar.defaults().rho(0.2));

    private static Quadratic random(long seed, int n) {
        return Quadratic.random(new SplittableRandom(seed), n);
    }

    private static double[] after(Optimizer optimizer, int steps) {
        for (int t = 0; t < steps; t++) {
            optimizer.step(Quadratic.BATCH);
        }
        return optimizer.current().point().toDoubles();
    }

    @Property(tries = 60)
    void radiusZeroIsTheBaseOptimizerBitForBit(@ForAll long seed, @ForAll @IntRange(min = 1, max = 20) int n) {
        for (BaseOptimizer base : List.of(SGD, ADAMW)) {
            for (SamVariant variant : List.of(Sam.defaults().rho(0), Asam.defaults().rho(0), ALL.rho(0))) {
                Quadratic q = random(seed, n);
                assertArrayEquals(after(q.minimise(base), 10), after(q.minimise(variant.over(base)), 10));
            }
        }
    }

    @Property(tries = 60)
    void thePerturbationIsAsLongAsTheFormulaSays(@ForAll long seed, @ForAll @IntRange(min = 1, max = 20) int n,
            @ForAll @DoubleRange(min = 0, max = 3) double rho, @ForAll @DoubleRange(min = 0, max = 0.1) double epsilon) {
        Quadratic q = random(seed, n);
        StepReport report = q.minimise(new Sam(rho, epsilon).over(SGD)).step(Quadratic.BATCH);
        double g = Quadratic.norm(q.gradient(q.start));
        assertEquals(rho * g / (g + epsilon), Quadratic.norm(q.perturbation()), 1e-9);
        assertEquals(Quadratic.norm(q.perturbation()), report.perturbationNorm(), 1e-9);
        assertEquals(g, report.gradientNorm(), 1e-12);

        Quadratic adaptive = random(seed, n);
        report = adaptive.minimise(ALL.rho(rho).over(SGD)).step(Quadratic.BATCH);
        double[] e = adaptive.perturbation();
        double[] scaled = new double[n];
        Arrays.setAll(scaled, i -> e[i] / Math.abs(adaptive.start[i]));
        assertEquals(rho, Quadratic.norm(scaled), 1e-9 * Math.max(1, 1e-3 / least(adaptive.start)));
        assertEquals(Quadratic.norm(e), report.perturbationNorm(), 1e-9);
    }

    private static double least(double[] w) {
        return Arrays.stream(w).map(Math::abs).min().orElse(1);
    }

    @Property(tries = 30)
    void rotatingTheProblemRotatesThePath(@ForAll long seed, @ForAll @IntRange(min = 2, max = 12) int n) {
        SplittableRandom random = new SplittableRandom(seed);
        Quadratic q = Quadratic.random(random, n);
        double[] axis = random.doubles(n, -1, 1).toArray();
        Assume.that(Quadratic.norm(axis) > 0.1);
        double[][] a = new double[n][];
        for (int i = 0; i < n; i++) {
            a[i] = mirror(axis, q.a[i]);
        }
        double[][] rotated = new double[n][n];
        for (int j = 0; j < n; j++) {
            int column = j;
            double[] image = mirror(axis, Arrays.stream(a).mapToDouble(row -> row[column]).toArray());
            for (int i = 0; i < n; i++) {
                rotated[i][j] = image[i];
            }
        }
        Quadratic turned = new Quadratic(rotated, mirror(axis, q.b), mirror(axis, q.start));
        for (SamVariant variant : FOUNDING) {
            Recipe recipe = variant.over(SGD);
            assertArrayEquals(mirror(axis, after(q.minimise(recipe), 10)), after(turned.minimise(recipe), 10), 1e-8, variant.toString());
        }
    }

    /** Householder's reflection, a rotation but for its sign. */
    private static double[] mirror(double[] axis, double[] x) {
        double dot = 0;
        for (int i = 0; i < x.length; i++) {
            dot += axis[i] * x[i];
        }
        double scale = 2 * dot / (Quadratic.norm(axis) * Quadratic.norm(axis));
        double[] y = new double[x.length];
        Arrays.setAll(y, i -> x[i] - scale * axis[i]);
        return y;
    }

    @Property(tries = 60)
    void scalingTheLossLeavesThePerturbation(@ForAll long seed, @ForAll @IntRange(min = 1, max = 20) int n,
            @ForAll @DoubleRange(min = 0.01, max = 100) double scale) {
        for (SamVariant variant : List.of(new Sam(0.2, 0), new Asam(0.2, 0.01, Asam.Scope.WEIGHTS, 0), new Vasso(0.2, 0.4, false, 0),
                Samar.defaults().rho(0.2))) {
            Quadratic q = random(seed, n);
            Quadratic scaled = random(seed, n);
            q.minimise(variant.over(SGD)).step(Quadratic.BATCH);
            scaled.minimise(variant.over(SGD), scale, 1, Options.defaults()).step(Quadratic.BATCH);
            assertArrayEquals(q.perturbation(), scaled.perturbation(), 1e-9);
        }
    }

    /** With f(w) = h(w / c), element-wise, the gradient at c w is g / c. */
    @Property(tries = 60)
    void theAdaptivePerturbationScalesWithTheWeights(@ForAll long seed, @ForAll @IntRange(min = 1, max = 20) int n) {
        SplittableRandom random = new SplittableRandom(seed);
        Quadratic q = Quadratic.random(random, n);
        double[] c = random.doubles(n, 0.1, 10).toArray();
        double[][] a = new double[n][n];
        double[] b = new double[n];
        double[] start = new double[n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                a[i][j] = q.a[i][j] / c[i] / c[j];
            }
            b[i] = q.b[i] / c[i];
            start[i] = q.start[i] * c[i];
        }
        Quadratic scaled = new Quadratic(a, b, start);
        Recipe asam = ALL.over(SGD);
        q.minimise(asam).step(Quadratic.BATCH);
        scaled.minimise(asam).step(Quadratic.BATCH);
        double[] expected = new double[n];
        Arrays.setAll(expected, i -> c[i] * q.perturbation()[i]);
        assertArrayEquals(expected, scaled.perturbation(), 1e-9);
    }

    @Property(tries = 25)
    void cuttingTheWeightsIntoTensorsChangesNothing(@ForAll long seed, @ForAll @IntRange(min = 5, max = 20) int n,
            @ForAll @IntRange(min = 2, max = 5) int tensors) {
        for (SamVariant variant : Stream.concat(Stream.of(ALL), FOUNDING.stream()).toList()) {
            for (BaseOptimizer base : List.of(SGD, ADAMW)) {
                Quadratic q = random(seed, n);
                double[] whole = after(q.minimise(variant.over(base)), 12);
                assertArrayEquals(whole, after(q.minimise(variant.over(base), 1, tensors, Options.defaults()), 12), 1e-14);
            }
        }
    }

    /** {@code A w + rho A (A w) / |A w|}. */
    @Property(tries = 60)
    void theGradientOfSamOnAQuadratic(@ForAll long seed, @ForAll @IntRange(min = 1, max = 20) int n) {
        Quadratic random = random(seed, n);
        Quadratic q = new Quadratic(random.a, new double[n], random.start);
        double[] w = after(q.minimise(new Sam(0.2, 0).over(Sgd.of(1))), 1);
        double[] aw = q.gradient(q.start);
        double[] aaw = q.gradient(aw);
        double[] expected = new double[n];
        Arrays.setAll(expected, i -> q.start[i] - aw[i] - 0.2 * aaw[i] / Quadratic.norm(aw));
        assertArrayEquals(expected, w, 1e-12);
    }

    /** 100 problems of 1 to 20 dimensions in three tensors, 50 steps each, against the formulas written out; every step ends at stepped weights, not at w + e. */
    @Test
    void followsTheFormulas() {
        SplittableRandom random = new SplittableRandom(2010_01412);
        for (int problem = 0; problem < 100; problem++) {
            Quadratic q = Quadratic.random(random, 1 + random.nextInt(20));
            double rho = random.nextDouble(0.01, 0.3);
            Sam sam = new Sam(rho, 1e-12);
            Asam asam = new Asam(rho, random.nextDouble(0, 0.1), problem % 2 == 0 ? Asam.Scope.WEIGHTS : Asam.Scope.ALL, 1e-16);
            Sgd sgd = new Sgd(random.nextDouble(0.01, 0.1), random.nextDouble(0.1, 0.9), random.nextDouble(0, 0.1), problem % 3 == 0);
            AdamW adamw = new AdamW(0.01, 0.9, 0.99, 1e-8, random.nextDouble(0, 0.1));
            for (SamVariant variant : List.of(new Plain(), sam, asam)) {
                for (BaseOptimizer base : List.of(sgd, adamw)) {
                    Optimizer optimizer = q.minimise(variant instanceof Plain ? base : variant.over(base), 1, 3, Options.defaults());
                    Formulas formulas = new Formulas(q, variant, base);
                    for (int t = 0; t < 50; t++) {
                        optimizer.step(Quadratic.BATCH);
                        formulas.step();
                        double distance = Toy.distance(optimizer.current().point().toDoubles(), formulas.w);
                        assertTrue(distance <= 1e-12, variant + " over " + base + ", problem " + problem + ", step " + t + ": " + distance);
                    }
                }
            }
        }
    }

    /** The formulas, one number after the other. */
    private static final class Formulas {
        private final Quadratic q;
        private final SamVariant variant;
        private final BaseOptimizer base;
        private final double[] m;
        private final double[] v;
        private int t;
        double[] w;

        Formulas(Quadratic q, SamVariant variant, BaseOptimizer base) {
            this.q = q;
            this.variant = variant;
            this.base = base;
            this.w = q.start.clone();
            this.m = new double[w.length];
            this.v = new double[w.length];
        }

        void step() {
            t++;
            double[] g = q.gradient(w);
            double[] scale = new double[w.length];
            Arrays.setAll(scale, this::scale);
            double norm = 0;
            for (int i = 0; i < g.length; i++) {
                norm += scale[i] * g[i] * (scale[i] * g[i]);
            }
            double[] place = w.clone();
            for (int i = 0; i < g.length; i++) {
                place[i] += switch (variant) {
                    case Sam s -> s.rho() * g[i] / (Math.sqrt(norm) + s.epsilon());
                    case Asam s -> s.rho() * scale[i] * scale[i] * g[i] / (Math.sqrt(norm) + s.epsilon());
                    default -> 0;
                };
            }
            double[] d = q.gradient(place);
            for (int i = 0; i < d.length; i++) {
                update(i, d[i]);
            }
        }

        private double scale(int i) {
            if (!(variant instanceof Asam s)) { return 1; }
            boolean inScope = s.scope() == Asam.Scope.ALL || q.role(i, 3) != Role.BIAS;
            return inScope ? Math.abs(w[i]) + s.eta() : 1;
        }

        private void update(int i, double g) {
            switch (base) {
                case Sgd s -> {
                    double sum = g + s.weightDecay() * w[i];
                    m[i] = t == 1 ? sum : s.momentum() * m[i] + sum;
                    w[i] -= s.learningRate() * (s.nesterov() ? sum + s.momentum() * m[i] : m[i]);
                }
                case AdamW s -> {
                    w[i] *= 1 - s.learningRate() * s.weightDecay();
                    m[i] = s.beta1() * m[i] + (1 - s.beta1()) * g;
                    v[i] = s.beta2() * v[i] + (1 - s.beta2()) * g * g;
                    w[i] -= s.learningRate() * (m[i] / (1 - Math.pow(s.beta1(), t)))
                            / (Math.sqrt(v[i]) / Math.sqrt(1 - Math.pow(s.beta2(), t)) + s.epsilon());
                }
                default -> throw new AssertionError(base);
            }
        }
    }
}
