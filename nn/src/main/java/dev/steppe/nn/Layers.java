package dev.steppe.nn;

import dev.steppe.core.Pass;
import dev.steppe.core.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Layers without weights, for use in a {@link Sequential}; what they compute is documented at the methods of {@link Tensor}. */
public final class Layers {
    private Layers() {
    }

    /** {@code max(x, 0)}. */
    public static Layer relu() {
        return new Relu();
    }

    /** Of a class of its own, so that {@link Sequential} knows it. */
    static final class Relu extends Layer {
        @Override
        protected Tensor compute(Tensor x, Pass pass) {
            return x.relu();
        }

        @Override
        protected String kind() {
            return "ReLU";
        }
    }

    /** {@code x} where positive, {@code slope * x} elsewhere. */
    public static Layer leakyRelu(double slope) {
        return Layer.of("LeakyReLU", x -> x.leakyRelu(slope));
    }

    /** {@code x Phi(x)}, in the exact form with erf. */
    public static Layer gelu() {
        return Layer.of("GELU", Tensor::gelu);
    }

    /** {@code x sigmoid(x)}. */
    public static Layer silu() {
        return Layer.of("SiLU", Tensor::silu);
    }

    /** {@code 1 / (1 + exp(-x))}. */
    public static Layer sigmoid() {
        return Layer.of("Sigmoid", Tensor::sigmoid);
    }

    /** The hyperbolic tangent. */
    public static Layer tanh() {
        return Layer.of("Tanh", Tensor::tanh);
    }

    /** {@code [n, ..]} to {@code [n, rest]}. The order within a row is NHWC's, not PyTorch's. */
    public static Layer flatten() {
        return Layer.of("Flatten", x -> x.reshape(x.shape().dim(0), IntStream.of(x.shape().dims()).skip(1).reduce(1, Math::multiplyExact)));
    }

    /** The largest number of each window, {@code [n, h, w, c]} to {@code [n, h', w', c]}; padding counts as minus infinity. */
    public static Layer maxPool(int window, int stride, int padding) {
        return Layer.of("MaxPool2d", x -> x.maxPool2d(window, stride, padding));
    }

    /** The mean of each window, {@code [n, h, w, c]} to {@code [n, h', w', c]}. */
    public static Layer averagePool(int window, int stride, int padding) {
        return Layer.of("AvgPool2d", x -> x.avgPool2d(window, stride, padding));
    }

    /** The mean over all pixels, {@code [n, h, w, c]} to {@code [n, c]}. */
    public static Layer globalAveragePool() {
        return Layer.of("GlobalAvgPool2d", Tensor::globalAveragePool);
    }

    /** Linear layers with ReLU between them: {@code mlp(2, 64, 64, 2)} has two hidden layers of 64. */
    public static Sequential mlp(int... widths) {
        Checks.that(widths.length >= 2, "mlp: needs the number of inputs and of outputs at least, got " + widths.length + " widths");
        List<Layer> layers = new ArrayList<>();
        for (int i = 0; i + 1 < widths.length; i++) {
            if (i > 0) {
                layers.add(relu());
            }
            layers.add(new Linear(widths[i], widths[i + 1]));
        }
        return new Sequential(layers);
    }
}
