package dev.steppe.optim.curvature;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.core.RandomKey;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** What is left to chance, on the whole Hessian of a small network as a matrix, over many keys. */
class EstimatesTest {
    private static final int SEEDS = 1000;

    private final SmallNet net = new SmallNet(3);
    private final Matrix h = Matrix
            .of(Curvature.of(LossSurface.of(net.objective(), net.at, SmallNet.batch(1, 32)).kernels(SmallNet.KERNELS))
                    .operator());

    private void assertHonest(Function<Curvature, TraceEstimate> method) {
        int within = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            TraceEstimate t = method.apply(Curvature.of(h).key(RandomKey.of(seed)));
            within += Math.abs(t.value() - h.trace()) <= 3 * t.standardError() ? 1 : 0;
        }
        assertTrue(within >= 0.99 * SEEDS, within + " of " + SEEDS + " within three standard errors");
    }

    @Test
    void hutchinsonKnowsItsError() {
        assertHonest(c -> c.trace(new Hutchinson(40)));
    }

    @Test
    void hutchPlusPlusKnowsItsErrorAndItIsSmaller() {
        assertHonest(c -> c.trace(new HutchPlusPlus(90)));
        double plain = Curvature.of(h).trace(new Hutchinson(90)).standardError();
        double sketched = Curvature.of(h).trace(new HutchPlusPlus(90)).standardError();
        assertTrue(sketched < 0.2 * plain, sketched + " and " + plain);
    }

    @Test
    void hutchPlusPlusIsExactForLowRanks() {
        SplittableRandom random = new SplittableRandom(4);
        double[][] a = new double[60][60];
        double trace = 0;
        for (int r = 0; r < 10; r++) {
            double[] u = random.doubles(60, -1, 1).toArray();
            double sign = r % 3 == 0 ? -1 : 1;
            for (int i = 0; i < 60; i++) {
                trace += sign * u[i] * u[i];
                for (int j = 0; j < 60; j++) {
                    a[i][j] += sign * u[i] * u[j];
                }
            }
        }
        TraceEstimate t = Curvature.of(new Matrix(a)).trace(new HutchPlusPlus(30));
        assertEquals(trace, t.value(), 1e-8 * Math.abs(trace));
        assertTrue(t.standardError() < 1e-8);
        assertEquals(10 + 2, t.vectors());
        assertEquals(2, Curvature.of(new Matrix(a)).trace(new Hutchinson(5)).vectors());
    }

    @Test
    void hutchinsonIsExactForDiagonals() {
        TraceEstimate t = Curvature.of(Matrix.diagonal(1, -2, 7)).trace(new Hutchinson(3));
        assertEquals(6, t.value(), 1e-14);
        assertEquals(0, t.standardError(), 1e-14);
    }

    @Test
    void densityHasTheMomentsAndTheShapeOfTheSpectrum() {
        double[] exact = h.eigenvalues();
        int n = exact.length;
        SpectralDensity d = Curvature.of(h).density(new StochasticLanczosQuadrature(3000, 20));
        assertEquals(1, d.moment(0), 1e-12);
        assertEquals(h.trace() / n, d.moment(1), 0.02 * h.trace() / n);
        assertEquals(h.squares() / n, d.moment(2), 0.02 * h.squares() / n);
        assertEquals(h.trace() / n, d.moment(1), 3 * d.mean(t -> t).standardError());
        assertTrue(d.largest() <= exact[n - 1] + 1e-9 && d.smallest() >= exact[0] - 1e-9);
        SpectralDensity.Curve curve = d.curve();
        double step = curve.x()[1] - curve.x()[0];
        double integral = Arrays.stream(curve.density()).sum() * step;
        assertEquals(1, integral, 0.01);
        double distance = 0;
        for (int i = 0; i < curve.x().length; i++) {
            distance += Math.abs(curve.density()[i] - smoothed(exact, curve.x()[i], curve.width())) * step;
        }
        assertTrue(distance <= 0.05, "distance " + distance);
    }

    private static double smoothed(double[] eigenvalues, double x, double width) {
        return Arrays.stream(eigenvalues).map(e -> Math.exp(-Math.pow((x - e) / width, 2) / 2)).sum()
                / (width * Math.sqrt(2 * Math.PI) * eigenvalues.length);
    }

    /** A Gauss quadrature of k nodes is exact for polynomials of degree below 2 k. */
    @Test
    void oneProbeIsAGaussQuadrature() {
        double[] diagonal = {-2, -1, 0.5, 1, 3, 4};
        SpectralDensity d = Curvature.of(Matrix.diagonal(diagonal)).density(new StochasticLanczosQuadrature(1, 3));
        SpectralDensity all = Curvature.of(Matrix.diagonal(diagonal)).density(new StochasticLanczosQuadrature(1, 6));
        for (int power = 0; power < 6; power++) {
            assertEquals(all.moment(power), d.moment(power), 1e-10);
        }
        assertTrue(Math.abs(all.moment(6) - d.moment(6)) > 1e-3);
        assertEquals(3, d.products());
        assertEquals(4, d.vectors());
    }
}
