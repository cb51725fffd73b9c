/** Base optimizers: rules that turn a gradient into new weights. */
package dev.steppe.optim.base;
