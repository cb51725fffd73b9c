package dev.steppe.optim;

import static dev.steppe.optim.Vec.dot;
import static dev.steppe.optim.Vec.norm;
import static dev.steppe.optim.Vec.plus;
import static dev.steppe.optim.Vec.times;
import static dev.steppe.optim.Vec.unit;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.kernels.DType;
import dev.steppe.optim.base.Sgd;
import dev.steppe.optim.sam.CrSam;
import dev.steppe.optim.sam.Gam;
import dev.steppe.optim.sam.GradientNormPenalty;
import dev.steppe.optim.sam.Gsam;
import dev.steppe.optim.sam.Sagm;
import dev.steppe.optim.sam.Sam;
import dev.steppe.optim.sam.StableSam;
import dev.steppe.optim.sam.Usam;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Variants that combine gradients, against the formulas of their papers. */
class CombinationFormulasTest {
    private static double between(SplittableRandom random, double low, double high) {
        return random.nextDouble(low, high);
    }

    @Test
    void gradientNormPenalty() {
        Paper.assertFollowed(random -> {
            double r = between(random, 0.01, 0.4);
            double alpha = between(random, -0.5, 1.5);
            return new Paper.Pair(new GradientNormPenalty(alpha, new Sam(r, 0)), () -> (p, w, t) -> {
                double[] g = p.gradient(w, t);
                double[] up = p.gradient(plus(w, r, unit(g)), t);
                return plus(times(1 - alpha, g), alpha, up);
            });
        });
    }

    /** The gradient is decomposed as in the paper's algorithm: parallel and orthogonal to the perturbed one. */
    @Test
    void gsam() {
        Paper.assertFollowed(random -> {
            double rho = between(random, 0.01, 0.4);
            double alpha = between(random, 0, 1);
            return new Paper.Pair(new Gsam(alpha, 1, 0, new Sam(rho, 0), 0), () -> (p, w, t) -> {
                double[] g = p.gradient(w, t);
                double[] up = p.gradient(plus(w, rho, unit(g)), t);
                double[] parallel = times(dot(g, unit(up)), unit(up));
                return plus(up, -alpha, plus(g, -1, parallel));
            });
        });
    }

    @Test
    void stableSam() {
        Paper.assertFollowed(random -> {
            double rho = between(random, 0.01, 0.4);
            boolean usam = random.nextBoolean();
            boolean clipped = random.nextBoolean();
            SamVariant ascent = usam ? new Usam(rho) : new Sam(rho, 0);
            return new Paper.Pair(new StableSam(clipped, ascent, 0), () -> (p, w, t) -> {
                double[] g = p.gradient(w, t);
                double[] up = p.gradient(plus(w, rho, usam ? g : unit(g)), t);
                return clipped && norm(up) <= norm(g) ? up : times(norm(g), unit(up));
            });
        });
    }

    @Test
    void crSam() {
        Paper.assertFollowed(random -> {
            double rho = between(random, 0.01, 0.4);
            double gamma = between(random, 0, 0.5);
            double beta = between(random, 0, 0.5);
            return new Paper.Pair(new CrSam(gamma, beta, new Sam(rho, 0)), () -> (p, w, t) -> {
                double[] g = p.gradient(w, t);
                double[] up = p.gradient(plus(w, rho, unit(g)), t);
                double[] down = p.gradient(plus(w, -rho, unit(g)), t);
                double[] second = plus(plus(up, 1, down), -2, g);
                return plus(plus(up, gamma, second), beta, plus(up, -1, down));
            });
        });
    }

    @Test
    void gam() {
        Paper.assertFollowed(random -> {
            double rho = between(random, 0.05, 0.4);
            double prime = between(random, 0.05, 0.4);
            double beta0 = between(random, 0, 2);
            double beta1 = between(random, 0, 1);
            double gamma = between(random, 0, 0.5);
            return new Paper.Pair(new Gam(rho, prime, beta0, beta1, gamma, 0), () -> (p, w, t) -> {
                double[] g0 = p.gradient(w, t);
                double[] g1 = p.gradient(plus(w, prime, unit(g0)), t);
                double[] w2 = plus(w, rho, unit(plus(g1, -1, g0)));
                double[] g2 = p.gradient(w2, t);
                double[] g3 = p.gradient(plus(w2, prime, unit(g2)), t);
                double[] pro = plus(g0, Math.abs(1 - beta0), g2);
                double[] h = plus(times(beta1, g1), 1 - beta1, g3);
                double[] orthogonal = plus(pro, -dot(pro, unit(h)), unit(h));
                return plus(h, -gamma, orthogonal);
            });
        });
    }

    @Test
    void sagm() {
        Paper.assertFollowed(random -> {
            double rho = between(random, 0.01, 0.4);
            double alpha = between(random, 0, 0.3);
            return new Paper.Pair(new Sagm(rho, alpha, 0), () -> (p, w, t) -> {
                double[] g = p.gradient(w, t);
                double[] up = p.gradient(plus(plus(w, rho, unit(g)), -alpha, g), t);
                return times(0.5, plus(g, 1, up));
            });
        });
    }

    /** (rho - rhoMin) / (rhoMax - rhoMin) = (rate - rateMin) / (rateMax - rateMin). */
    @Test
    void theRadiusOfGsamFollowsTheLearningRate() {
        Regression p = new Regression(new SplittableRandom(5));
        SamVariant gsam = Gsam.defaults().with("ascent", new Sam(0.4, 0)).with("rhoMin", 0.25).with("rateMin", 0.1);
        Optimizer optimizer = p.minimise(gsam.over(Sgd.of(0.2)), DType.F64,
                Options.defaults().schedule(CosineSchedule.defaults().floor(0.1), 20));
        double rhoMax = 0.4;
        double rhoMin = 0.1;
        double rateMax = 0.2;
        double rateMin = 0.02;
        for (int t = 0; t < 25; t++) {
            double rho = rhoMin + (rhoMax - rhoMin) * (optimizer.learningRate() - rateMin) / (rateMax - rateMin);
            StepReport report = optimizer.step(p.batch(t));
            assertEquals(rho, report.perturbationNorm(), 1e-12);
            assertTrue(t > 0 || rho == rhoMax);
        }
        assertEquals(rateMin, optimizer.learningRate(), 1e-15);
    }
}
