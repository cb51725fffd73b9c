/**
 * The sharpness-aware family: one record per method, one file per record. Each says in its Javadoc which paper it comes from and what it costs, and in its
 * components which numbers it has and where their defaults come from.
 */
package dev.steppe.optim.sam;
