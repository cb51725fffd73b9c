package dev.steppe.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.core.Role;
import dev.steppe.core.Tensor;
import dev.steppe.kernels.DType;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The base optimizers against PyTorch's trajectories, and each against its formula, written once more for plain arrays. */
class BaseOptimizerTest {
    /** 12 steps of PyTorch 2.13 in double; the file holds the program that made it. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            sgd              | sgd:learningRate=0.2,weightDecay=0.02
            sgd_momentum     | sgd:learningRate=0.2,weightDecay=0.02,momentum=0.8
            sgd_nesterov     | sgd:learningRate=0.2,weightDecay=0.02,momentum=0.8,nesterov=true
            adam             | adam:learningRate=0.05,beta1=0.8,beta2=0.95,epsilon=1e-6,weightDecay=0.02
            adamw            | adamw:learningRate=0.05,beta1=0.8,beta2=0.95,epsilon=1e-6,weightDecay=0.2
            rmsprop          | rmsprop:learningRate=0.02,alpha=0.9,epsilon=1e-6,weightDecay=0.02
            rmsprop_momentum | rmsprop:learningRate=0.02,alpha=0.9,epsilon=1e-6,weightDecay=0.02,momentum=0.7
            """)
    void isTorchs(String name, String text) {
        Map<String, Object> cases = Json.map(Json.resource("torch.json").get("cases"));
        for (DType dtype : new DType[] {DType.F64, DType.F32}) {
            Toy toy = new Toy("family.json", dtype);
            double distance = toy.distance(
                    Recipe.parse(text, null).minimise(toy.objective, toy.start, Options.defaults().kernels(Toy.KERNELS)),
                    Json.rows(cases.get(name)));
            assertTrue(distance <= (dtype == DType.F64 ? 1e-12 : 1e-5), name + " in " + dtype + ": relative distance " + distance);
        }
    }

    /** A formula on the weights of one step t, counted from 0; two arrays are its memory; tensors are thirds of the weights. */
    private interface Formula {
        void step(int t, double[] w, double[] g, double[] m, double[] v);
    }

    private static void check(String recipe, Formula formula) {
        SplittableRandom random = new SplittableRandom(recipe.hashCode());
        for (int problem = 0; problem < 20; problem++) {
            Quadratic q = Quadratic.random(random, 6);
            Optimizer optimizer = q.minimise(Recipe.parse(recipe, null), 1, 3, Options.defaults());
            double[] w = q.start.clone();
            double[] m = new double[6];
            double[] v = new double[6];
            for (int t = 0; t < 50; t++) {
                optimizer.step(Quadratic.BATCH);
                formula.step(t, w, q.gradient(w), m, v);
            }
            double distance = Toy.distance(optimizer.current().point().toDoubles(), w);
            assertTrue(distance < 1e-12, recipe + ": relative distance " + distance);
        }
    }

    @Test
    void lion() {
        check("lion:learningRate=0.03,beta1=0.8,beta2=0.9,weightDecay=0.1", (t, w, g, m, v) -> {
            for (int i = 0; i < 6; i++) {
                double c = 0.8 * m[i] + 0.2 * g[i];
                w[i] = w[i] - 0.03 * (Math.signum(c) + 0.1 * w[i]);
                m[i] = 0.9 * m[i] + 0.1 * g[i];
            }
        });
    }

    @Test
    void lamb() {
        check("lamb:learningRate=0.03,beta1=0.8,beta2=0.9,epsilon=1e-3,weightDecay=0.1,least=0.2,most=0.9", (t, w, g, m, v) -> {
            double[] u = new double[6];
            for (int i = 0; i < 6; i++) {
                m[i] = 0.8 * m[i] + 0.2 * g[i];
                v[i] = 0.9 * v[i] + 0.1 * g[i] * g[i];
                u[i] = m[i] / (1 - Math.pow(0.8, t + 1)) / (Math.sqrt(v[i] / (1 - Math.pow(0.9, t + 1))) + 1e-3) + 0.1 * w[i];
            }
            for (int from = 0; from < 6; from += 2) {
                double length = Math.min(Math.max(Math.hypot(w[from], w[from + 1]), 0.2), 0.9);
                double step = 0.03 * length / Math.hypot(u[from], u[from + 1]);
                w[from] -= step * u[from];
                w[from + 1] -= step * u[from + 1];
            }
        });
    }

    @Test
    void rmsProp() {
        check("rmsprop:learningRate=0.01,alpha=0.8,epsilon=1e-3,momentum=0.6,weightDecay=0.1", (t, w, g, m, v) -> {
            for (int i = 0; i < 6; i++) {
                double gradient = g[i] + 0.1 * w[i];
                v[i] = 0.8 * v[i] + 0.2 * gradient * gradient;
                m[i] = 0.6 * m[i] + gradient / (Math.sqrt(v[i]) + 1e-3);
                w[i] -= 0.01 * m[i];
            }
        });
    }

    @Test
    void adam() {
        check("adam:learningRate=0.02,beta1=0.7,beta2=0.9,epsilon=1e-3,weightDecay=0.1", (t, w, g, m, v) -> {
            for (int i = 0; i < 6; i++) {
                double gradient = g[i] + 0.1 * w[i];
                m[i] = 0.7 * m[i] + 0.3 * gradient;
                v[i] = 0.9 * v[i] + 0.1 * gradient * gradient;
                w[i] -= 0.02 * (m[i] / (1 - Math.pow(0.7, t + 1))) / (Math.sqrt(v[i] / (1 - Math.pow(0.9, t + 1))) + 1e-3);
            }
        });
    }

    /** A tensor of zeros has no length to be measured by: it moves all the same. */
    @Test
    void lambMovesTensorsOfZeros() {
        Quadratic q = new Quadratic(new double[2][2], new double[] {-3, -4}, new double[2]);
        Optimizer optimizer = q.minimise(Recipe.parse("lamb:learningRate=0.5,epsilon=0", null), 1, 1, Options.defaults());
        optimizer.step(Quadratic.BATCH);
        assertEquals("[-0.5, -0.5]", Arrays.toString(optimizer.current().point().toDoubles()));
    }

    /** All of them, with groups: a rate of 0 keeps a tensor, and the one without decay is another than with. */
    @Test
    void groupsHold() {
        for (String name : BaseOptimizers.names()) {
            BaseOptimizer base = BaseOptimizers.parse(name + ":weightDecay=0.5").learningRate(0.01);
            double[][] diagonal = new double[6][6];
            for (int i = 0; i < 6; i++) {
                diagonal[i][i] = 1 + 0.1 * i;
            }
            Quadratic q = new Quadratic(diagonal, new double[] {1, -2, 3, -1, 2, -3}, new double[] {0.5, 0.4, -0.3, 0.2, -0.1, 0.6});
            Tensor plain = stepped(q, base, Options.defaults());
            Tensor grouped = stepped(q, base, Options.defaults().group(s -> s.role() == Role.WEIGHT, 0, 1)
                    .group(s -> s.role() == Role.BIAS, 1, 0));
            for (int i = 0; i < 6; i++) {
                if (q.role(i, 3) == Role.WEIGHT) {
                    assertEquals(q.start[i], grouped.get(i), name);
                } else {
                    assertEquals(q.role(i, 3) == Role.BIAS, plain.get(i) != grouped.get(i), name + " " + i);
                }
            }
        }
    }

    private static Tensor stepped(Quadratic q, BaseOptimizer base, Options options) {
        Optimizer optimizer = q.minimise(base, 1, 3, options);
        for (int t = 0; t < 2; t++) {
            optimizer.step(Quadratic.BATCH);
            q.places.clear();
        }
        return optimizer.current().point();
    }
}
