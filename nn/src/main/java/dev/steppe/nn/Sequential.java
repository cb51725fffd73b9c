package dev.steppe.nn;

import dev.steppe.core.Pass;
import dev.steppe.core.Tape;
import dev.steppe.core.Tensor;
import java.util.List;

/**
 * Layers one after the other, named {@code 0}, {@code 1}, …, as in PyTorch. {@link BatchNorm2d} and the ReLU after it are computed in one pass, with the
 * {@link Conv2d} before, if there is one. In inference, what a layer gave is given back once the next one has seen it.
 */
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
        Tape.Scope scope = pass.tape().scope();
        Tensor y = x;
        for (int i = 0; i < layers.size(); i++) {
            Layer layer = layers.get(i);
            if (layer instanceof Conv2d conv && follows(i, BatchNorm2d.class) && follows(i + 1, Layers.Relu.class)) {
                y = seen(i + 2, ((BatchNorm2d) layers.get(i + 1)).relu(conv, y, pass));
                i += 2;
            } else if (layer instanceof BatchNorm2d norm && follows(i, Layers.Relu.class)) {
                y = seen(i + 1, norm.relu(y, pass));
                i++;
            } else {
                y = layer.forward(y, pass);
            }
            scope.keep(y);
        }
        return y;
    }

    private boolean follows(int i, Class<? extends Layer> kind) {
        return i + 1 < layers.size() && kind.isInstance(layers.get(i + 1));
    }

    /** Tells of the ReLU that another layer has computed. */
    private Tensor seen(int relu, Tensor positive) {
        return layers.get(relu).visited(positive, positive);
    }
}
