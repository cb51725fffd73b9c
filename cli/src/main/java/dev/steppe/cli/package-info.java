/** The command line. */
package dev.steppe.cli;
