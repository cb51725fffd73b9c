/** One run: training it, opening it again, measuring how flat its minimum is, and the pages of both. Uses {@code option} and {@code report}. */
package dev.steppe.cli.run;
