/** Small dense algebra that a method of this library needs, in plain double arrays: orthogonal bases, eigenvalues of what Lanczos leaves. */
package dev.steppe.optim.algebra;
