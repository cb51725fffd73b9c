package dev.steppe.core;

import dev.steppe.kernels.Kernels;
import dev.steppe.kernels.ShapeException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** One recorded forward of an objective at a point: its losses, the loss of the batch, and the weights to differentiate in: used, and not frozen. */
final class LossGraph {
    private final Tape tape;
    private final Batch batch;
    private final Pass pass;
    private final Tensor outputs;
    private final Tensor head;
    private final Tensor losses;
    private final Tensor loss;
    private final List<ParameterSpace.Segment> segments = new ArrayList<>();
    private final Tensor[] leaves;

    LossGraph(Tape tape, Objective objective, Batch batch, Parameters at, Pass.Mode mode, RandomKey key) {
        this(tape, objective, batch, at, mode, key, false);
    }

    /** @param cut whether the losses are a function of the {@link #head}, a leaf with the numbers of the {@link #outputs}, so that both halves can be differentiated alone */
    LossGraph(Tape tape, Objective objective, Batch batch, Parameters at, Pass.Mode mode, RandomKey key, boolean cut) {
        this.tape = tape;
        this.batch = batch;
        pass = new Pass(tape, at, mode, key);
        outputs = cut ? objective.outputs(batch, pass) : null;
        head = cut ? tape.watch(outputs.detach()) : null;
        losses = cut ? objective.losses(head, batch) : objective.losses(batch, pass);
        requireLosses(losses, batch);
        loss = losses.mul(weights(tape, batch, losses)).sum();
        for (ParameterSpace.Segment s : at.space().segments()) {
            if (!s.frozen() && pass.used(s.weight())) {
                segments.add(s);
            }
        }
        leaves = segments.stream().map(s -> pass.at(s.weight())).toArray(Tensor[]::new);
    }

    /** @throws ShapeException if there is not one loss per example */
    static void requireLosses(Tensor losses, Batch batch) {
        if (!losses.shape().equals(Shape.of(batch.size()))) {
            throw new ShapeException("objective: losses of shape " + losses.shape() + " for a batch of " + batch.size() + " examples");
        }
    }

    /** @throws ShapeException if a tensor is not a point of the same type as the weights */
    static void requireLikeWeights(Parameters at, Tensor point) {
        at.space().requirePoint(point);
        if (point.dtype() != at.point().dtype()) {
            throw new ShapeException("the weights are " + at.point().type() + ", a gradient or direction cannot be " + point.type());
        }
    }

    private static Tensor weights(Tape tape, Batch batch, Tensor losses) {
        Tensor w = tape.zeros(losses.type());
        for (int i = 0; i < batch.size(); i++) {
            w.span().set(i, batch.weight(i));
        }
        return w;
    }

    /** The loss of the batch. */
    Tensor loss() {
        return loss;
    }

    /** What the model gives, a function of the weights. */
    Tensor outputs() {
        return outputs;
    }

    /** The same numbers as a leaf, of which the losses are a function. */
    Tensor head() {
        return head;
    }

    /** The weights as the tape watches them. */
    Tensor[] leaves() {
        return leaves;
    }

    /** The parts of a point that belong to the leaves. */
    List<Tensor> parts(Tensor point) {
        return segments.stream().map(s -> pass.parameters().space().view(point, s)).toList();
    }

    /** Writes one tensor per leaf into a point; the rest becomes 0. */
    void write(Tensor[] parts, Tensor point, Kernels kernels) {
        if (segments.size() < pass.parameters().space().segments().size()) {
            kernels.move().fill(point.span(), 0);
        }
        for (int i = 0; i < parts.length; i++) {
            Spans.copy(parts[i].span(), point.span().slice(segments.get(i).offset(), segments.get(i).size()));
        }
        point.storage().touched();
    }

    /**
     * {@code product = f(v)} for products by the second backward pass: v in parts, one per leaf, to what is written in the same way. What f leaves on the tape goes
     * back to the pool.
     */
    void multiply(Tensor v, Tensor product, Function<List<Tensor>, Tensor[]> f) {
        requireLikeWeights(pass.parameters(), v);
        requireLikeWeights(pass.parameters(), product);
        int mark = tape.allocated();
        try {
            write(f.apply(parts(v)), product, tape.kernels());
        } finally {
            tape.sweep(mark);
        }
    }

    Evaluator.Result result() {
        double[] values = losses.toDoubles();
        return new Evaluator.Result(Evaluator.total(values, batch), values, null, pass.collected());
    }
}
