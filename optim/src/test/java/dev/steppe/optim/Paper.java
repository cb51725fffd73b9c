package dev.steppe.optim;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.kernels.DType;
import dev.steppe.optim.base.AdamW;
import dev.steppe.optim.base.Sgd;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.Supplier;

/** A variant as its paper writes it, on plain arrays: what the base optimizer gets in step t. What it remembers is in fields of the one that is made for a run. */
interface Paper {
    double[] gradient(Regression p, double[] w, int t);

    /** A variant with random options, and the paper's formula with the same ones. */
    record Pair(SamVariant variant, Supplier<Paper> paper) {
    }

    /** Both go the same way: 40 problems and options, 12 steps each, over SGD with momentum and over AdamW, to 1e-12 of the norm of the weights. */
    static void assertFollowed(Function<SplittableRandom, Pair> pairs) {
        SplittableRandom random = new SplittableRandom(20_26);
        for (int problem = 0; problem < 40; problem++) {
            Regression p = new Regression(random);
            Pair pair = pairs.apply(random);
            for (BaseOptimizer base : List.of(new Sgd(0.1, 0.8, 0.02, problem % 2 == 0), new AdamW(0.02, 0.9, 0.95, 1e-8, 0.1))) {
                Optimizer optimizer = p.minimise(pair.variant.over(base), DType.F64, Options.defaults());
                Paper paper = pair.paper.get();
                p.rate = base.learningRate();
                double[] w = p.start.clone();
                double[] m = new double[w.length];
                double[] v = new double[w.length];
                for (int t = 0; t < 12; t++) {
                    double[] g = paper.gradient(p, w.clone(), t);
                    for (int i = 0; i < w.length; i++) {
                        update(base, t + 1, i, g[i], w, m, v);
                    }
                    optimizer.step(p.batch(t));
                    double distance = Toy.distance(optimizer.current().point().toDoubles(), w);
                    assertTrue(distance <= 1e-12,
                            pair.variant + " over " + base + ", problem " + problem + ", step " + t + ": distance " + distance);
                }
            }
        }
    }

    private static void update(BaseOptimizer base, int t, int i, double g, double[] w, double[] m, double[] v) {
        switch (base) {
            case Sgd s -> {
                double sum = g + s.weightDecay() * w[i];
                m[i] = t == 1 ? sum : s.momentum() * m[i] + sum;
                w[i] -= s.learningRate() * (s.nesterov() ? sum + s.momentum() * m[i] : m[i]);
            }
            case AdamW s -> {
                w[i] *= 1 - s.learningRate() * s.weightDecay();
                m[i] = s.beta1() * m[i] + (1 - s.beta1()) * g;
                v[i] = s.beta2() * v[i] + (1 - s.beta2()) * g * g;
                w[i] -= s.learningRate() * (m[i] / (1 - Math.pow(s.beta1(), t)))
                        / (Math.sqrt(v[i]) / Math.sqrt(1 - Math.pow(s.beta2(), t)) + s.epsilon());
            }
            default -> throw new AssertionError(base);
        }
    }
}
