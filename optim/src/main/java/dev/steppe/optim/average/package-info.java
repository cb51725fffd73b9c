/** Averages of the weights to evaluate at, and optimizers with slow weights beside the fast ones. */
package dev.steppe.optim.average;
