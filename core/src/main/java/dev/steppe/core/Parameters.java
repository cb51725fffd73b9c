package dev.steppe.core;

/**
 * A model's numbers: where its optimizer starts, what a checkpoint holds, what a predictor uses.
 *
 * @param space the layout
 * @param point all trainable numbers, {@code [space.size()]}
 * @param buffers running statistics
 */
public record Parameters(ParameterSpace space, Tensor point, Buffers buffers) {
    /** @throws dev.steppe.kernels.ShapeException if the point is not one of the space */
    public Parameters {
        space.requirePoint(point);
    }

    /** The same numbers with exactly the segments frozen that {@code which} accepts. */
    public Parameters freeze(java.util.function.Predicate<ParameterSpace.Segment> which) {
        return new Parameters(space.freeze(which), point, buffers);
    }
}
