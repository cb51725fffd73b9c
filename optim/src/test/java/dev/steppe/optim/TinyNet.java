package dev.steppe.optim;

import dev.steppe.core.Batch;
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
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/** Convolution, BatchNorm, ReLU, dropout, global average, linear layer: 5x5 images to 3 classes. */
final class TinyNet {
    final Weight filter = new Weight(Shape.of(3, 3, 1, 4), Role.WEIGHT, 3);
    final Weight scale = new Weight(Shape.of(4), Role.NORM_SCALE, Weight.NO_FILTERS);
    final Weight shift = new Weight(Shape.of(4), Role.NORM_SHIFT, Weight.NO_FILTERS);
    final Weight matrix = new Weight(Shape.of(4, 3), Role.WEIGHT, 1);
    final Weight bias = new Weight(Shape.of(3), Role.BIAS, Weight.NO_FILTERS);
    final RunningStatistics statistics = new RunningStatistics(4, 0.1);
    final DType dtype;
    final boolean normalised;
    final double dropout;
    /** Called by every pass before it begins. */
    Consumer<Pass> hook = pass -> {
    };

    /** Told the number of examples of every pass. */
    IntConsumer examples = n -> {
    };

    TinyNet(DType dtype, boolean normalised, double dropout) {
        this.dtype = dtype;
        this.normalised = normalised;
        this.dropout = dropout;
    }

    Parameters start() {
        Map<String, Weight> weights = new LinkedHashMap<>();
        weights.put("conv.weight", filter);
        weights.put("bn.weight", scale);
        weights.put("bn.bias", shift);
        weights.put("fc.weight", matrix);
        weights.put("fc.bias", bias);
        ParameterSpace space = ParameterSpace.of(weights);
        Tensor point = numbers(1, Shape.of(space.size()), 0.5);
        return new Parameters(space, point, Buffers.initial(dtype, Map.of("bn", statistics)));
    }

    Objective objective() {
        return Objective.of(this::forward, Losses::crossEntropy);
    }

    Batch batch(int number, int examples) {
        int[] labels = new int[examples];
        for (int i = 0; i < examples; i++) {
            labels[i] = RandomKey.of(77).fold(number).below(3, i);
        }
        return Batch.of(numbers(100 + number, Shape.of(examples, 5, 5, 1), 1), Tensor.of(Shape.of(examples), labels));
    }

    private Tensor numbers(long seed, Shape shape, double size) {
        Tensor t = Tensor.zeros(dtype, shape);
        for (int i = 0; i < t.size(); i++) {
            t.span().set(i, size * RandomKey.of(seed).normal(i));
        }
        return t;
    }

    private Tensor forward(Tensor images, Pass pass) {
        hook.accept(pass);
        examples.accept(images.shape().dim(0));
        Tensor x = images.conv2d(pass.at(filter), 1, 1, 1, 1);
        if (normalised) {
            x = normalise(x, pass);
        }
        x = x.relu();
        if (dropout > 0 && pass.isTraining()) {
            x = x.dropout(pass.key().fold("dropout"), dropout);
        }
        return x.globalAveragePool().matmul(pass.at(matrix)).add(pass.at(bias));
    }

    private Tensor normalise(Tensor x, Pass pass) {
        if (!pass.isTraining()) {
            return x.batchNormInference(pass.mean(statistics), pass.variance(statistics), pass.at(scale), pass.at(shift), 1e-5);
        }
        Tensor[] y = Tensor.batchNorm(x, pass.at(scale), pass.at(shift), 1e-5);
        pass.collect(statistics, x.size() / 4, y[1], y[2]);
        return y[0];
    }
}
