package dev.steppe.core;

import java.util.function.BiFunction;

/**
 * All that an optimizer or an analysis needs to know of a model: its outputs on a batch, and one loss per example.
 *
 * <pre>{@code Objective.of(model::forward, Losses::crossEntropy)}</pre>
 */
public interface Objective {
    /** A model: inputs {@code [n, ..]} to outputs {@code [n, ..]}. */
    @FunctionalInterface
    interface Forward {
        /** The outputs, computed on the tape of {@code pass} with the weights that it gives. */
        Tensor forward(Tensor inputs, Pass pass);
    }

    /** A loss: outputs and targets to one number per example. */
    @FunctionalInterface
    interface Loss {
        /** Losses, {@code [n]}. */
        Tensor losses(Tensor outputs, Tensor targets);
    }

    /** An objective that has no outputs, only losses. */
    @FunctionalInterface
    interface LossesOnly {
        /** Losses, {@code [n]}. */
        Tensor losses(Batch batch, Pass pass);
    }

    /**
     * The outputs of the model, for example logits {@code [n, classes]}.
     *
     * @throws UnsupportedOperationException if this objective gives losses alone
     */
    Tensor outputs(Batch batch, Pass pass);

    /** One loss per example, {@code [n]}, from the outputs. */
    Tensor losses(Tensor outputs, Batch batch);

    /** One loss per example, {@code [n]}. */
    default Tensor losses(Batch batch, Pass pass) {
        return losses(outputs(batch, pass), batch);
    }

    /**
     * This objective with other losses of the same outputs, for example with a term more.
     *
     * @param losses outputs and the batch they belong to, to one loss per example, {@code [n]}
     */
    default Objective withLosses(BiFunction<Tensor, Batch, Tensor> losses) {
        Objective inner = this;
        return new Objective() {
            @Override
            public Tensor outputs(Batch batch, Pass pass) {
                return inner.outputs(batch, pass);
            }

            @Override
            public Tensor losses(Tensor outputs, Batch batch) {
                return losses.apply(outputs, batch);
            }
        };
    }

    /** A model with a loss. */
    static Objective of(Forward model, Loss loss) {
        return new Objective() {
            @Override
            public Tensor outputs(Batch batch, Pass pass) {
                return model.forward(pass.tape().constant(batch.inputs()), pass);
            }

            @Override
            public Tensor losses(Tensor outputs, Batch batch) {
                return loss.losses(outputs, batch.targets());
            }
        };
    }

    /** An objective that gives losses alone; what needs outputs refuses it. */
    static Objective ofLosses(LossesOnly losses) {
        return new Objective() {
            @Override
            public Tensor outputs(Batch batch, Pass pass) {
                throw new UnsupportedOperationException(
                        "this objective gives losses alone (Objective.ofLosses); what was called needs the outputs of a model");
            }

            @Override
            public Tensor losses(Tensor outputs, Batch batch) {
                return outputs(batch, null);
            }

            @Override
            public Tensor losses(Batch batch, Pass pass) {
                return losses.losses(batch, pass);
            }
        };
    }
}
