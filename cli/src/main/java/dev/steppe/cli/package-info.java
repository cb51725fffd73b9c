/**
 * The {@code steppe} command: {@link Main} and the commands, which read options, start the work and say what came of it. Uses all packages below;
 * none of them uses it.
 */
package dev.steppe.cli;
