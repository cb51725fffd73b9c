package dev.steppe.optim;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.optim.sam.Bsam;
import dev.steppe.optim.sam.Chosen;
import dev.steppe.optim.sam.Confined;
import dev.steppe.optim.sam.Esam;
import dev.steppe.optim.sam.Keep;
import dev.steppe.optim.sam.LambdaRule;
import dev.steppe.optim.sam.LookSam;
import dev.steppe.optim.sam.MSharpness;
import dev.steppe.optim.sam.MultiStep;
import dev.steppe.optim.sam.Reuse;
import dev.steppe.optim.sam.Sam;
import dev.steppe.optim.sam.Samar;
import dev.steppe.optim.sam.Trigger;
import dev.steppe.optim.sam.Triggered;
import dev.steppe.optim.sam.Vasso;
import dev.steppe.optim.sam.Wsam;
import dev.steppe.core.Role;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The founding methods and the wrappers against their papers' formulas, written out a second time in plain arrays, on another problem than the reference trajectories. */
class FoundingFormulasTest {
    private static final int STEPS = 14;
    private final Logistic p = new Logistic(2305_15817, 3, 6);
    private double[] memory;
    private double number;
    private double last;

    private void assertFollows(SamVariant variant, Logistic.Formula formula) {
        memory = null;
        number = 0;
        last = Double.NaN;
        double distance = p.distance(variant, Options.defaults().schedule(new ConstantSchedule(), STEPS), STEPS, formula);
        assertTrue(distance <= 1e-12, variant + ": distance " + distance);
    }

    private double[] g(double[] w, int t, int... rows) {
        return p.gradient(w, t % 3, rows);
    }

    private static double[] mix(double a, double[] x, double b, double[] y) {
        return Logistic.sum(a, x, b, y);
    }

    private static double[] toward(double[] w, double rho, double[] d) {
        return Logistic.toward(w, rho, d);
    }

    /** {@code d = (1 - theta) d + theta g}. */
    private double[] smoothed(double theta, double[] g) {
        memory = memory == null ? g : mix(1 - theta, memory, theta, g);
        return memory;
    }

    private static double[] ball(double[] w, double rho, double[] d) {
        return mix(1, w, rho / (Logistic.norm(d) + 1e-7), d);
    }

    @Test
    void wsamCoupled() {
        double alpha = 0.55 / 0.45;
        assertFollows(Wsam.defaults().rho(0.3).gamma(0.55).decouple(false),
                (t, w) -> mix(1 - alpha, g(w, t), alpha, g(toward(w, 0.3, g(w, t)), t)));
    }

    @Test
    void bsamBalanced() {
        assertFollows(new Bsam(0.3, 0.2, 0.05, 0.8, true, false, 0), (t, w) -> {
            double[] g = g(w, t);
            double[] max = g(toward(w, 0.3, g), t);
            double[] min = g(toward(w, t == 0 ? -0.05 : -0.2, g), t);
            double s = Logistic.norm(max) / Logistic.norm(min);
            return mix(1, max, 0.8, mix(1, g, -s, min));
        });
    }

    @Test
    void samarByTheLoss() {
        LambdaRule rule = new LambdaRule.Banded(1.3, 0.8, 1.2, 0.9, 0.2, 0.8);
        assertFollows(new Samar(0.3, 0.4, rule, Samar.Ratio.LOSS, false, 1, 1e-12), (t, w) -> {
            number = t == 0 ? 0.4 : number;
            double used = number;
            double[] g = g(w, t);
            double[] place = toward(w, 0.3, g);
            double s = Math.abs(p.loss(place, t % 3) - p.loss(w, t % 3));
            if (t > 0) {
                double r = s / (last + 1e-12);
                number = Math.min(0.8, Math.max(0.2, r > 1.2 ? number * 1.3 : r < 0.9 ? number * 0.8 : number));
            }
            last = s;
            return mix(1 - used, g, used, g(place, t));
        });
    }

    @Test
    void vasso() {
        assertFollows(Vasso.defaults().rho(0.3).theta(0.3), (t, w) -> g(ball(w, 0.3, smoothed(0.3, g(w, t))), t));
    }

    /** The average goes on in the steps between. */
    @Test
    void vassoWithLookSam() {
        double[][] v = new double[1][];
        assertFollows(new LookSam(3, 0.4, Vasso.defaults().rho(0.3).theta(0.3), 1e-12), (t, w) -> {
            double[] g = g(w, t);
            double[] place = ball(w, 0.3, smoothed(0.3, g));
            if (t % 3 == 0) {
                double[] up = g(place, t);
                v[0] = mix(1, up, -Logistic.dot(up, g) / Logistic.dot(g, g), g);
                return up;
            }
            return mix(1, g, 0.4 * Logistic.norm(g) / (Logistic.norm(v[0]) + 1e-12), v[0]);
        });
    }

    /** The mask is scripted: the scale and the bias are perturbed in odd steps, the matrix in even ones. */
    @Test
    void vassoWithEsam() {
        Keep keep = (step, beta) -> (s, d, out) -> s.space().segments().forEach(
                x -> s.points().scale((x.role() == Role.WEIGHT) == (s.number() % 2 == 0) ? 1 : 0, s.space().view(d, x),
                        s.space().view(out, x)));
        assertFollows(new Esam(0.5, 0.7, keep, Esam.Selection.TOP, Vasso.defaults().rho(0.3).theta(0.3)), (t, w) -> {
            double[] d = smoothed(0.3, g(w, t)).clone();
            for (int i = 0; i < d.length; i++) {
                d[i] = i < 6 == (t % 2 == 0) ? d[i] : 0;
            }
            double[] place = ball(w, 0.3 / 0.5, d);
            double[] before = p.losses(w, t % 3);
            double[] after = p.losses(place, t % 3);
            int[] rows = IntStream.range(0, 6).boxed().sorted(Comparator.comparingDouble(i -> before[i] - after[i])).limit(4)
                    .mapToInt(i -> i).toArray();
            return g(place, t, rows);
        });
    }

    @Test
    void vassoUsedAgain() {
        double[][] e = new double[1][];
        assertFollows(Reuse.defaults().with("when", new Trigger.EveryK(3)).with("update", false).with("ascent",
                Vasso.defaults().rho(0.3).theta(0.3)), (t, w) -> {
                    if (t % 3 == 0) {
                        e[0] = ball(new double[w.length], 0.3, smoothed(0.3, g(w, t)));
                    }
                    return g(mix(1, w, 1, e[0]), t);
                });
        assertFollows(
                Reuse.defaults().with("when", new Trigger.EveryK(3)).with("update", true).with("ascent",
                        Vasso.defaults().rho(0.3).theta(0.3)),
                (t, w) -> e[0] = g(ball(w, 0.3, smoothed(0.3, t % 3 == 0 ? g(w, t) : e[0])), t));
    }

    /** gSAMflat: what a step sees decides the next. */
    @Test
    void vassoUsedAgainWhereItIsSteep() {
        double[][] e = new double[1][];
        double[] tau = new double[1];
        int[] paid = new int[1];
        assertFollows(Reuse.defaults().with("when", new Trigger.Flat(0.2, 1.2, 2)).with("update", false).with("ascent",
                Vasso.defaults().rho(0.3).theta(0.3)), (t, w) -> {
                    if (t < 2 || tau[0] > (0.8 * 1.2 + 0.2) * number) {
                        paid[0]++;
                        e[0] = ball(new double[w.length], 0.3, smoothed(0.3, g(w, t)));
                    }
                    double[] up = g(mix(1, w, 1, e[0]), t);
                    number = Logistic.norm(up);
                    tau[0] = t == 0 ? number : 0.8 * tau[0] + 0.2 * number;
                    return up;
                });
        assertTrue(paid[0] > 2 && paid[0] < STEPS, paid[0] + " steps took both gradients");
    }

    /** In the last half of the run; the average begins there. */
    @Test
    void vassoInAWindow() {
        assertFollows(new Triggered(new Trigger.Window(0.5, 1), 1, Vasso.defaults().rho(0.3).theta(0.3)),
                (t, w) -> t < 7 ? g(w, t) : g(ball(w, 0.3, smoothed(0.3, g(w, t))), t));
    }

    @Test
    void severalSteps() {
        assertFollows(new MultiStep(3, new Sam(0.3, 0)), (t, w) -> {
            double[] place = w;
            for (int i = 0; i < 3; i++) {
                place = toward(place, 0.1, g(place, t));
            }
            return g(place, t);
        });
    }

    @Test
    void partsOfTheBatch() {
        double[][] d = new double[2][];
        assertFollows(new MSharpness(4, Vasso.defaults().rho(0.3).theta(0.3)), (t, w) -> {
            int[][] parts = {{0, 1, 2, 3}, {4, 5}};
            double[] sum = new double[w.length];
            for (int i = 0; i < 2; i++) {
                double[] g = g(w, t, parts[i]);
                d[i] = t == 0 ? g : mix(0.7, d[i], 0.3, g);
                sum = mix(1, sum, parts[i].length / 6.0, g(ball(w, 0.3, d[i]), t, parts[i]));
            }
            return sum;
        });
    }

    @Test
    void confinedToTheBias() {
        assertFollows(new Confined(new Chosen.Roles(List.of(Role.BIAS)), new Sam(0.3, 0)), (t, w) -> {
            double[] d = g(w, t);
            for (int i = 0; i < 9; i++) {
                d[i] = 0;
            }
            return g(toward(w, 0.3, d), t);
        });
    }
}
