package dev.steppe.optim.curvature;

/**
 * What a number is about: every result carries one, so that two are not compared that are not of the same function.
 *
 * @param subject what was looked at: {@code exact Hessian}, {@code loss}
 * @param parameters trainable numbers
 * @param examples seen by each pass; 0 for an operator that has none
 * @param batches in which they came
 * @param batchNorm statistics that BatchNorm took; null for an operator that has none
 * @param key state of the random key from which probes and dropout masks are drawn
 */
public record Provenance(String subject, int parameters, int examples, int batches, BatchNormMode batchNorm, long key) {
}
