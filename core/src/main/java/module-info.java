/** Tensors, tapes, differentiable operations, parameter spaces, objectives and gradient checks. */
module dev.steppe.core {
    requires transitive dev.steppe.kernels;

    exports dev.steppe.core;
    exports dev.steppe.core.op;
}
