package dev.steppe.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.core.Batch;
import dev.steppe.core.ParameterSpace.Segment;
import dev.steppe.core.Parameters;
import dev.steppe.kernels.DType;
import dev.steppe.optim.base.Sgd;
import dev.steppe.optim.sam.AdaZoSam;
import dev.steppe.optim.sam.Arwp;
import dev.steppe.optim.sam.BayesianSam;
import dev.steppe.optim.sam.Lorenza;
import dev.steppe.optim.sam.LpfSgd;
import dev.steppe.optim.sam.MixedRwp;
import dev.steppe.optim.sam.Noise;
import dev.steppe.optim.sam.Rwp;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Methods that perturb at random, with noise that is written down, against their papers' formulas in plain arrays. */
class NoiseFormulaTest {
    private static final int STEPS = 14;
    private static final Options RUN = Options.defaults().schedule(new ConstantSchedule(), STEPS);
    private static final Noise SCRIPT = (step, draw, out) -> {
        double[] z = noise(step.number(), draw);
        for (int j = 0; j < z.length; j++) {
            out.span().set(j, z[j]);
        }
    };

    private final Logistic problem = new Logistic(11, 3, 6);

    private static double[] noise(long t, int draw) {
        return IntStream.range(0, Logistic.N).mapToDouble(j -> 1.3 * Math.sin(1 + 3 * t + 7 * draw + 2 * j)).toArray();
    }

    private void assertFollows(SamVariant variant, Options options, Logistic.Formula formula) {
        double distance = problem.distance(variant, options, STEPS, formula);
        assertTrue(distance <= 1e-12, variant + ": relative distance " + distance);
    }

    /** {@code w + sigma |w_f| z}, by filters; divided by {@code sqrt(1 + eta F_f)} if there is an F. */
    private static double[] shaken(double[] w, double sigma, double[] z, double eta, double[] squares) {
        double[] there = w.clone();
        for (int[] filter : Logistic.FILTERS) {
            double norm = Math.sqrt(Arrays.stream(filter).mapToDouble(j -> w[j] * w[j]).sum());
            double sum = Arrays.stream(filter).mapToDouble(j -> squares[j]).sum();
            for (int j : filter) {
                there[j] += sigma * norm * z[j] / Math.sqrt(1 + eta * (j < 6 ? sum : squares[j]));
            }
        }
        return there;
    }

    private static double[] shaken(double[] w, double sigma, double[] z) {
        return shaken(w, sigma, z, 0, new double[Logistic.N]);
    }

    @Test
    void rwp() {
        assertFollows(new Rwp(0.3, SCRIPT), RUN, (t, w) -> problem.gradient(shaken(w, 0.3, noise(t, 0)), t % 3));
    }

    @Test
    void arwp() {
        double[] squares = new double[Logistic.N];
        assertFollows(new Arwp(0.3, 4, 0.8, SCRIPT), RUN, (t, w) -> {
            double[] g = problem.gradient(shaken(w, 0.3, noise(t, 0), 4, squares), t % 3);
            Arrays.setAll(squares, j -> 0.8 * squares[j] + g[j] * g[j]);
            return g;
        });
    }

    @Test
    void mixedRwpTakesTheNoisyGradientOnAnotherBatch() {
        double[] squares = new double[Logistic.N];
        Options options = RUN.auxiliary(step -> problem.batch((int) ((step + 2) % 3)));
        assertFollows(new MixedRwp(0.3, 0.7, 2, 0.8, SCRIPT), options, (t, w) -> {
            double[] g = problem.gradient(shaken(w, 0.3, noise(t, 0), 2, squares), (t + 2) % 3);
            Arrays.setAll(squares, j -> 0.8 * squares[j] + g[j] * g[j]);
            return Logistic.sum(0.7, g, 0.3, problem.gradient(w, t % 3));
        });
    }

    @Test
    void lpfSgd() {
        for (int parts : new int[] {1, 3}) {
            assertFollows(new LpfSgd(0.1, 5, parts, SCRIPT), RUN, (t, w) -> {
                double std = 0.1 * (1 + 4 * (1 - Math.cos(Math.PI * t / STEPS)) / 2);
                double[] g = new double[Logistic.N];
                for (int i = 0; i < parts; i++) {
                    int[] rows = IntStream.range(6 / parts * i, 6 / parts * (i + 1)).toArray();
                    g = Logistic.sum(1, g, 1.0 / parts, problem.gradient(shaken(w, std, noise(t, i)), t % 3, rows));
                }
                return g;
            });
        }
    }

    @Test
    void adaZoSamAscendsAlongWhatLossesSay() {
        assertFollows(new AdaZoSam(0.3, 0.05, 3, 0, SCRIPT), RUN, (t, w) -> {
            double[] d = new double[Logistic.N];
            for (int j = 0; j < 3; j++) {
                double[] u = noise(t, j);
                double slope = (problem.loss(Logistic.sum(1, w, 0.05, u), t % 3) - problem.loss(Logistic.sum(1, w, -0.05, u), t % 3)) / 0.1;
                d = Logistic.sum(1, d, slope / 3, u);
            }
            return problem.gradient(Logistic.toward(w, 0.3, d), t % 3);
        });
    }

    @Test
    void bayesianSamHasMomentsOfItsOwn() {
        BayesianSam variant = new BayesianSam(0.2, 0.7, 0.9, 0.6, 30, 0.05, 0.8, 2, SCRIPT);
        Optimizer optimizer = problem.minimise(variant.over(Sgd.of(0.15)), RUN);
        double[] w = problem.w0.clone();
        double[] m = new double[Logistic.N];
        double[] s = new double[Logistic.N];
        Arrays.fill(s, 0.8);
        double delta = 0.6 / 30;
        for (int t = 0; t < STEPS; t++) {
            optimizer.step(problem.batch(t % 3));
            double[] mean = new double[Logistic.N];
            double[] spread = new double[Logistic.N];
            for (int i = 0; i < 2; i++) {
                int[] rows = {3 * i, 3 * i + 1, 3 * i + 2};
                double[] sample = w.clone();
                double[] z = noise(t, i);
                for (int j = 0; j < w.length; j++) {
                    sample[j] += z[j] / Math.sqrt(30 * s[j]);
                }
                double[] g = problem.gradient(sample, t % 3, rows);
                double[] there = w.clone();
                for (int j = 0; j < w.length; j++) {
                    there[j] += 0.2 * g[j] / s[j];
                    spread[j] += Math.sqrt(s[j] * g[j] * g[j]) / 2;
                }
                mean = Logistic.sum(1, mean, 0.5, problem.gradient(there, t % 3, rows));
            }
            for (int j = 0; j < w.length; j++) {
                m[j] = 0.7 * m[j] + 0.3 * (mean[j] + delta * w[j]);
                w[j] -= 0.15 * m[j] / s[j];
                s[j] = 0.9 * s[j] + 0.1 * (spread[j] + 0.05 + delta);
            }
            double distance = Toy.distance(optimizer.current().point().toDoubles(), w);
            assertTrue(distance <= 1e-12, "step " + t + ": relative distance " + distance);
        }
    }

    /** Rank 1 in the matrix of 3 rows and 2 columns, a new subspace every 5 steps; plain in the other 5 weights. */
    @Test
    void lorenzaIsAdaZoSamAndAdamInASubspace() {
        Lorenza variant = new Lorenza(0.3, 1, 5, 0.05, 2, 0.8, 0.95, 1e-6, 0, SCRIPT);
        Optimizer optimizer = problem.minimise(variant.over(Sgd.of(0.02)), RUN);
        double[] w = problem.w0.clone();
        double[] q = null;
        double[] m = new double[7];
        double[] v = new double[7];
        for (int t = 0; t < STEPS; t++) {
            StepReport report = optimizer.step(problem.batch(t % 3));
            assertEquals(1, report.backwards());
            double[] d = new double[Logistic.N];
            for (int j = 0; j < 2; j++) {
                double[] z = noise(t, j);
                double[] u = q == null ? z : lifted(q, IntStream.range(0, 7).mapToDouble(i -> z[i < 2 ? i : i + 4]).toArray());
                double slope = (problem.loss(Logistic.sum(1, w, 0.05, u), t % 3) - problem.loss(Logistic.sum(1, w, -0.05, u), t % 3)) / 0.1;
                d = Logistic.sum(1, d, slope / 2, u);
            }
            double[] g = problem.gradient(Logistic.toward(w, 0.3, d), t % 3);
            if (t % 5 == 0) {
                double[] omega = noise(t, 2);
                q = IntStream.range(0, 3).mapToDouble(i -> g[2 * i] * omega[0] + g[2 * i + 1] * omega[1]).toArray();
                q = Logistic.sum(1 / Logistic.norm(q), q, 0, q);
            }
            double[] update = new double[7];
            for (int i = 0; i < 7; i++) {
                double h = i < 2 ? q[0] * g[i] + q[1] * g[2 + i] + q[2] * g[4 + i] : g[i + 4];
                m[i] = 0.8 * m[i] + 0.2 * h;
                v[i] = 0.95 * v[i] + 0.05 * h * h;
                update[i] = m[i] / (1 - Math.pow(0.8, t + 1)) / (Math.sqrt(v[i] / (1 - Math.pow(0.95, t + 1))) + 1e-6);
            }
            w = Logistic.sum(1, w, -0.02, lifted(q, update));
            double distance = Toy.distance(optimizer.current().point().toDoubles(), w);
            assertTrue(distance <= 1e-11, "step " + t + ": relative distance " + distance);
        }
    }

    /** A first batch of one example has a gradient of rank 1; the subspace grows with the next. */
    @Test
    void theSubspaceOfLorenzaGrows() {
        TinyNet net = new TinyNet(DType.F64, false, 0);
        Parameters start = net.start();
        Optimizer optimizer = SamVariants.parse("lorenza:rank=2").over(Sgd.of(0.02)).minimise(net.objective(), start,
                Subjects.options(net, 20, 8));
        double[] first = moved(net, start, optimizer, net.batch(0, 1));
        assertEquals(0, first[0] * first[4] - first[1] * first[3], 1e-15, "rank 1");
        double[] then = moved(net, start, optimizer, net.batch(1, 8));
        assertTrue(Math.abs(then[0] * then[4] - then[1] * then[3]) > 1e-6, "rank 2");
    }

    /** How far a step takes the last matrix, of 4 rows and 3 columns, from where it began. */
    private static double[] moved(TinyNet net, Parameters start, Optimizer optimizer, Batch batch) {
        optimizer.step(batch);
        Segment s = start.space().segment(net.matrix);
        return IntStream.range(s.offset(), s.offset() + s.size())
                .mapToDouble(i -> optimizer.current().point().get(i) - start.point().get(i)).toArray();
    }

    /** {@code q [low0, low1]} as the matrix, then the rest. */
    private static double[] lifted(double[] q, double[] low) {
        return IntStream.range(0, Logistic.N).mapToDouble(j -> j < 6 ? q[j / 2] * low[j % 2] : low[j - 4]).toArray();
    }

    /** The noise of the library: counted, of mean 0 and variance 1, new in each draw and each step, none for parameters that are frozen. */
    @Test
    void theNoiseOfTheLibrary() {
        for (Noise noise : new Noise[] {Noise.Normal.defaults(), Noise.Sign.defaults()}) {
            double[] sums = new double[3];
            SamVariant look = step -> {
                double[] a = noise.draw(step, 0).toDoubles();
                double[] b = noise.draw(step, 1).toDoubles();
                double[] again = noise.draw(step, 0).toDoubles();
                for (int i = 0; i < a.length; i++) {
                    assertEquals(a[i], again[i]);
                    sums[0] += a[i];
                    sums[1] += a[i] * a[i];
                    sums[2] += a[i] * b[i];
                }
                return Perturbation.NONE;
            };
            Optimizer optimizer = problem.minimise(look.over(Sgd.of(0.1)), Options.defaults());
            int n = 4000;
            for (int t = 0; t < n; t++) {
                optimizer.step(problem.batch(0));
            }
            double numbers = (double) n * Logistic.N;
            assertEquals(0, sums[0] / numbers, 0.02, noise + ": mean");
            assertEquals(1, sums[1] / numbers, 0.03, noise + ": variance");
            assertEquals(0, sums[2] / numbers, 0.02, noise + ": two draws");
        }
    }
}
