/**
 * How curved the loss is at a point: eigenvalues and eigenvectors of the Hessian and of the generalised Gauss-Newton matrix, traces with their standard errors, spectral
 * densities. {@link dev.steppe.optim.curvature.Curvature} is where to begin; what it looks at is a {@link dev.steppe.optim.curvature.LossSurface}: a model's loss on
 * some examples as a function of its weights, which are never written.
 */
package dev.steppe.optim.curvature;
