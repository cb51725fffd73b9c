package dev.steppe.optim;

import static dev.steppe.optim.Vec.dot;
import static dev.steppe.optim.Vec.norm;
import static dev.steppe.optim.Vec.of;
import static dev.steppe.optim.Vec.plus;
import static dev.steppe.optim.Vec.times;
import static dev.steppe.optim.Vec.unit;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.core.Role;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.kernels.DType;
import dev.steppe.optim.base.Sgd;
import dev.steppe.optim.sam.EgSam;
import dev.steppe.optim.sam.EigenSam;
import dev.steppe.optim.sam.FisherSam;
import dev.steppe.optim.sam.FriendlySam;
import dev.steppe.optim.sam.GcSam;
import dev.steppe.optim.sam.LayerSam;
import dev.steppe.optim.sam.OptSam;
import dev.steppe.optim.sam.PowerIteration;
import dev.steppe.optim.sam.SamOn;
import dev.steppe.optim.sam.SparseSam;
import dev.steppe.optim.sam.Usam;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Variants that choose a direction or a metric, against the formulas of their papers. */
class DirectionFormulasTest {
    private static final int N = Regression.SIZE;

    @Test
    void usam() {
        Paper.assertFollowed(random -> {
            double rho = random.nextDouble(0.01, 0.4);
            return new Paper.Pair(new Usam(rho), () -> (p, w, t) -> p.gradient(plus(w, rho, p.gradient(w, t)), t));
        });
    }

    /** The code's form; and the paper's, which updates the average first, with the sigma that makes both the same direction. */
    @Test
    void friendlySam() {
        Paper.assertFollowed(random -> {
            double rho = random.nextDouble(0.01, 0.3);
            double lambda = random.nextDouble(0.3, 0.95);
            double sigma = random.nextDouble(0, 1);
            boolean paper = random.nextBoolean();
            double inCode = paper ? sigma * lambda / (1 - sigma * (1 - lambda)) : sigma;
            Supplier<Paper> formula = () -> new Paper() {
                private double[] m;

                @Override
                public double[] gradient(Regression p, double[] w, int t) {
                    double[] g = p.gradient(w, t);
                    double[] before = m;
                    m = m == null ? g : plus(times(lambda, m), 1 - lambda, g);
                    double[] d = before == null ? g : plus(g, -sigma, paper ? m : before);
                    return p.gradient(plus(w, rho, unit(d)), t);
                }
            };
            return new Paper.Pair(new FriendlySam(rho, inCode, lambda, 0), formula);
        });
    }

    @Test
    void fisherSam() {
        Paper.assertFollowed(random -> {
            double rho = random.nextDouble(0.01, 0.4);
            double eta = random.nextDouble(0, 5);
            return new Paper.Pair(new FisherSam(rho, eta, 0), () -> (p, w, t) -> {
                double[] g = p.gradient(w, t);
                double[] natural = of(N, i -> g[i] / (1 + eta * g[i] * g[i]));
                return p.gradient(plus(w, rho / Math.sqrt(dot(g, natural)), natural), t);
            });
        });
    }

    @Test
    void egSam() {
        Paper.assertFollowed(random -> {
            double rho = random.nextDouble(0.01, 0.4);
            double lookahead = random.nextDouble(0, 3);
            return new Paper.Pair(new EgSam(rho, lookahead, 0), () -> (p, w, t) -> {
                double[] g = p.gradient(w, t);
                return p.gradient(plus(plus(w, -lookahead * p.rate, g), rho, unit(g)), t);
            });
        });
    }

    @Test
    void gcSam() {
        Paper.assertFollowed(random -> {
            double rho = random.nextDouble(0.01, 0.4);
            boolean after = random.nextBoolean();
            boolean descent = random.nextBoolean();
            return new Paper.Pair(new GcSam(rho, after, descent, 0), () -> (p, w, t) -> {
                double[] g = p.gradient(w, t);
                double[] c = centred(g);
                double[] up = p.gradient(plus(w, rho / norm(after ? c : g), c), t);
                return descent ? centred(up) : up;
            });
        });
    }

    /** Without the means of the two filters of the weight [2, 2, 2], whose last axis counts them. */
    private static double[] centred(double[] g) {
        double even = (g[0] + g[2] + g[4] + g[6]) / 4;
        double odd = (g[1] + g[3] + g[5] + g[7]) / 4;
        return of(N, i -> i >= 8 ? g[i] : g[i] - (i % 2 == 0 ? even : odd));
    }

    /** Each layer moves by the same part of its length, or in the proportions of |w_j| alone. */
    @Test
    void layerSam() {
        Paper.assertFollowed(random -> {
            double rho = random.nextDouble(0.01, 0.4);
            LayerSam.Unit unit = LayerSam.Unit.values()[random.nextInt(2)];
            return new Paper.Pair(new LayerSam(rho, unit, 0), () -> (p, w, t) -> {
                double[] g = p.gradient(w, t);
                double[] e = of(N, i -> {
                    Role role = Regression.role(i);
                    return norm(layer(w, role)) / norm(layer(g, role)) * g[i] / (unit == LayerSam.Unit.LAYER ? 1 : norm(g));
                });
                return p.gradient(plus(w, rho, e), t);
            });
        });
    }

    @Test
    void samOn() {
        Paper.assertFollowed(random -> {
            double rho = random.nextDouble(0.01, 0.4);
            double eta = random.nextDouble(0, 0.2);
            SamOn.Layers layers = SamOn.Layers.values()[random.nextInt(3)];
            SamOn.Scale scale = SamOn.Scale.values()[random.nextInt(3)];
            SamOn.Norm norm = SamOn.Norm.values()[random.nextInt(2)];
            boolean biases = random.nextBoolean();
            return new Paper.Pair(new SamOn(rho, layers, scale, eta, biases, norm, 0), () -> (p, w, t) -> {
                double[] g = p.gradient(w, t);
                IntToDoubleFunction unit = i -> {
                    Role role = Regression.role(i);
                    boolean named = biases || role == Role.WEIGHT || role == Role.NORM_SCALE;
                    if (scale == SamOn.Scale.NONE || !named) { return 1; }
                    return scale == SamOn.Scale.ELEMENTWISE ? Math.abs(w[i]) + eta : (1 + eta) * norm(layer(w, role));
                };
                double[] masked = of(N, i -> {
                    boolean normal = i >= 8 && i < 12;
                    return layers == SamOn.Layers.ALL || normal == (layers == SamOn.Layers.NORM) ? unit.applyAsDouble(i) : 0;
                });
                double[] tg = times(masked, g);
                double[] e = norm == SamOn.Norm.TWO
                        ? times(rho / norm(tg), times(masked, tg))
                        : of(N, i -> rho * masked[i] * Math.signum(g[i]));
                return p.gradient(plus(w, 1, e), t);
            });
        });
    }

    private static double[] layer(double[] w, Role role) {
        return of(N, i -> Regression.role(i) == role ? w[i] : 0);
    }

    @Test
    void sparseSam() {
        Paper.assertFollowed(random -> {
            double rho = random.nextDouble(0.01, 0.4);
            double[] mask = of(N, i -> random.nextInt(2));
            Tensor point = Tensor.of(Shape.of(N), mask);
            return new Paper.Pair(new SparseSam(rho, step -> point, 0), () -> (p, w, t) -> {
                double[] g = p.gradient(w, t);
                return p.gradient(plus(w, 1, times(mask, times(rho, unit(g)))), t);
            });
        });
    }

    @Test
    void eigenSam() {
        Paper.assertFollowed(random -> {
            double rho = random.nextDouble(0.01, 0.4);
            double alpha = random.nextDouble(0, 1);
            double[] v = unit(random.doubles(N, -1, 1).toArray());
            Tensor point = Tensor.of(Shape.of(N), v);
            return new Paper.Pair(new EigenSam(rho, alpha, step -> point, 0),
                    () -> (p, w, t) -> p.gradient(plus(w, rho, turned(p.gradient(w, t), v, alpha)), t));
        });
    }

    private static double[] turned(double[] g, double[] v, double alpha) {
        double[] u = unit(g);
        double[] across = plus(v, -dot(u, v), u);
        return plus(u, alpha * Math.signum(dot(u, v)), across);
    }

    @Test
    void optSam() {
        Paper.assertFollowed(random -> {
            double rho = random.nextDouble(0.01, 0.4);
            double lookahead = random.nextDouble(0, 3);
            Supplier<Paper> formula = () -> new Paper() {
                private double[] perturbed;

                @Override
                public double[] gradient(Regression p, double[] w, int t) {
                    double[] g = p.gradient(w, t);
                    double[] ahead = plus(w, -lookahead * p.rate, t == 0 ? g : perturbed);
                    perturbed = p.gradient(plus(ahead, rho, unit(g)), t);
                    return perturbed;
                }
            };
            return new Paper.Pair(new OptSam(rho, lookahead, 0), formula);
        });
    }

    /** The estimate of a step is the eigenvector of the Hessian there, of the eigenvalue of largest size; it turns the perturbation of that step already. */
    @Test
    void powerIterationFindsTheEigenvector() {
        Regression p = new Regression(new SplittableRandom(7));
        EigenSam eigen = new EigenSam(0.3, 0.5, new PowerIteration(3, 3000), 0);
        Optimizer optimizer = p.minimise(eigen.over(Sgd.of(0.05)), DType.F64, Options.defaults());
        for (int t = 0; t < 3; t++) {
            StepReport report = optimizer.step(p.batch(t));
            assertEquals(0.3, report.perturbationNorm(), 1e-12, "SAM before the first estimate");
            assertEquals(2, report.forwards());
        }
        double[] w = optimizer.current().point().toDoubles();
        StepReport report = optimizer.step(p.batch(3));
        double[] v = optimizer.state().tensors().get("variant/eigenvector").toDoubles();
        double[] product = p.hessian(w, 3, v);
        double value = dot(v, product);
        assertEquals(1, norm(v), 1e-12);
        assertTrue(norm(plus(product, -value, v)) < 1e-9, "not an eigenvector");
        double[] u = unit(p.gradient(w, 3));
        assertEquals(norm(turned(u, v, 0.5)) * 0.3, report.perturbationNorm(), 1e-12);
        assertEquals(0.3 * Math.sqrt(1 + 0.25 * (1 - dot(u, v) * dot(u, v))), report.perturbationNorm(), 1e-12);
        assertEquals(2 + 3000, report.forwards());
        assertEquals(2 + 2 * 3000, report.backwards());
        for (int trial = 0; trial < 100; trial++) {
            double[] other = unit(new SplittableRandom(trial).doubles(N, -1, 1).toArray());
            assertTrue(Math.abs(dot(other, p.hessian(w, 3, other))) <= Math.abs(value) + 1e-12);
        }
    }
}
