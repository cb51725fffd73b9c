package dev.steppe.nn;

import dev.steppe.core.Pass;
import dev.steppe.core.Role;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.core.Weight;

/**
 * {@code y = (x - mean) / sqrt(variance + epsilon) * weight + bias} over the last axis of {@code x: [.., features]}, mean and (biased) variance of each row by
 * itself: Ba, Kiros, Hinton: Layer Normalization, 2016. The default of epsilon is PyTorch's, 1e-5.
 */
public final class LayerNorm extends Layer {
    private final double epsilon;
    private final Weight scale;
    private final Weight shift;

    /**
     * With epsilon 1e-5.
     *
     * @param features size of the last axis
     */
    public LayerNorm(int features) {
        this(features, 1e-5);
    }

    /** With an epsilon of its own. */
    public LayerNorm(int features, double epsilon) {
        Checks.positive("layerNorm", "features", features);
        Checks.that(epsilon > 0, "layerNorm: epsilon must be positive, got " + epsilon);
        this.epsilon = epsilon;
        this.scale = weight("weight", Shape.of(features), Role.NORM_SCALE, Weight.NO_FILTERS, Initialiser.constant(1));
        this.shift = weight("bias", Shape.of(features), Role.NORM_SHIFT, Weight.NO_FILTERS, Initialiser.constant(0));
    }

    @Override
    protected Tensor compute(Tensor x, Pass pass) {
        return x.layerNorm(pass.at(scale), pass.at(shift), epsilon);
    }
}
