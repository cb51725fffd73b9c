package dev.steppe.core;

/** What a parameter is for: weight decay, perturbations and freezing are chosen by it. */
public enum Role {
    /** Filters of convolutions, matrices of linear layers and embeddings. */
    WEIGHT,
    /** Additive terms: of linear layers and convolutions, positions and class tokens of transformers. */
    BIAS,
    /** The scale (gamma) of a normalisation layer. */
    NORM_SCALE,
    /** The shift (beta) of a normalisation layer. */
    NORM_SHIFT
}
