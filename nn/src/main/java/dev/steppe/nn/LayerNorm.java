package dev.steppe.nn;

import dev.steppe.core.Pass;
import dev.steppe.core.Role;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.core.Weight;

/**
 * {@code y = (x - mean) / sqrt(variance + 1e-5) * weight + bias} over the last axis of {@code x: [.., features]}, mean and (biased) variance of each row by
 * itself: Ba, Kiros, Hinton: Layer Normalization, 2016. Epsilon is PyTorch's default.
 */
public final class LayerNorm extends Layer {
    private static final double EPSILON = 1e-5;

    private final Weight scale;
    private final Weight shift;

    /** @param features size of the last axis */
    public LayerNorm(int features) {
        Checks.positive("layerNorm", "features", features);
        this.scale = weight("weight", Shape.of(features), Role.NORM_SCALE, Weight.NO_FILTERS, Initialiser.constant(1));
        this.shift = weight("bias", Shape.of(features), Role.NORM_SHIFT, Weight.NO_FILTERS, Initialiser.constant(0));
    }

    @Override
    protected Tensor compute(Tensor x, Pass pass) {
        return x.layerNorm(pass.at(scale), pass.at(shift), EPSILON);
    }
}
