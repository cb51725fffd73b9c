/** Tensors, tapes, points, objectives and gradient checks. */
package dev.steppe.core;
