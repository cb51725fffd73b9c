/** Layers, initialisers, models and checkpoints. */
package dev.steppe.nn;
