package dev.steppe.nn;

/** Goes with the first real type: an exported package must not be empty. */
interface Placeholder {
}
