package dev.steppe.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.core.RandomKey;
import dev.steppe.core.Tensor;
import dev.steppe.optim.base.Sgd;
import dev.steppe.optim.sam.AeLookSam;
import dev.steppe.optim.sam.AeSam;
import dev.steppe.optim.sam.Ausam;
import dev.steppe.optim.sam.Chance;
import dev.steppe.optim.sam.Draw;
import dev.steppe.optim.sam.KSam;
import dev.steppe.optim.sam.Sam;
import dev.steppe.optim.sam.VSam;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.BiPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Methods that choose examples or steps, against their papers' formulas in plain arrays. */
class SelectionFormulaTest {
    private static final int STEPS = 24;
    private static final Options RUN = Options.defaults().schedule(new ConstantSchedule(), STEPS);

    private final Logistic problem = new Logistic(5, 3, 7);

    private void assertFollows(SamVariant variant, Logistic.Formula formula) {
        double distance = problem.distance(variant, RUN, STEPS, formula);
        assertTrue(distance <= 1e-12, variant + ": relative distance " + distance);
    }

    @Test
    void kSamTakesBothGradientsOnTheLargestLosses() {
        for (int k : new int[] {1, 3, 5, 7}) {
            assertFollows(new KSam(0.3, k / 7.0, 0), (t, w) -> {
                int b = t % 3;
                double[] losses = problem.losses(w, b);
                int[] rows = IntStream.range(0, 7).boxed().sorted(Comparator.comparingDouble(i -> -losses[i])).limit(k)
                        .mapToInt(i -> i).toArray();
                return problem.gradient(Logistic.toward(w, 0.3, problem.gradient(w, b, rows)), b, rows);
            });
        }
    }

    /** The gate in the paper's words; counts how often it opens. */
    private static final class Gate {
        private double mu = Double.NaN;
        private double var;
        private int opened;

        boolean opens(int t, double[] g) {
            double q = Logistic.dot(g, g);
            mu = Double.isNaN(mu) ? q : 0.7 * mu + 0.3 * q;
            var = 0.7 * var + 0.3 * (q - mu) * (q - mu);
            double c = (double) t / STEPS * -0.8 + (1 - (double) t / STEPS) * 0.6;
            boolean opens = t == 0 || q >= mu + c * Math.sqrt(var);
            opened += opens ? 1 : 0;
            return opens;
        }
    }

    @Test
    void aeSamIsSamWhereTheGradientIsLong() {
        Gate gate = new Gate();
        assertFollows(new AeSam(Sam.defaults().rho(0.3), 0.7, -0.8, 0.6), (t, w) -> {
            double[] g = problem.gradient(w, t % 3);
            return gate.opens(t, g) ? problem.gradient(Logistic.toward(w, 0.3, g), t % 3) : g;
        });
        assertTrue(gate.opened > 4 && gate.opened < STEPS - 4, gate.opened + " steps of SAM");
    }

    /** An infinite threshold counts from where it has weight: the first step is one of SAM, whatever the threshold of the end. */
    @Test
    void aThresholdOfAeSamMayBeInfinite() {
        Optimizer optimizer = problem.minimise(SamVariants.parse("aesam:lambda1=-inf,lambda2=1").over(Sgd.of(0.1)), RUN);
        for (int t = 0; t < STEPS; t++) {
            assertEquals(1, optimizer.step(problem.batch(t % 3)).extra().get("sam"), "step " + t);
        }
    }

    @Test
    void aeLookSamUsesBetweenWhatTheLastSamStepFound() {
        Gate gate = new Gate();
        double[][] v = new double[1][];
        assertFollows(new AeLookSam(Sam.defaults().rho(0.3), 0.5, 0.7, -0.8, 0.6, 0), (t, w) -> {
            double[] g = problem.gradient(w, t % 3);
            if (!gate.opens(t, g)) { return Logistic.sum(1, g, 0.5 * Logistic.norm(g) / Logistic.norm(v[0]), v[0]); }
            double[] up = problem.gradient(Logistic.toward(w, 0.3, g), t % 3);
            v[0] = Logistic.sum(1, up, -Logistic.dot(up, g) / Logistic.dot(g, g), g);
            return up;
        });
        assertTrue(gate.opened > 4 && gate.opened < STEPS - 4, gate.opened + " steps of SAM");
    }

    /** Any variant, and the random keys of its steps. */
    private record Keys(SamVariant inner, List<RandomKey> keys) implements SamVariant {
        @Override
        public Perturbation perturbation(SamStep step) {
            return inner.perturbation(step);
        }

        @Override
        public Tensor gradient(SamStep step) {
            keys.add(step.key());
            return inner.gradient(step);
        }
    }

    @Test
    void ausamDrawsExamplesWhoseLossChanges() {
        List<RandomKey> keys = new ArrayList<>();
        assertFollowsAusam(new Keys(new Ausam(0.3, 0.5, 0.2, 0.9, 0.4, Draw.Weighted.defaults(), 0), keys), (t, chances) -> {
            double[] arrival = IntStream.range(0, 7).mapToDouble(i -> -Math.log(1 - keys.get(t).fold("draw").uniform(i)) / chances[i])
                    .toArray();
            return IntStream.range(0, 7).boxed().sorted(Comparator.comparingDouble(i -> arrival[i])).limit(3).mapToInt(i -> i).toArray();
        });
    }

    /** A draw of one's own: the largest chance, and the two rows beside it. */
    @Test
    void ausamDrawsAsItIsTold() {
        BiFunction<Long, double[], int[]> choice = (t, chances) -> {
            int best = IntStream.range(0, 7).boxed().max(Comparator.comparingDouble(i -> chances[i])).orElseThrow();
            return IntStream.of(best, (best + 1) % 7, (best + 6) % 7).sorted().toArray();
        };
        Draw draw = (step, chances, k) -> {
            assertEquals(3, k);
            return choice.apply(step.number(), chances);
        };
        assertFollowsAusam(new Ausam(0.3, 0.5, 0.2, 0.9, 0.4, draw, 0), (t, chances) -> choice.apply((long) t, chances));
    }

    private void assertFollowsAusam(SamVariant variant, BiFunction<Integer, double[], int[]> draw) {
        Map<Integer, List<Double>> changes = new HashMap<>();
        int[] drawnSteps = new int[1];
        assertFollows(variant, (t, w) -> {
            int b = t % 3;
            int[] rows = IntStream.range(0, 7).toArray();
            if (t >= 3) {
                double[] mean = Arrays.stream(rows)
                        .mapToDouble(i -> changes.get(7 * b + i).stream().mapToDouble(x -> x).average().orElseThrow()).toArray();
                double min = Arrays.stream(mean).min().orElseThrow();
                double max = Arrays.stream(mean).max().orElseThrow();
                double top = 0.2 + Math.min(1, t / (0.4 * STEPS)) * 0.7;
                rows = draw.apply(t, Arrays.stream(mean).map(m -> 0.2 + (top - 0.2) * (m - min) / (max - min)).toArray());
                drawnSteps[0]++;
            }
            double[] there = Logistic.toward(w, 0.3, problem.gradient(w, b, rows));
            for (int i : rows) {
                changes.computeIfAbsent(7 * b + i, id -> new ArrayList<>())
                        .add(Math.abs(problem.losses(there, b)[i] - problem.losses(w, b)[i]));
            }
            return problem.gradient(there, b, rows);
        });
        assertEquals(STEPS - 3, drawnSteps[0]);
    }

    @Test
    void vSamSpendsItsWindowsByWhatItMeasures() {
        List<RandomKey> keys = new ArrayList<>();
        assertFollowsVSam(new Keys(vSam(Chance.Uniform.defaults()), keys), (t, p) -> keys.get(t).fold("chance").uniform(0) < p);
    }

    /** A chance of one's own. */
    @Test
    void vSamDrawsAsItIsTold() {
        assertFollowsVSam(vSam((step, p) -> step.number() % 4 == 1 && p > 0.4), (t, p) -> t % 4 == 1 && p > 0.4);
    }

    private static VSam vSam(Chance chance) {
        return new VSam(0.3, 0.25, 5, 2, 2.5, 0.8, 0.9, 0.7, 0.6, 2, 2, chance, 0);
    }

    private void assertFollowsVSam(SamVariant variant, BiPredicate<Integer, Double> chance) {
        List<Double> norms = new ArrayList<>();
        List<Double> ratios = new ArrayList<>();
        List<Double> variances = new ArrayList<>();
        double[] s = {2.5};
        int[] count = new int[3]; // steps since the warm-up, SAM steps of the window, steps since the last SAM step
        double[][] d = new double[1][];
        int[] sams = new int[1];
        assertFollows(variant, (t, w) -> {
            double[] g = problem.gradient(w, t % 3);
            boolean sam = true;
            if (t >= 0.25 * STEPS) {
                count[0]++;
                if (count[0] % 5 == 0) {
                    s[0] = Math.clamp(s[0] * (1 + 0.9 * change(ratios) + 0.7 * change(variances)), 1, 4);
                    count[1] = 0;
                }
                int size = (int) s[0];
                sam = count[1] < size && chance.test(t, s[0] / 5) || 5 - count[0] % 5 <= size - count[1];
                count[1] += sam ? 1 : 0;
            }
            if (!sam) {
                count[2]++;
                return count[2] > 2 ? g : Logistic.sum(1, g, Math.pow(0.6, count[2]), d[0]);
            }
            sams[0]++;
            count[2] = 0;
            double[] up = problem.gradient(Logistic.toward(w, 0.3, g), t % 3);
            d[0] = Logistic.sum(1, up, -1, g);
            double norm = Logistic.norm(Arrays.copyOfRange(d[0], 6, 11));
            norms.add(norm);
            ratios.add(norm / Logistic.norm(Arrays.copyOfRange(g, 6, 11)));
            List<Double> sorted = norms.subList(Math.max(0, norms.size() - 5), norms.size()).stream().sorted().toList();
            int half = sorted.size() / 2;
            variances.add(half < 2 ? 0 : (variance(sorted.subList(0, half)) + variance(sorted.subList(half, 2 * half))) / 2);
            return up;
        });
        assertTrue(sams[0] > 10 && sams[0] < STEPS - 4, sams[0] + " steps of SAM");
    }

    private static double variance(List<Double> x) {
        double mean = x.stream().mapToDouble(v -> v).average().orElseThrow();
        return x.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum() / (x.size() - 1);
    }

    /** Of the last five values; from 0 there is no relative change. */
    private static double change(List<Double> all) {
        List<Double> x = all.subList(Math.max(0, all.size() - 5), all.size());
        double mean = IntStream.range(1, x.size()).filter(i -> x.get(i - 1) != 0)
                .mapToDouble(i -> (x.get(i) - x.get(i - 1)) / x.get(i - 1)).average().orElse(0);
        return Math.clamp(mean, -1, 1);
    }
}
