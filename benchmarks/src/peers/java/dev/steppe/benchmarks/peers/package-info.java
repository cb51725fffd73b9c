/** Whom Steppe's kernels are compared with: libraries with native code, in builds with the profile {@code peers} alone. */
package dev.steppe.benchmarks.peers;
