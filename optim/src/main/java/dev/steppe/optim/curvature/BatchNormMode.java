package dev.steppe.optim.curvature;

import dev.steppe.core.Pass;

/**
 * Which statistics BatchNorm takes while a loss surface is looked at, and whether dropout is active. These are different functions of the weights, with different
 * Hessians, so every result says which one it is about.
 */
public enum BatchNormMode {
    /** Running statistics as constants, no dropout: the function that is deployed. PyHessian's choice. */
    EVALUATION(Pass.Mode.EVALUATION),
    /** Statistics of each batch, differentiated through, and dropout, with the same masks in all passes: the function that is trained. Running statistics stay. */
    TRAINING(Pass.Mode.TRAINING_FROZEN_STATISTICS);

    private final Pass.Mode pass;

    BatchNormMode(Pass.Mode pass) {
        this.pass = pass;
    }

    /** The mode of the passes. */
    public Pass.Mode pass() {
        return pass;
    }
}
