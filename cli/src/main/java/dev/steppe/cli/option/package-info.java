/** The words that several commands share: what their options say, what they may be, and what is said if they cannot be. Uses no other package. */
package dev.steppe.cli.option;
