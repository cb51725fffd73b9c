/** Base optimizers, schedules, the sharpness-aware family and flatness analysis: vector algebra on points. */
module dev.steppe.optim {
    requires transitive dev.steppe.core;

    exports dev.steppe.optim;
}
