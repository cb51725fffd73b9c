package dev.steppe.nn;

import dev.steppe.core.Pass;
import dev.steppe.core.Tensor;
import java.util.List;

/** Layers one after the other, named {@code 0}, {@code 1}, …, as in PyTorch. */
public final class Sequential extends Layer {
    /** The layers, the first one first. */
    public Sequential(Layer... layers) {
        this(List.of(layers));
    }

    /** The layers, the first one first. */
    public Sequential(List<? extends Layer> layers) {
        for (int i = 0; i < layers.size(); i++) {
            child(String.valueOf(i), layers.get(i));
        }
    }

    @Override
    protected Tensor compute(Tensor x, Pass pass) {
        Tensor y = x;
        for (Layer layer : children().values()) {
            y = layer.forward(y, pass);
        }
        return y;
    }
}
