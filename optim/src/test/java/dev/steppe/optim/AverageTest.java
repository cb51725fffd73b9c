package dev.steppe.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.optim.average.Ema;
import dev.steppe.optim.average.Lookbehind;
import dev.steppe.optim.average.Sala;
import dev.steppe.optim.average.Swa;
import dev.steppe.optim.average.Swad;
import dev.steppe.optim.base.AdamW;
import dev.steppe.optim.base.Sgd;
import dev.steppe.optim.sam.Asam;
import dev.steppe.optim.sam.Sam;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Averages and slow weights: against their formulas written out, and what they reduce to. */
class AverageTest {
    private static BaseOptimizer base(SplittableRandom random) {
        return random.nextBoolean()
                ? Sgd.of(random.nextDouble(0.01, 0.2)).momentum(0.9).weightDecay(0.01)
                : AdamW.of(random.nextDouble(0.01, 0.1)).with("weightDecay", 0.05);
    }

    private static double[] minus(double[] a, double[] b) {
        return IntStream.range(0, a.length).mapToDouble(i -> a[i] - b[i]).toArray();
    }

    private static double[] plus(double[] a, double scale, double[] b) {
        return IntStream.range(0, a.length).mapToDouble(i -> a[i] + scale * b[i]).toArray();
    }

    /** The update of {@code sgd:learningRate=0.1,momentum=0.5,weightDecay=0.02}. */
    private static double[] sgd(double[] w, double[] g, double[] m, boolean first) {
        for (int i = 0; i < w.length; i++) {
            m[i] = (first ? 0 : 0.5 * m[i]) + g[i] + 0.02 * w[i];
        }
        return plus(w, -0.1, m);
    }

    private static final Sgd SGD = Sgd.of(0.1).momentum(0.5).weightDecay(0.02);

    @Property(tries = 100)
    void salaIsItsFormula(@ForAll long seed, @ForAll @IntRange(min = 2, max = 6) int k, @ForAll @DoubleRange(max = 1) double alpha) {
        Quadratic q = Quadratic.random(new SplittableRandom(seed), 5);
        double rho = 0.15;
        Optimizer optimizer = q.minimise(new Sala(k, alpha, rho, 1e-3).over(SGD));
        double[] fast = q.start;
        double[] slow = null;
        double[] m = new double[5];
        double d = 0;
        for (int n = 1; n <= 30; n++) {
            q.places.clear();
            optimizer.step(Quadratic.BATCH);
            double[] g = q.gradient(fast);
            double[] start = fast;
            if (n % k == 0) {
                assertEquals(d < rho ? 2 : 1, q.places.size());
                g = d < rho ? q.gradient(plus(fast, rho / (Quadratic.norm(g) + 1e-3), g)) : g;
                start = slow == null ? fast : slow;
            }
            fast = sgd(start, g, m, n == 1);
            if (n % k == k - 1) {
                slow = slow == null ? fast : slow;
                double[] way = minus(fast, slow);
                d = (1 - alpha) * Quadratic.norm(way);
                slow = plus(slow, alpha, way);
                fast = d < rho ? slow : fast;
            }
            assertArrayEquals(fast, optimizer.current().point().toDoubles(), 1e-12);
            assertArrayEquals(slow == null ? fast : slow, optimizer.evaluationPoint().point().toDoubles(), 1e-12);
        }
    }

    /** With alpha 1 the slow weights are the fast ones: SAM in every k-th step. */
    @Property(tries = 40)
    void salaWithAlphaOneIsSamEveryKSteps(@ForAll long seed, @ForAll @IntRange(min = 2, max = 5) int k) {
        SplittableRandom random = new SplittableRandom(seed);
        Quadratic q = Quadratic.random(random, 6);
        BaseOptimizer base = base(random);
        record EveryK(int k) implements SamVariant {
            @Override
            public Perturbation perturbation(SamStep step) {
                return (step.number() + 1) % k == 0 ? step.ball(step.gradient().vector(), 0.1, 1e-12) : Perturbation.NONE;
            }
        }
        assertArrayEquals(after(q, new EveryK(k).over(base), 25), after(q, new Sala(k, 1, 0.1, 1e-12).over(base), 25), 1e-9);
    }

    @Property(tries = 60)
    void lookbehindIsItsFormula(@ForAll long seed, @ForAll @IntRange(min = 1, max = 5) int k, @ForAll boolean adaptive) {
        Quadratic q = Quadratic.random(new SplittableRandom(seed), 5);
        Optimizer optimizer = q.minimise(new Lookbehind(k, 0.3, adaptive, new Asam(0.2, 0.1, Asam.Scope.ALL, 1e-3)).over(SGD));
        double[] w = q.start;
        double[] m = new double[5];
        for (int t = 0; t < 12; t++) {
            double[] p = w;
            double[] fast = w;
            double[] first = null;
            for (int i = 0; i < k; i++) {
                double[] g = q.gradient(p);
                double[] scaled = new double[5];
                double[] direction = new double[5];
                for (int j = 0; j < 5; j++) {
                    double size = Math.abs(p[j]) + 0.1;
                    scaled[j] = size * g[j];
                    direction[j] = size * size * g[j];
                }
                p = plus(p, 0.2 / (Quadratic.norm(scaled) + 1e-3), direction);
                fast = sgd(fast, q.gradient(p), m, t == 0 && i == 0);
                first = first == null ? minus(fast, w) : first;
            }
            double[] way = minus(fast, w);
            double dot = 0;
            for (int j = 0; j < 5; j++) {
                dot += first[j] * way[j];
            }
            double alpha = adaptive ? (dot / Quadratic.norm(first) / Quadratic.norm(way) + 1) / 2 : 0.3;
            w = plus(w, alpha, way);
            q.places.clear();
            optimizer.step(Quadratic.BATCH);
            assertEquals(k + 1, q.places.size());
            assertArrayEquals(w, optimizer.current().point().toDoubles(), 1e-11);
        }
    }

    @Property(tries = 40)
    void lookbehindOnceIsSamBitForBit(@ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Quadratic q = Quadratic.random(random, 6);
        BaseOptimizer base = base(random);
        assertArrayEquals(after(q, Sam.defaults().over(base), 12), after(q, new Lookbehind(1, 1, false, Sam.defaults()).over(base), 12));
    }

    /** Adam's corrections count its updates, of which there are k in a step. */
    @Test
    void lookbehindOverAdamCountsUpdates() {
        Quadratic q = Quadratic.random(new SplittableRandom(4), 4);
        Recipe twice = new Lookbehind(2, 1, false, new Sam(0, 1e-12)).over(AdamW.of(0.1).with("weightDecay", 0));
        double[] m = new double[4];
        double[] v = new double[4];
        double[] w = q.start.clone();
        for (int step = 0, t = 0; step < 5; step++) {
            double[] g = q.gradient(w);
            for (int i = 0; i < 2; i++, t++) {
                for (int j = 0; j < 4; j++) {
                    m[j] = 0.9 * m[j] + 0.1 * g[j];
                    v[j] = 0.999 * v[j] + 0.001 * g[j] * g[j];
                    w[j] -= 0.1 * m[j] / (1 - Math.pow(0.9, t + 1)) / (Math.sqrt(v[j] / (1 - Math.pow(0.999, t + 1))) + 1e-8);
                }
            }
        }
        assertArrayEquals(w, after(q, twice, 5), 1e-12);
    }

    private static double[] after(Quadratic q, Recipe recipe, int steps) {
        Optimizer optimizer = q.minimise(recipe, 1, 2, Options.defaults().schedule(new ConstantSchedule(), steps));
        for (int t = 0; t < steps; t++) {
            optimizer.step(Quadratic.BATCH);
        }
        return optimizer.current().point().toDoubles();
    }

    /** Averages never change the training; from its start on, SWA is the mean of what was collected. */
    @Property(tries = 60)
    void swaIsARunningMean(@ForAll long seed, @ForAll @DoubleRange(max = 0.9) double start, @ForAll @IntRange(min = 1, max = 4) int every) {
        SplittableRandom random = new SplittableRandom(seed);
        Quadratic q = Quadratic.random(random, 4);
        Recipe recipe = Sam.defaults().over(base(random));
        int steps = 20;
        Options options = Options.defaults().schedule(new ConstantSchedule(), steps);
        Optimizer plain = q.minimise(recipe, 1, 2, options);
        Optimizer averaged = q.minimise(recipe.with(new Swa(start, every)), 1, 2, options);
        double[] sum = new double[4];
        int n = 0;
        int first = (int) Math.ceil(start * steps);
        for (int t = 1; t <= steps; t++) {
            plain.step(Quadratic.BATCH);
            averaged.step(Quadratic.BATCH);
            double[] w = plain.current().point().toDoubles();
            assertArrayEquals(w, averaged.current().point().toDoubles());
            if (t > first && (t - first) % every == 0) {
                sum = plus(sum, 1, w);
                n++;
            }
            assertEquals(n > 0, averaged.recalibrates());
            double[] expected = n == 0 ? w : plus(new double[4], 1.0 / n, sum);
            assertArrayEquals(expected, averaged.evaluationPoint().point().toDoubles(), 1e-13);
        }
    }

    @Property(tries = 40)
    void emaIsItsFormula(@ForAll long seed, @ForAll @DoubleRange(max = 0.99) double decay, @ForAll boolean warmup) {
        Quadratic q = Quadratic.random(new SplittableRandom(seed), 4);
        Optimizer averaged = q.minimise(SGD.with(new Ema(decay, warmup)));
        double[] a = null;
        for (int n = 0; n < 25; n++) {
            averaged.step(Quadratic.BATCH);
            double[] w = averaged.current().point().toDoubles();
            double stays = warmup ? Math.min(decay, (1.0 + n) / (10 + n)) : decay;
            a = a == null ? w : plus(w, stays, minus(a, w));
            assertArrayEquals(a, averaged.evaluationPoint().point().toDoubles(), 1e-13);
        }
    }

    /** The rule of the official code, with lists for its queues; a model is a number here. */
    private static final class LossValley {
        private record Segment(double model, double loss, int end) {
        }

        final int nConverge;
        final int nTolerance;
        final double ratio;
        final List<Segment> converge = new ArrayList<>();
        final List<Segment> smooth = new ArrayList<>();
        double sum;
        int count;
        double initial = Double.NaN;
        int convergeStep = -1;
        double threshold;
        boolean dead;

        LossValley(int nConverge, int nTolerance, double ratio) {
            this.nConverge = nConverge;
            this.nTolerance = nTolerance;
            this.ratio = ratio;
        }

        private void update(Segment s) {
            sum += s.model;
            count++;
        }

        private static double least(List<Segment> of) {
            return of.stream().mapToDouble(Segment::loss).min().orElseThrow();
        }

        void validated(double model, double loss, int end) {
            if (dead) { return; }
            Segment frozen = new Segment(model, loss, end);
            converge.add(frozen);
            smooth.add(frozen);
            if (converge.size() > nConverge) {
                converge.removeFirst();
            }
            if (smooth.size() > nTolerance) {
                smooth.removeFirst();
            }
            if (convergeStep < 0) {
                if (converge.size() < nConverge || converge.getFirst().loss != least(converge)) { return; }
                convergeStep = converge.getFirst().end;
                initial = converge.getFirst().model;
                threshold = converge.stream().mapToDouble(Segment::loss).average().orElseThrow() * (1 + ratio);
                if (nTolerance < nConverge) {
                    for (int i = 0; i < nConverge - nTolerance; i++) {
                        update(converge.get(1 + i));
                    }
                } else if (nTolerance > nConverge) {
                    List<Segment> queue = smooth.subList(0, Math.min(smooth.size(), nTolerance - nConverge + 1));
                    int start = 0;
                    for (int i = queue.size() - 1; i >= 0; i--) {
                        if (queue.get(i).loss > threshold) {
                            start = i + 1;
                            break;
                        }
                    }
                    for (int i = start + 1; i < queue.size(); i++) {
                        update(queue.get(i));
                    }
                }
                return;
            }
            if (smooth.getFirst().end < convergeStep) { return; }
            if (least(smooth) > threshold) {
                dead = true;
                return;
            }
            update(smooth.getFirst());
        }

        double result() {
            if (convergeStep < 0) { return converge.getLast().model; }
            double total = sum;
            int n = count;
            List<Segment> left = new ArrayList<>(smooth);
            if (!dead) {
                left.removeFirst();
                while (!left.isEmpty() && least(left) <= threshold) {
                    total += left.removeFirst().model;
                    n++;
                }
            }
            return n == 0 ? initial : total / n;
        }
    }

    @Property(tries = 300)
    void swadIsTheOfficialRule(@ForAll long seed, @ForAll @IntRange(min = 1, max = 5) int converge,
            @ForAll @IntRange(min = 1, max = 7) int tolerance) {
        SplittableRandom random = new SplittableRandom(seed);
        Quadratic q = new Quadratic(new double[1][1], new double[] {-1}, new double[1]);
        LossValley official = new LossValley(converge, tolerance, 0.3);
        Optimizer optimizer = q.minimise(Sgd.of(1).with(new Swad(converge, tolerance, 0.3)));
        assertTrue(optimizer.listens());
        double weight = 0;
        int step = 0;
        for (int validation = 0; validation < 25; validation++) {
            double model = 0;
            int steps = random.nextInt(1, 4);
            for (int i = 0; i < steps; i++) {
                optimizer.step(Quadratic.BATCH);
                weight -= 1;
                model += weight / steps;
                step++;
            }
            double loss = random.nextDouble(1, 2) + 0.02 * (validation - 10) * (validation - 10);
            official.validated(model, loss, step);
            optimizer.validated(loss);
            assertEquals(official.result(), optimizer.evaluationPoint().point().get(0), 1e-12, "validation " + validation);
            assertEquals(weight, optimizer.current().point().get(0));
        }
    }

    /** A loss that is no number is the worst of all: no valley begins while one is in the window, one later does not end it, and what is high does. */
    @Test
    void swadOutlivesALossThatIsNoNumber() {
        Quadratic q = new Quadratic(new double[1][1], new double[] {-1}, new double[1]);
        Optimizer optimizer = q.minimise(Sgd.of(1).with(new Swad(2, 2, 0.3)));
        double[] losses = {1, Double.NaN, 0.8, 0.9, 0.8, Double.NaN, 50, 60, 0.7};
        double[] averages = {-1, -2, -3, -4, -4.5, -4.5, -4.5, -4.5, -4.5};
        for (int i = 0; i < losses.length; i++) {
            optimizer.step(Quadratic.BATCH);
            optimizer.validated(losses[i]);
            assertEquals(averages[i], optimizer.evaluationPoint().point().get(0), 1e-12, "validation " + i);
        }
    }

    @Test
    void manyAtOnceAndTheLastCounts() {
        Quadratic q = Quadratic.random(new SplittableRandom(3), 4);
        Recipe both = Recipe.parse("sam:rho=0.1+swa:start=0+ema:decay=0.5,warmup=false", "sgd:learningRate=0.1");
        Optimizer optimizer = q.minimise(both);
        Optimizer ema = q.minimise(Recipe.parse("sam:rho=0.1 + ema:decay=5e-1,warmup=false", "sgd:learningRate=0.1"));
        for (int t = 0; t < 4; t++) {
            optimizer.step(Quadratic.BATCH);
            ema.step(Quadratic.BATCH);
        }
        assertArrayEquals(ema.evaluationPoint().point().toDoubles(), optimizer.evaluationPoint().point().toDoubles());
        assertTrue(optimizer.state().tensors().containsKey("variant/+swa/average"));
        assertTrue(both.toString().endsWith(" + swa:start=0.0,every=1 + ema:decay=0.5,warmup=false"), both.toString());
        OptionException twice = assertThrows(OptionException.class,
                () -> q.minimise(SGD.with(Swa.defaults()).with(Swa.defaults())));
        assertTrue(twice.getMessage().startsWith("options: additions = "), twice.getMessage());
        OptionException unknown = assertThrows(OptionException.class, () -> Recipe.parse("sgd+swo", null));
        assertTrue(unknown.getMessage().startsWith("there is no addition 'swo'; did you mean 'swa'"), unknown.getMessage());
        assertThrows(OptionException.class, () -> q.minimise(SGD.with(Swa.defaults())).step(Quadratic.BATCH));
        assertEquals(List.of("sam:rho=1e+3", "x:a=f(b=c+d)", "y"), Additions.split("sam:rho=1e+3+x:a=f(b=c+d)+y"));
    }

    @Test
    void aPlainOptimizerEvaluatesWhereItIs() {
        Quadratic q = Quadratic.random(new SplittableRandom(3), 4);
        Optimizer optimizer = q.minimise(SGD);
        optimizer.step(Quadratic.BATCH);
        assertFalse(optimizer.recalibrates());
        assertFalse(optimizer.listens());
        assertSame(optimizer.current().point(), optimizer.evaluationPoint().point());
    }
}
