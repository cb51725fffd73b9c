package dev.steppe.cli;

/** Goes with the first real type: an exported package must not be empty. */
interface Placeholder {
}
