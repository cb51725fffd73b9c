/** Short plain main classes, one idea each. */
package dev.steppe.examples;
