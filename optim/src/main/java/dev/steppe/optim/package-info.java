/**
 * Optimizers. A {@link dev.steppe.optim.Recipe} (a {@link dev.steppe.optim.BaseOptimizer}, or a {@link dev.steppe.optim.SamVariant} over one) becomes a
 * running {@link dev.steppe.optim.Optimizer} when it is given an objective and a place to start.
 *
 * <p>One engine does the passes of all of them: gradients are taken at points, weights are not moved, and a step goes from one whole state to the next by a
 * single assignment. A variant says where to take gradients and what to make of them, through {@link dev.steppe.optim.SamStep}; a base optimizer turns the
 * result into new weights, through {@link dev.steppe.optim.Update}. Both are records: their components are the one source of names and defaults for the
 * catalogues ({@link dev.steppe.optim.SamVariants}, {@link dev.steppe.optim.BaseOptimizers}, {@link dev.steppe.optim.Schedules}), the command line and
 * saved configurations.
 */
package dev.steppe.optim;
