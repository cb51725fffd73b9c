/** The training loop, evaluation and runs on disk. */
package dev.steppe.train;
