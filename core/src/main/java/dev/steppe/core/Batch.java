package dev.steppe.core;

import dev.steppe.kernels.Span;
import dev.steppe.kernels.ShapeException;
import java.util.Arrays;

/**
 * Some examples: inputs, targets, stable ids. The loss of a batch is {@code sum of weights[i] * losses[i]}; by default each weight is {@code 1 / size}.
 *
 * @param inputs {@code [n, ..]}
 * @param targets {@code [n]} class ids (I32), or {@code [n, ..]} numbers
 * @param ids of the examples in their data set, {@code n} of them
 * @param weights of the examples, n of them, or null for {@code 1 / n} each
 */
public record Batch(Tensor inputs, Tensor targets, int[] ids, double[] weights) {
    /** @throws ShapeException if the numbers of examples differ */
    public Batch {
        int n = inputs.shape().dim(0);
        if (targets.shape().dim(0) != n || ids.length != n || weights != null && weights.length != n) {
            throw new ShapeException("batch: inputs " + inputs.shape() + ", targets " + targets.shape() + ", " + ids.length + " ids"
                    + (weights == null ? "" : ", " + weights.length + " weights") + " differ in the number of examples");
        }
    }

    /** A batch of equal weights with ids {@code 0 .. n - 1}. */
    public static Batch of(Tensor inputs, Tensor targets) {
        int[] ids = new int[inputs.shape().dim(0)];
        Arrays.setAll(ids, i -> i);
        return new Batch(inputs, targets, ids, null);
    }

    /** How many examples there are. */
    public int size() {
        return ids.length;
    }

    /** The weight of example i in the loss of the batch. */
    public double weight(int i) {
        return weights == null ? 1.0 / size() : weights[i];
    }

    /** The same examples with other weights. */
    public Batch weighted(double... weights) {
        return new Batch(inputs, targets, ids, weights.clone());
    }

    /** Examples {@code from .. to - 1}, sharing memory, as a batch of its own: equal weights stay equal and sum to 1. */
    public Batch slice(int from, int to) {
        return new Batch(rows(inputs, from, to), rows(targets, from, to), Arrays.copyOfRange(ids, from, to),
                weights == null ? null : Arrays.copyOfRange(weights, from, to));
    }

    /** Copies of the examples at {@code rows}, in that order, as a batch of its own. */
    public Batch select(int... rows) {
        int[] chosen = new int[rows.length];
        double[] w = weights == null ? null : new double[rows.length];
        for (int i = 0; i < rows.length; i++) {
            chosen[i] = ids[rows[i]];
            if (w != null) {
                w[i] = weights[rows[i]];
            }
        }
        return new Batch(select(inputs, rows), select(targets, rows), chosen, w);
    }

    private static Tensor rows(Tensor t, int from, int to) {
        int row = rowSize(t);
        return t.view(from * row, t.shape().with(0, to - from));
    }

    private static Tensor select(Tensor t, int[] rows) {
        int row = rowSize(t);
        Tensor out = Tensor.zeros(t.dtype(), t.shape().with(0, rows.length));
        for (int i = 0; i < rows.length; i++) {
            Span from = t.span().slice(rows[i] * row, row);
            Spans.copy(from, out.span().slice(i * row, row));
        }
        return out;
    }

    private static int rowSize(Tensor t) {
        return t.shape().dim(0) == 0 ? 0 : t.size() / t.shape().dim(0);
    }
}
