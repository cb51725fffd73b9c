package dev.steppe.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.optim.base.AdamW;
import dev.steppe.optim.base.Sgd;
import dev.steppe.optim.sam.AgnosticSam;
import dev.steppe.optim.sam.AlignSam;
import dev.steppe.optim.sam.Msam;
import dev.steppe.optim.sam.SamPa;
import org.junit.jupiter.api.Test;

/** Methods that look at a second batch, at the last step or at the momentum, against their papers' formulas in plain arrays. */
class OtherPlacesFormulaTest {
    private static final int STEPS = 14;

    private final Logistic problem = new Logistic(23, 4, 5);
    private final Options options = Options.defaults().auxiliary(step -> problem.batch((int) ((step + 1) % 4)));

    private void assertFollows(SamVariant variant, Logistic.Formula formula) {
        double distance = problem.distance(variant, options, STEPS, formula);
        assertTrue(distance <= 1e-12, variant + ": relative distance " + distance);
    }

    @Test
    void agnosticSamGoesUpHereAndDownThere() {
        double[][] m = new double[1][];
        assertFollows(new AgnosticSam(0.3, 0.2, 0.6, 0), (t, w) -> {
            int b = t % 4;
            int a = (t + 1) % 4;
            double[] there = problem.gradient(Logistic.toward(w, 0.2, problem.gradient(w, a)), a);
            m[0] = t == 0 ? there : Logistic.sum(0.6, m[0], 0.4, there);
            double[] up = Logistic.toward(w, 0.3, problem.gradient(w, b));
            return problem.gradient(Logistic.toward(up, -0.2, m[0]), b);
        });
    }

    @Test
    void alignSam() {
        assertFollows(new AlignSam(0.2, 1.7, 0), (t, w) -> {
            double[] up = Logistic.toward(w, 0.2 * 1.7, problem.gradient(w, t % 4));
            return problem.gradient(Logistic.toward(up, -0.2, problem.gradient(w, (t + 1) % 4)), t % 4);
        });
    }

    /** Written as the authors' code has it: the stored parameters are w + e. */
    @Test
    void momentumSamOverSgd() {
        Optimizer optimizer = problem.minimise(new Msam(0.4, 0).over(Sgd.of(0.3).momentum(0.8).weightDecay(0.1)), Options.defaults());
        double[] shifted = problem.w0.clone();
        double[] v = new double[Logistic.N];
        double s = 0;
        for (int t = 0; t < STEPS; t++) {
            StepReport report = optimizer.step(problem.batch(t % 4));
            assertEquals(t == 0 ? 0 : 0.4, report.perturbationNorm(), 1e-12);
            assertEquals(1, report.backwards());
            double[] g = Logistic.sum(1, problem.gradient(shifted, t % 4), 0.1, shifted);
            double[] p = Logistic.sum(1, shifted, 0.4 * s, v);
            v = Logistic.sum(0.8, v, 1, g);
            p = Logistic.sum(1, p, -0.3, v);
            s = 1 / Logistic.norm(v);
            shifted = Logistic.sum(1, p, -0.4 * s, v);
            double distance = Toy.distance(optimizer.evaluationPoint().point().toDoubles(), p);
            assertTrue(distance <= 1e-12, "step " + t + ": relative distance " + distance);
        }
    }

    @Test
    void momentumSamOverAdamWPerturbsAlongTheFirstMoment() {
        Optimizer optimizer = problem.minimise(new Msam(0.4, 0).over(new AdamW(0.02, 0.8, 0.95, 1e-8, 0.3)), Options.defaults());
        double[] w = problem.w0.clone();
        double[] m = new double[Logistic.N];
        double[] v = new double[Logistic.N];
        for (int t = 0; t < STEPS; t++) {
            optimizer.step(problem.batch(t % 4));
            double[] g = problem.gradient(t == 0 ? w : Logistic.toward(w, -0.4, m), t % 4);
            for (int j = 0; j < w.length; j++) {
                m[j] = 0.8 * m[j] + 0.2 * g[j];
                v[j] = 0.95 * v[j] + 0.05 * g[j] * g[j];
                double step = m[j] / (1 - Math.pow(0.8, t + 1)) / (Math.sqrt(v[j] / (1 - Math.pow(0.95, t + 1))) + 1e-8);
                w[j] -= 0.02 * (step + 0.3 * w[j]);
            }
            double distance = Toy.distance(optimizer.current().point().toDoubles(), w);
            assertTrue(distance <= 1e-12, "step " + t + ": relative distance " + distance);
        }
    }

    /** Its statistics are those of other places than its weights. */
    @Test
    void momentumSamIsRecalibratedForEvaluation() {
        assertTrue(problem.minimise(Msam.defaults().over(Sgd.of(0.1)), Options.defaults()).recalibrates());
        assertFalse(problem.minimise(Msam.defaults().with("rho", 0).over(Sgd.of(0.1)), Options.defaults()).recalibrates());
    }

    /** Without a momentum to look at, the last step is the momentum. */
    @Test
    void momentumSamOverPlainSgd() {
        Optimizer optimizer = problem.minimise(new Msam(0.4, 0).over(Sgd.of(0.3).weightDecay(0.1)), Options.defaults());
        double[] w = problem.w0.clone();
        double[] v = null;
        for (int t = 0; t < STEPS; t++) {
            optimizer.step(problem.batch(t % 4));
            double[] there = v == null ? w : Logistic.toward(w, -0.4, v);
            v = Logistic.sum(1, problem.gradient(there, t % 4), 0.1, there);
            w = Logistic.sum(1, w, -0.3, v);
            double distance = Toy.distance(optimizer.current().point().toDoubles(), w);
            assertTrue(distance <= 1e-12, "step " + t + ": relative distance " + distance);
        }
    }

    @Test
    void samPaAscendsWithTheGradientOfTheLastStep() {
        Optimizer optimizer = problem.minimise(new SamPa(0.3, 0.35, 0).over(Sgd.of(0.4)), Options.defaults());
        double[] w = problem.w0.clone();
        double[] g = problem.gradient(w, 0);
        int last = 0;
        for (int t = 0; t < STEPS; t++) {
            StepReport report = optimizer.step(problem.batch(t % 4));
            assertEquals(t == 0 ? 3 : 2, report.backwards());
            assertEquals(0.3, report.perturbationNorm(), 1e-12);
            double[] ahead = problem.gradient(Logistic.sum(1, w, -0.4, g), t % 4);
            double[] up = problem.gradient(Logistic.toward(w, 0.3, g), last);
            w = Logistic.sum(1, w, -0.4, Logistic.sum(0.65, up, 0.35, ahead));
            g = ahead;
            last = t % 4;
            double distance = Toy.distance(optimizer.current().point().toDoubles(), w);
            assertTrue(distance <= 1e-12, "step " + t + ": relative distance " + distance);
        }
    }
}
