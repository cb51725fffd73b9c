package dev.steppe.core;

import dev.steppe.kernels.DType;
import java.util.LinkedHashMap;
import java.util.Map;

/** Small models for tests. */
final class Fixtures {
    private Fixtures() {
    }

    /** Standard normal numbers. */
    static Tensor normal(DType dtype, long seed, int... dims) {
        Tensor t = Tensor.zeros(dtype, Shape.of(dims));
        RandomKey key = RandomKey.of(seed);
        for (int i = 0; i < t.size(); i++) {
            t.span().set(i, key.normal(i));
        }
        return t;
    }

    /** Class ids 0, 1, .., classes - 1, 0, .. */
    static Tensor labels(int n, int classes) {
        int[] ids = new int[n];
        for (int i = 0; i < n; i++) {
            ids[i] = i % classes;
        }
        return Tensor.of(Shape.of(n), ids);
    }

    /**
     * Two convolutions with BatchNorm, a shortcut with stride and padded channels, global pooling, dropout and a linear layer: images {@code [n, size, size, 3]} to
     * {@code [n, 4]}.
     */
    static final class ConvNet {
        final int width;
        final Weight conv1;
        final Weight scale1;
        final Weight shift1;
        final Weight conv2;
        final Weight scale2;
        final Weight shift2;
        final Weight linear;
        final Weight bias = new Weight(Shape.of(4), Role.BIAS, Weight.NO_FILTERS);
        final RunningStatistics statistics1;
        final RunningStatistics statistics2;
        final double dropout;

        ConvNet(int width, double dropout) {
            this.width = width;
            this.dropout = dropout;
            conv1 = new Weight(Shape.of(3, 3, 3, width), Role.WEIGHT, 3);
            scale1 = new Weight(Shape.of(width), Role.NORM_SCALE, Weight.NO_FILTERS);
            shift1 = new Weight(Shape.of(width), Role.NORM_SHIFT, Weight.NO_FILTERS);
            conv2 = new Weight(Shape.of(3, 3, width, 2 * width), Role.WEIGHT, 3);
            scale2 = new Weight(Shape.of(2 * width), Role.NORM_SCALE, Weight.NO_FILTERS);
            shift2 = new Weight(Shape.of(2 * width), Role.NORM_SHIFT, Weight.NO_FILTERS);
            linear = new Weight(Shape.of(2 * width, 4), Role.WEIGHT, 1);
            statistics1 = new RunningStatistics(width, 0.1);
            statistics2 = new RunningStatistics(2 * width, 0.1);
        }

        ParameterSpace space() {
            Map<String, Weight> weights = new LinkedHashMap<>();
            weights.put("conv1.weight", conv1);
            weights.put("bn1.weight", scale1);
            weights.put("bn1.bias", shift1);
            weights.put("conv2.weight", conv2);
            weights.put("bn2.weight", scale2);
            weights.put("bn2.bias", shift2);
            weights.put("fc.weight", linear);
            weights.put("fc.bias", bias);
            return ParameterSpace.of(weights);
        }

        Parameters parameters(DType dtype, long seed) {
            ParameterSpace space = space();
            Tensor point = normal(dtype, seed, space.size());
            for (int i = 0; i < point.size(); i++) {
                point.span().set(i, 0.3 * point.get(i) + 0.1);
            }
            Map<String, RunningStatistics> layers = new LinkedHashMap<>();
            layers.put("bn1", statistics1);
            layers.put("bn2", statistics2);
            return new Parameters(space, point, Buffers.initial(dtype, layers));
        }

        Objective objective() {
            return Objective.of(this::forward, Losses::crossEntropy);
        }

        Tensor forward(Tensor x, Pass pass) {
            Tensor h = norm(x.conv2d(pass.at(conv1), 1, 1, 1, 1), scale1, shift1, statistics1, pass).silu();
            Tensor y = norm(h.conv2d(pass.at(conv2), 2, 1, 1, 1), scale2, shift2, statistics2, pass);
            Tensor shortcut = h.slice(new int[4], h.shape().dims(), new int[] {1, 2, 2, 1}).pad(new int[4], new int[] {0, 0, 0, width});
            Tensor pooled = y.add(shortcut).tanh().globalAveragePool();
            if (pass.isTraining() && dropout > 0) {
                pooled = pooled.dropout(pass.key().fold("dropout"), dropout);
            }
            return pooled.matmul(pass.at(linear)).add(pass.at(bias));
        }

        private static Tensor norm(Tensor x, Weight scale, Weight shift, RunningStatistics statistics, Pass pass) {
            if (!pass.isTraining()) {
                return x.batchNormInference(pass.mean(statistics), pass.variance(statistics), pass.at(scale), pass.at(shift), 1e-5);
            }
            Tensor[] out = Tensor.batchNorm(x, pass.at(scale), pass.at(shift), 1e-5);
            pass.collect(statistics, x.size() / statistics.channels(), out[1], out[2]);
            return out[0];
        }
    }
}
