/** Many runs: optimizers and seeds compared, and each optimizer tried once. Uses {@code run}, {@code option} and {@code report}. */
package dev.steppe.cli.contest;
