/**
 * How sharp the loss is around a point, by every definition in use: one record per {@link dev.steppe.optim.sharpness.SharpnessMeasure measure}, each with its formula
 * and its paper. They look at a {@link dev.steppe.optim.curvature.LossSurface}, which is never written.
 */
package dev.steppe.optim.sharpness;
