/** Optimizers, schedules, the sharpness-aware family and flatness analysis. */
package dev.steppe.optim;
