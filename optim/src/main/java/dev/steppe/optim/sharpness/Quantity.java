package dev.steppe.optim.sharpness;

/** What of a model changes when its weights do. */
public enum Quantity {
    /** The mean loss. */
    LOSS,
    /** The fraction of examples that are classified wrongly: for models with outputs {@code [n, classes]}. */
    ERROR;

    /** The change of the quantity from the weights to {@code w + scale T u}. */
    double change(Visit visit, double scale, dev.steppe.core.Tensor u, double before) {
        return this == LOSS ? visit.loss(scale, u) - before : visit.evaluate(scale, u).error() - before;
    }

    /** The quantity at the weights. */
    double atWeights(Visit visit) {
        return this == LOSS ? visit.loss() : visit.evaluate(0, visit.weights()).error();
    }
}
