/**
 * JMH benchmarks of matrix products and of the convolutions of ResNet-18: Steppe's scalar and vector kernels and, in a build with the profile {@code peers},
 * OpenBLAS and PyTorch, side by side. Every result is verified before it is timed.
 */
package dev.steppe.benchmarks;
