/** JMH benchmarks of the kernels. */
package dev.steppe.benchmarks;
