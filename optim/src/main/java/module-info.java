/** Base optimizers, schedules, the sharpness-aware family and flatness analysis: vector algebra on points. */
module dev.steppe.optim {
    requires transitive dev.steppe.core;

    uses dev.steppe.optim.SamVariant;

    exports dev.steppe.optim;
    exports dev.steppe.optim.algebra;
    exports dev.steppe.optim.average;
    exports dev.steppe.optim.base;
    exports dev.steppe.optim.curvature;
    exports dev.steppe.optim.landscape;
    exports dev.steppe.optim.loss;
    exports dev.steppe.optim.sam;
    exports dev.steppe.optim.sharpness;
}
