/**
 * Pictures of the loss around and between points: slices along lines and planes, in units of the filters (Li et al., Visualizing the Loss Landscape of Neural
 * Nets, arXiv 1712.09913), and the plane that shows most of a path of training. Losses are evaluated at points; weights are never touched.
 */
package dev.steppe.optim.landscape;
