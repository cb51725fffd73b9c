package dev.steppe.optim;

import dev.steppe.core.Tensor;

/**
 * A gradient taken somewhere, and what came with it. Valid during the step.
 *
 * @param vector the gradient of the mean loss, without weight decay: a point, to be read only
 * @param norm Euclidean norm of the vector, over all parameters; finite
 * @param loss of the batch; finite
 * @param losses one per example
 */
public record Gradient(Tensor vector, double norm, double loss, double[] losses) {
}
