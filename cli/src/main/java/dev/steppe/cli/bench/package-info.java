/** {@code steppe bench}: how fast this machine trains and predicts, and in how much memory. Uses {@code option} and {@code report}. */
package dev.steppe.cli.bench;
