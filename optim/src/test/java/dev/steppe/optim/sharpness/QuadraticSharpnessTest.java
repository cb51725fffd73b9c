package dev.steppe.optim.sharpness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.core.RandomKey;
import dev.steppe.optim.curvature.LossSurface;
import dev.steppe.optim.curvature.Moments;
import dev.steppe.optim.sam.Asam;
import java.util.Arrays;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every measure on quadratic losses, where it has a closed form. */
class QuadraticSharpnessTest {
    private static final double RHO = 0.3;
    private static final int N = 6;

    private final Bowl bowl = Bowl.random(5, N, 8, false);
    private final LossSurface surface = bowl.surface();

    private void assertValue(double expected, SharpnessMeasure measure) {
        assertValue(expected, measure, surface);
    }

    private static Sharpness assertValue(double expected, SharpnessMeasure measure, LossSurface surface) {
        Sharpness s = measure.of(surface);
        assertEquals(expected, s.value(), 1e-10 * Math.abs(expected), measure.toString());
        assertEquals(surface.loss(surface.parameters().point()), s.loss(), 1e-12);
        assertEquals(measure.radius(), s.radius());
        return s;
    }

    private static double[] along(double rho, double[] g) {
        return Bowl.scaled(rho / Bowl.norm(g), g);
    }

    @Test
    void ascent() {
        assertValue(bowl.rise(along(RHO, bowl.gradient())), AscentSharpness.of(RHO));
        double[] t = bowl.absolute();
        double[] tg = Bowl.product(t, bowl.gradient());
        assertValue(bowl.rise(Bowl.product(t, along(RHO, tg))), AscentSharpness.of(RHO).in(Normalisation.adaptive()));
        double[] shifted = Arrays.stream(t).map(x -> x + 0.01).toArray();
        double[] sg = Bowl.product(shifted, bowl.gradient());
        assertValue(bowl.rise(Bowl.product(shifted, along(RHO, sg))),
                AscentSharpness.of(RHO).in(new Normalisation.Elementwise(0.01, Asam.Scope.WEIGHTS)));
        double length = Bowl.norm(bowl.w);
        assertValue(bowl.rise(along(RHO * length, bowl.gradient())), AscentSharpness.of(RHO).in(new Normalisation.Filterwise()));
        Sharpness s = AscentSharpness.of(RHO).of(surface);
        assertEquals(2, s.forwards());
        assertEquals(1, s.backwards());
    }

    @Test
    void severalStepsOfAscent() {
        double[] e = new double[N];
        for (int k = 0; k < 3; k++) {
            double[] x = bowl.w.clone();
            double[] before = e;
            Arrays.setAll(x, i -> bowl.w[i] + before[i]);
            double[] step = along(RHO / 3, bowl.gradient(x));
            e = e.clone();
            double[] next = e;
            Arrays.setAll(e, i -> next[i] + step[i]);
        }
        assertValue(bowl.rise(e), AscentSharpness.of(RHO).steps(3));
    }

    /** The highest place of a sphere solves {@code (mu - A) e = g}, {@code |e| = rho}, mu above the largest eigenvalue; the lowest, with mu below the smallest. */
    private static double extreme(Bowl bowl, double rho, int sign) {
        EigenDecomposition_F64<DMatrixRMaj> d = DecompositionFactory_DDRM.eig(N, true, true);
        assertTrue(d.decompose(new DMatrixRMaj(bowl.a)));
        double[] lambda = new double[N];
        double[] g = new double[N];
        for (int k = 0; k < N; k++) {
            lambda[k] = d.getEigenvalue(k).getReal();
            for (int i = 0; i < N; i++) {
                g[k] += d.getEigenVector(k).get(i, 0) * bowl.gradient()[i];
            }
        }
        double end = sign > 0 ? Arrays.stream(lambda).max().orElseThrow() : Arrays.stream(lambda).min().orElseThrow();
        double near = 0;
        double far = 1e6;
        for (int i = 0; i < 400; i++) {
            double middle = near + (far - near) / 2;
            double length = 0;
            for (int k = 0; k < N; k++) {
                length += Math.pow(g[k] / (end + sign * middle - lambda[k]), 2);
            }
            if (Math.sqrt(length) > rho) {
                near = middle;
            } else {
                far = middle;
            }
        }
        double rise = 0;
        for (int k = 0; k < N; k++) {
            double e = g[k] / (end + sign * far - lambda[k]);
            rise += g[k] * e + 0.5 * lambda[k] * e * e;
        }
        return rise;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void worstCaseAndBilateral(boolean indefinite) {
        Bowl b = Bowl.random(11, N, 4, indefinite);
        LossSurface at = b.surface();
        double max = extreme(b, RHO, 1);
        double min = -extreme(b, RHO, -1);
        assertTrue(max > b.rise(along(RHO, b.gradient())) + 1e-6, "one step is not enough");
        assertValue(max, WorstCaseSharpness.of(RHO).steps(400), at);
        BilateralSharpness bilateral = BilateralSharpness.of(RHO).steps(400);
        assertValue(max, bilateral.part(BilateralSharpness.Part.MAX), at);
        assertValue(min, bilateral.part(BilateralSharpness.Part.MIN), at);
        assertValue(max + min, bilateral, at);
        double up = b.rise(along(RHO, b.gradient()));
        double down = b.rise(along(-RHO, b.gradient()));
        assertValue(up, BilateralSharpness.of(RHO).part(BilateralSharpness.Part.MAX), at);
        assertValue(-down, BilateralSharpness.of(RHO).part(BilateralSharpness.Part.MIN), at);
        Sharpness s = assertValue(up - down, BilateralSharpness.of(RHO), at);
        assertEquals(2, s.backwards());
        assertEquals(2 * RHO * Bowl.norm(b.gradient()), s.value(), 1e-12, "the curvature cancels on a quadratic");
    }

    /** Where the lowest place lies within the ball, the steps have to shrink to find it. */
    @Test
    void minSharpnessReachesAMinimumWithinTheBall() {
        Bowl near = new Bowl(new double[][] {{3, 0, 0}, {0, 1, 0}, {0, 0, 2}}, new double[1][3], new double[] {0.02, -0.05, 0.03});
        assertEquals(near.loss(), BilateralSharpness.of(RHO).part(BilateralSharpness.Part.MIN).steps(400).of(near.surface()).value(),
                1e-10);
    }

    /** In units of T the worst case is that of the bowl {@code T A T}. */
    @Test
    void adaptiveWorstCase() {
        double[] t = bowl.absolute();
        double[][] a = new double[N][N];
        for (int i = 0; i < N; i++) {
            for (int j = 0; j < N; j++) {
                a[i][j] = t[i] * bowl.a[i][j] * t[j];
            }
        }
        // The same gradient in units of T at any place: choose w = 0 and b = -T g.
        Bowl scaled = new Bowl(a, new double[][] {Bowl.scaled(-1, Bowl.product(t, bowl.gradient()))}, new double[N]);
        assertValue(extreme(scaled, RHO, 1), WorstCaseSharpness.of(RHO).steps(400).in(Normalisation.adaptive()));
    }

    /** At a minimum: worst {@code rho^2 lambda_1 / 2}, average {@code rho^2 tr / 2n}, ascent 0 (Wen, Ma, Li). */
    @Test
    void threeNotionsAtAMinimum() {
        Bowl minimum = new Bowl(new double[][] {{3, 0, 0}, {0, 1, 0}, {0, 0, 0.5}}, new double[1][3], new double[3]);
        LossSurface at = minimum.surface();
        assertEquals(0.5 * RHO * RHO * 3, WorstCaseSharpness.of(RHO).steps(200).of(at).value(), 1e-10);
        assertEquals(0, AscentSharpness.of(RHO).of(at).value());
        Sharpness average = AverageSharpness.sphere(RHO).pairs(4000).of(at);
        assertEquals(0.5 * RHO * RHO * 4.5 / 3, average.value(), 4 * average.standardError());
        assertTrue(average.standardError() < 0.01 * average.value());
    }

    /** The draws that the measures make: numbers of the key. */
    private double[] draw(int i) {
        RandomKey key = surface.key().fold("sharpness").fold(i);
        double[] z = new double[N];
        Arrays.setAll(z, key::normal);
        return z;
    }

    /** The even part of the rise, {@code z'Az / 2}: its mean over the draws. */
    private double evenRise(int pairs, double rho, double[] t, boolean sphere) {
        Moments m = new Moments();
        for (int i = 0; i < pairs; i++) {
            double[] z = draw(i);
            double[] e = Bowl.scaled(sphere ? rho / Bowl.norm(z) : rho, Bowl.product(t, z));
            m.add((bowl.rise(e) + bowl.rise(Bowl.scaled(-1, e))) / 2);
        }
        return m.mean();
    }

    @Test
    void averages() {
        double[] one = new double[N];
        Arrays.fill(one, 1);
        assertValue(evenRise(10, RHO, one, false), AverageSharpness.gaussian(RHO));
        assertValue(evenRise(10, RHO, one, true), AverageSharpness.sphere(RHO));
        assertValue(evenRise(10, RHO, bowl.absolute(), false), AverageSharpness.gaussian(RHO).in(Normalisation.adaptive()));
        assertValue(bowl.loss() + evenRise(10, RHO, one, false), LowPassFilter.of(RHO));
        assertValue(bowl.loss() + evenRise(10, RHO, bowl.absolute(), false), LowPassFilter.of(RHO).in(Normalisation.adaptive()));
        double trace = 0;
        for (int i = 0; i < N; i++) {
            trace += bowl.a[i][i];
        }
        Sharpness many = AverageSharpness.gaussian(RHO).pairs(4000).of(surface);
        assertEquals(0.5 * RHO * RHO * trace, many.value(), 4 * many.standardError());
        assertEquals(8001, many.forwards());
        assertEquals(0, many.backwards());
    }

    @Test
    void pacBayesSigma() {
        double[] one = new double[N];
        Arrays.fill(one, 1);
        for (double target : new double[] {0.1, 1e-6, 1e4}) {
            PacBayesSigma plain = new PacBayesSigma(Quantity.LOSS, target, 5, 1e-12, Normalisation.NONE);
            assertValue(Math.sqrt(target / evenRise(5, 1, one, false)), plain);
            assertValue(Math.sqrt(target / evenRise(5, 1, bowl.absolute(), false)), plain.in(Normalisation.adaptive()));
        }
        Bowl flat = new Bowl(new double[N][N], new double[1][N], bowl.w);
        assertEquals(Double.POSITIVE_INFINITY,
                new PacBayesSigma(Quantity.LOSS, 0.1, 2, 0.1, Normalisation.NONE).of(flat.surface()).value());
    }

    @Test
    void mSharpness() {
        double expected = 0;
        for (int from = 0; from < 8; from += 3) {
            Bowl group = bowl.of(from, Math.min(8, from + 3));
            expected += group.b.length / 8.0 * group.rise(along(RHO, group.gradient()));
        }
        Sharpness s = assertValue(expected, MSharpness.of(3, RHO), surface);
        assertEquals(2, s.forwards(), 1e-12);
        assertTrue(s.standardError() > 0);
        assertTrue(expected > bowl.rise(along(RHO, bowl.gradient())), "groups are sharper than their mean");
        assertValue(bowl.rise(along(RHO, bowl.gradient())), MSharpness.of(8, RHO));
        double adaptive = 0;
        for (int from = 0; from < 8; from += 4) {
            Bowl group = bowl.of(from, from + 4);
            double[] tg = Bowl.product(bowl.absolute(), group.gradient());
            adaptive += 0.5 * group.rise(Bowl.product(bowl.absolute(), along(RHO, tg)));
        }
        assertValue(adaptive, new MSharpness(4, AscentSharpness.of(RHO).in(Normalisation.adaptive())));
    }

    /** On a convex bowl along the axes the highest place of a box is its corner that the signs of the gradient name. */
    @Test
    void epsilonSharpness() {
        double epsilon = 0.05;
        Bowl axes = new Bowl(new double[][] {{2, 0, 0}, {0, 0.5, 0}, {0, 0, 1}}, new double[][] {{0.3, -2, 0.1}},
                new double[] {1, -2, 0.5});
        double[] g = axes.gradient();
        double[] corner = new double[3];
        Arrays.setAll(corner, i -> Math.signum(g[i]) * epsilon * (Math.abs(axes.w[i]) + 1));
        assertValue(100 * axes.rise(corner) / (1 + axes.loss()), EpsilonSharpness.defaults().epsilon(epsilon), axes.surface());
        Bowl minimum = new Bowl(axes.a, new double[1][3], new double[3]);
        double[] any = {epsilon, epsilon, epsilon};
        assertValue(100 * minimum.rise(any), EpsilonSharpness.defaults().epsilon(epsilon), minimum.surface());
    }

    @Test
    void gradientNorm() {
        assertValue(Bowl.norm(bowl.gradient()), GradientNorm.defaults());
        assertValue(Bowl.norm(Bowl.product(bowl.absolute(), bowl.gradient())), new GradientNorm(Normalisation.adaptive()));
    }

    @Test
    void flatNasRobustness() {
        double sum = 0;
        for (int i = 0; i < 20; i++) {
            sum += Math.abs(bowl.rise(Bowl.scaled(0.05, Bowl.product(draw(i), bowl.w)))) / 20;
        }
        Sharpness s = assertValue(sum, new FlatNasRobustness(Quantity.LOSS, 0.05, 20), surface);
        assertEquals(21, s.forwards());
    }
}
