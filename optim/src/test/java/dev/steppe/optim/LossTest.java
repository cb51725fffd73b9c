package dev.steppe.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.core.Batch;
import dev.steppe.core.Buffers;
import dev.steppe.core.Losses;
import dev.steppe.core.Objective;
import dev.steppe.core.ParameterSpace;
import dev.steppe.core.Parameters;
import dev.steppe.core.Role;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.core.Weight;
import dev.steppe.optim.base.Sgd;
import dev.steppe.optim.loss.Bar;
import dev.steppe.optim.loss.FactorPairs;
import dev.steppe.optim.loss.Lora;
import dev.steppe.optim.loss.Mesa;
import dev.steppe.optim.loss.Neighbours;
import dev.steppe.optim.loss.Saf;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** SAF, MESA and BAR against their formulas, on a linear classifier written out in plain arrays. */
class LossTest {
    private static final int INPUTS = 3;
    private static final int CLASSES = 4;
    private static final Weight MATRIX = new Weight(Shape.of(INPUTS, CLASSES), Role.WEIGHT, 1);
    private static final Objective LINEAR = Objective.of((x, pass) -> x.matmul(pass.at(MATRIX)), Losses::crossEntropy);

    private final double[][] x = new double[6][INPUTS];
    private final int[] labels = new int[6];
    private double[] w;

    private void problem(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 6; i++) {
            x[i] = random.doubles(INPUTS, -2, 2).toArray();
            labels[i] = random.nextInt(CLASSES);
        }
        w = random.doubles(INPUTS * CLASSES, -1, 1).toArray();
    }

    private Optimizer optimizer(Recipe recipe, Options options) {
        Parameters start = new Parameters(ParameterSpace.of(Map.of("matrix", MATRIX)), Tensor.of(Shape.of(w.length), w.clone()),
                Buffers.none());
        return recipe.minimise(LINEAR, start, options.kernels(Toy.KERNELS));
    }

    /** Examples {@code from .. from + 2} of the six. */
    private Batch batch(int from) {
        double[] inputs = new double[3 * INPUTS];
        int[] targets = new int[3];
        int[] ids = new int[3];
        for (int i = 0; i < 3; i++) {
            System.arraycopy(x[from + i], 0, inputs, i * INPUTS, INPUTS);
            targets[i] = labels[from + i];
            ids[i] = from + i;
        }
        return new Batch(Tensor.of(Shape.of(3, INPUTS), inputs), Tensor.of(Shape.of(3), targets), ids, null);
    }

    private double[] logits(double[] at, int example) {
        double[] z = new double[CLASSES];
        for (int c = 0; c < CLASSES; c++) {
            for (int j = 0; j < INPUTS; j++) {
                z[c] += x[example][j] * at[j * CLASSES + c];
            }
        }
        return z;
    }

    private static double[] softmax(double[] z, double t) {
        double sum = 0;
        double[] p = new double[z.length];
        for (int c = 0; c < z.length; c++) {
            p[c] = Math.exp(z[c] / t);
            sum += p[c];
        }
        for (int c = 0; c < z.length; c++) {
            p[c] /= sum;
        }
        return p;
    }

    /** The mean gradient over three examples of cross-entropy plus {@code lambda T (softmax(z / T) - softmax(y / T))}; adds up the loss. */
    private double[] gradient(double[] at, int from, double[][] old, double lambda, double t, double[] loss) {
        double[] g = new double[w.length];
        loss[0] = 0;
        for (int i = from; i < from + 3; i++) {
            double[] z = logits(at, i);
            double[] p = softmax(z, 1);
            double[] d = p.clone();
            d[labels[i]] -= 1;
            loss[0] -= Math.log(p[labels[i]]) / 3;
            if (old[i] != null) {
                double[] now = softmax(z, t);
                double[] before = softmax(old[i], t);
                for (int c = 0; c < CLASSES; c++) {
                    d[c] += lambda * t * (now[c] - before[c]);
                    loss[0] += lambda * t * t * before[c] * Math.log(before[c] / now[c]) / 3;
                }
            }
            for (int j = 0; j < INPUTS; j++) {
                for (int c = 0; c < CLASSES; c++) {
                    g[j * CLASSES + c] += x[i][j] * d[c] / 3;
                }
            }
        }
        return g;
    }

    @Property(tries = 40)
    void safIsItsFormula(@ForAll long seed, @ForAll @IntRange(min = 1, max = 3) int delay, @ForAll @IntRange(max = 2) int start) {
        problem(seed);
        Optimizer optimizer = optimizer(Sgd.of(0.4).with(new Saf(0.3, 2.5, delay, start, 7)), Options.defaults());
        double[][][] epochs = new double[9][6][];
        double[] loss = new double[1];
        for (int epoch = 0; epoch < 9; epoch++) {
            for (int from = 0; from < 6; from += 3) {
                double[][] old = new double[6][];
                for (int i = from; i < from + 3; i++) {
                    epochs[epoch][i] = logits(w, i);
                    old[i] = epoch > start && epoch < 7 && epoch >= delay ? epochs[epoch - delay][i] : null;
                }
                double[] g = gradient(w, from, old, 0.3, 2.5, loss);
                StepReport report = optimizer.step(batch(from));
                assertEquals(loss[0], report.loss(), 1e-12);
                for (int i = 0; i < w.length; i++) {
                    w[i] -= 0.4 * g[i];
                }
                assertArrayEquals(w, optimizer.current().point().toDoubles(), 1e-12);
            }
        }
    }

    /** Both gradients of SAM are those of the longer loss, and the second pass does not count as seeing the examples again. */
    @Property(tries = 20)
    void safUnderSam(@ForAll long seed) {
        problem(seed);
        Optimizer optimizer = optimizer(Recipe.parse("sam:rho=0.2+saf:lambda=0.3,temperature=2.5,delay=1,start=0", "sgd:learningRate=0.4"),
                Options.defaults());
        double[][] old = new double[6][];
        double[] loss = new double[1];
        for (int epoch = 0; epoch < 5; epoch++) {
            double[][] now = new double[6][];
            for (int i = 0; i < 3; i++) {
                now[i] = logits(w, i);
            }
            double[] g = gradient(w, 0, old, 0.3, 2.5, loss);
            double norm = Quadratic.norm(g);
            double[] up = w.clone();
            for (int i = 0; i < w.length; i++) {
                up[i] += 0.2 * g[i] / (norm + 1e-12);
            }
            double[] second = gradient(up, 0, old, 0.3, 2.5, loss);
            optimizer.step(batch(0));
            for (int i = 0; i < w.length; i++) {
                w[i] -= 0.4 * second[i];
            }
            assertArrayEquals(w, optimizer.current().point().toDoubles(), 1e-12);
            old = now;
        }
    }

    @Property(tries = 40)
    void mesaIsItsFormula(@ForAll long seed) {
        problem(seed);
        Optimizer optimizer = optimizer(Sgd.of(0.4).with(new Mesa(0.3, 2.5, 0.8, 0.25)),
                Options.defaults().schedule(new ConstantSchedule(), 12));
        double[] average = w.clone();
        double[] loss = new double[1];
        for (int t = 0; t < 12; t++) {
            int from = t % 2 * 3;
            double[][] old = new double[6][];
            for (int i = from; i < from + 3 && t >= 3; i++) {
                old[i] = logits(average, i);
            }
            double[] g = gradient(w, from, old, 0.3, 2.5, loss);
            assertEquals(loss[0], optimizer.step(batch(from)).loss(), 1e-12);
            for (int i = 0; i < w.length; i++) {
                w[i] -= 0.4 * g[i];
                average[i] = 0.8 * average[i] + 0.2 * w[i];
            }
            assertArrayEquals(w, optimizer.current().point().toDoubles(), 1e-12);
        }
    }

    /** With lambda 0 both are not there, to the bit; nor is SAF if nothing moves. */
    @Property(tries = 20)
    void withoutWeightThereIsNoTerm(@ForAll long seed) {
        problem(seed);
        for (String addition : new String[] {"saf:lambda=0,delay=1,start=0", "mesa:lambda=0,start=0"}) {
            Optimizer plain = optimizer(Sgd.of(0.4).momentum(0.9), Options.defaults());
            Optimizer added = optimizer(Recipe.parse("sgd:learningRate=0.4,momentum=0.9+" + addition, null), Options.defaults());
            for (int t = 0; t < 6; t++) {
                plain.step(batch(t % 2 * 3));
                added.step(batch(t % 2 * 3));
            }
            assertArrayEquals(plain.current().point().toDoubles(), added.current().point().toDoubles());
        }
        Optimizer still = optimizer(Recipe.parse("sgd:learningRate=0+saf:delay=1,start=0", null), Options.defaults());
        double first = still.step(batch(0)).gradientNorm();
        still.step(batch(0));
        assertEquals(first, still.step(batch(0)).gradientNorm(), 1e-14);
    }

    /** A step in micro-batches is the step. */
    @Test
    void inMicroBatches() {
        problem(5);
        for (String addition : new String[] {"saf:delay=1,start=0", "mesa:start=0,decay=0.5"}) {
            Recipe recipe = Recipe.parse("sam+" + addition, "sgd");
            Optimizer whole = optimizer(recipe, Options.defaults());
            Optimizer parts = optimizer(recipe, Options.defaults().microBatch(2));
            for (int t = 0; t < 8; t++) {
                whole.step(batch(t % 2 * 3));
                parts.step(batch(t % 2 * 3));
            }
            assertArrayEquals(whole.current().point().toDoubles(), parts.current().point().toDoubles(), 1e-14);
        }
    }

    @Test
    void anObjectiveWithoutOutputsIsRefused() {
        Quadratic q = Quadratic.random(new SplittableRandom(1), 3);
        Optimizer optimizer = q.minimise(Recipe.parse("sgd+saf", null));
        UnsupportedOperationException e = assertThrows(UnsupportedOperationException.class, () -> optimizer.step(Quadratic.BATCH));
        assertTrue(e.getMessage().contains("needs the outputs"), e.getMessage());
    }

    @Property(tries = 40)
    void barIsItsFormula(@ForAll long seed, @ForAll Bar.Mode mode, @ForAll Bar.Decay decay) {
        Quadratic q = Quadratic.random(new SplittableRandom(seed), 8);
        Optimizer optimizer = q.minimise(new Bar(mode, 0.7, decay, new Neighbours()).over(Sgd.of(0.1).weightDecay(0.2)), 1, 4,
                Options.defaults().schedule(new ConstantSchedule(), 10));
        // Roles go round: of the four tensors of two numbers each, the first and the last are weights.
        double[] v = q.start.clone();
        for (int t = 0; t < 10; t++) {
            double[] g = q.gradient(v);
            double[] of = mode == Bar.Mode.N ? g : v;
            boolean first = Math.hypot(of[0], of[1]) >= Math.hypot(of[6], of[7]);
            double a = 0.7 * 0.1 * switch (decay) {
                case NONE -> 1;
                case LINEAR -> 1 - t / 10.0;
                case COSINE -> (1 + Math.cos(Math.PI * t / 10)) / 2;
            };
            double up = mode == Bar.Mode.N == first ? 1 + a : 1 - a;
            for (int i = 0; i < 8; i++) {
                v[i] *= i < 2 ? up : i < 6 ? 1 : 2 - up;
                v[i] -= 0.1 * (g[i] + 0.2 * v[i]);
            }
            optimizer.step(Quadratic.BATCH);
            assertArrayEquals(v, optimizer.current().point().toDoubles(), 1e-13);
        }
    }

    @Property(tries = 20)
    void barWithoutWeightIsTheBase(@ForAll long seed) {
        Quadratic q = Quadratic.random(new SplittableRandom(seed), 8);
        Optimizer plain = q.minimise(Sgd.of(0.1).momentum(0.9), 1, 4, Options.defaults());
        Optimizer bar = q.minimise(new Bar(Bar.Mode.O, 0, Bar.Decay.NONE, new Neighbours()).over(Sgd.of(0.1).momentum(0.9)), 1, 4,
                Options.defaults());
        for (int t = 0; t < 8; t++) {
            plain.step(Quadratic.BATCH);
            bar.step(Quadratic.BATCH);
        }
        assertArrayEquals(plain.current().point().toDoubles(), bar.current().point().toDoubles());
    }

    @Test
    void loraFactorsAreFoundByName() {
        Map<String, Weight> weights = new LinkedHashMap<>();
        for (String name : new String[] {"base", "q.lora_A.weight", "k.lora_B", "q.lora_B.weight", "k.lora_A"}) {
            weights.put(name, new Weight(Shape.of(weights.size() + 1), Role.WEIGHT, Weight.NO_FILTERS));
        }
        assertEquals(List.of(new FactorPairs.Pair(1, 2, 6, 4), new FactorPairs.Pair(10, 5, 3, 3)),
                new Lora().of(ParameterSpace.of(weights)));
        ParameterSpace none = ParameterSpace.of(Map.of("w", MATRIX));
        assertTrue(assertThrows(OptionException.class, () -> new Lora().of(none)).getMessage().contains("lora_A"));
        assertNull(none.segments().stream().filter(s -> s.name().contains("lora")).findAny().orElse(null));
    }
}
