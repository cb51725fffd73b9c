package dev.steppe.examples;

/** Goes with the first real type: an exported package must not be empty. */
interface Placeholder {
}
