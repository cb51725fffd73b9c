/** The kernels: plain functions from arrays to arrays, in a scalar and a vector form. */
package dev.steppe.kernels;
