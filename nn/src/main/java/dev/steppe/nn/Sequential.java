package dev.steppe.nn;

import dev.steppe.core.Pass;
import dev.steppe.core.Tensor;
import java.util.List;

/** Layers one after the other, named {@code 0}, {@code 1}, …, as in PyTorch. {@link BatchNorm2d} and the ReLU after it are computed in one pass. */
public final class Sequential extends Layer {
    private final List<Layer> layers;

    /** The layers, the first one first. */
    public Sequential(Layer... layers) {
        this(List.of(layers));
    }

    /** The layers, the first one first. */
    public Sequential(List<? extends Layer> layers) {
        this.layers = List.copyOf(layers);
        for (int i = 0; i < layers.size(); i++) {
            child(String.valueOf(i), layers.get(i));
        }
    }

    @Override
    protected Tensor compute(Tensor x, Pass pass) {
        Tensor y = x;
        for (int i = 0; i < layers.size(); i++) {
            if (layers.get(i) instanceof BatchNorm2d norm && i + 1 < layers.size() && layers.get(i + 1) instanceof Layers.Relu relu) {
                Tensor positive = norm.relu(y, pass);
                y = relu.visited(positive, positive);
                i++;
            } else {
                y = layers.get(i).forward(y, pass);
            }
        }
        return y;
    }
}
