/** The differentiable operations, one file each. */
package dev.steppe.core.op;
