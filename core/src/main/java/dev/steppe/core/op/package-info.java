/**
 * The differentiable operations, one record each: shape rule, forward, backward. {@link dev.steppe.core.TensorOps} is the fluent way to apply them.
 */
package dev.steppe.core.op;
