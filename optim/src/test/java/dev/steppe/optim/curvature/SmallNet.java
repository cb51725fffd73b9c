package dev.steppe.optim.curvature;

import dev.steppe.core.Batch;
import dev.steppe.core.BatchStatistics;
import dev.steppe.core.Buffers;
import dev.steppe.core.Losses;
import dev.steppe.core.Objective;
import dev.steppe.core.ParameterSpace;
import dev.steppe.core.Parameters;
import dev.steppe.core.Pass;
import dev.steppe.core.RandomKey;
import dev.steppe.core.Role;
import dev.steppe.core.RunningStatistics;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.core.Weight;
import dev.steppe.kernels.DType;
import dev.steppe.kernels.Kernels;
import dev.steppe.kernels.Workers;
import java.util.LinkedHashMap;
import java.util.Map;

/** Linear, BatchNorm, tanh, linear, cross-entropy, in F64: smooth, indefinite, 4 inputs to 3 classes with 8 hidden units: 75 parameters. */
public final class SmallNet {
    public static final Kernels KERNELS = Kernels.on(Workers.of(1));
    private static final int IN = 4;
    private static final int HIDDEN = 8;
    private static final int CLASSES = 3;

    private final Weight first = new Weight(Shape.of(IN, HIDDEN), Role.WEIGHT, 1);
    private final Weight scale = new Weight(Shape.of(HIDDEN), Role.NORM_SCALE, Weight.NO_FILTERS);
    private final Weight shift = new Weight(Shape.of(HIDDEN), Role.NORM_SHIFT, Weight.NO_FILTERS);
    private final Weight second = new Weight(Shape.of(HIDDEN, CLASSES), Role.WEIGHT, 1);
    private final Weight bias = new Weight(Shape.of(CLASSES), Role.BIAS, Weight.NO_FILTERS);
    private final RunningStatistics statistics = new RunningStatistics(HIDDEN, 0.1);
    final Parameters at;

    public SmallNet(long seed) {
        Map<String, Weight> weights = new LinkedHashMap<>();
        weights.put("fc1.weight", first);
        weights.put("bn.weight", scale);
        weights.put("bn.bias", shift);
        weights.put("fc2.weight", second);
        weights.put("fc2.bias", bias);
        ParameterSpace space = ParameterSpace.of(weights);
        Buffers buffers = Buffers.initial(DType.F64, Map.of("bn", statistics)).updated(Map.of(statistics,
                new BatchStatistics(50, normal(seed + 1, HIDDEN).toDoubles(), Tensor.full(DType.F64, Shape.of(HIDDEN), 2).toDoubles())));
        at = new Parameters(space, normal(seed, space.size()), buffers);
    }

    public Parameters parameters() {
        return at;
    }

    public Objective objective() {
        return Objective.of(this::forward, Losses::crossEntropy);
    }

    public static Batch batch(long seed, int examples) {
        int[] labels = new int[examples];
        int[] ids = new int[examples];
        for (int i = 0; i < examples; i++) {
            labels[i] = RandomKey.of(seed).below(CLASSES, i);
            ids[i] = (int) (1000 * seed + i);
        }
        return new Batch(normal(seed + 7, examples, IN), Tensor.of(Shape.of(examples), labels), ids, null);
    }

    public static Tensor normal(long seed, int... shape) {
        Tensor t = Tensor.zeros(DType.F64, Shape.of(shape));
        for (int i = 0; i < t.size(); i++) {
            t.span().set(i, RandomKey.of(seed).normal(i));
        }
        return t;
    }

    private Tensor forward(Tensor x, Pass pass) {
        Tensor h = x.matmul(pass.at(first));
        if (pass.isTraining()) {
            Tensor[] y = Tensor.batchNorm(h, pass.at(scale), pass.at(shift), 1e-5);
            pass.collect(statistics, x.shape().dim(0), y[1], y[2]);
            h = y[0];
        } else {
            h = h.batchNormInference(pass.mean(statistics), pass.variance(statistics), pass.at(scale), pass.at(shift), 1e-5);
        }
        return h.tanh().matmul(pass.at(second)).add(pass.at(bias));
    }
}
