package dev.steppe.train;

import dev.steppe.core.Batch;
import dev.steppe.core.Evaluator;
import dev.steppe.core.NonFiniteException;
import dev.steppe.core.Parameters;
import dev.steppe.core.Tensor;
import dev.steppe.kernels.DType;
import dev.steppe.kernels.ShapeException;
import java.util.Locale;

/** How well a classifier does on some examples: its mean loss, and which class it took for which. Immutable. */
public final class Evaluation {
    private static final int TOP = 5;

    private final double loss;
    private final long[][] confusion;
    private final long top5;
    private final long examples;

    private Evaluation(double loss, long[][] confusion, long top5, long examples) {
        this.loss = loss;
        this.confusion = confusion;
        this.top5 = top5;
        this.examples = examples;
    }

    /**
     * Evaluates a model in evaluation mode. The class of the largest output is the one predicted; of equal outputs the first.
     *
     * @param evaluator of an objective whose outputs are {@code [n, classes]}
     * @param at weights and running statistics
     * @param batches with class ids (I32 {@code [n]}) as targets
     * @throws ShapeException if outputs or targets are of another shape
     * @throws NonFiniteException if an output is NaN or infinite
     * @throws IllegalArgumentException if there are no examples
     */
    public static Evaluation of(Evaluator evaluator, Parameters at, Iterable<Batch> batches) {
        Tally tally = new Tally();
        for (Batch batch : batches) {
            tally.add(batch, evaluator.evaluate(batch, at));
        }
        if (tally.examples == 0) {
            throw new IllegalArgumentException("evaluation: no examples");
        }
        return new Evaluation(tally.loss / tally.examples, tally.confusion, tally.top5, tally.examples);
    }

    /** What has been seen so far. */
    private static final class Tally {
        private double loss;
        private long[][] confusion;
        private long top5;
        private long examples;

        void add(Batch batch, Evaluator.Result result) {
            Tensor outputs = result.outputs();
            Tensor targets = batch.targets();
            if (outputs.shape().rank() != 2 || targets.dtype() != DType.I32 || targets.shape().rank() != 1) {
                throw new ShapeException("evaluation: outputs " + outputs.type() + " and targets " + targets.type()
                        + "; expected logits [n, classes] and class ids I32[n]");
            }
            int classes = outputs.shape().dim(1);
            if (confusion == null) {
                confusion = new long[classes][classes];
            }
            for (int i = 0; i < batch.size(); i++) {
                count(outputs, i * classes, classes, (int) targets.get(i), batch.ids()[i]);
                loss += result.losses()[i];
            }
            examples += batch.size();
        }

        private void count(Tensor outputs, int from, int classes, int target, int id) {
            double own = outputs.get(from + target);
            int predicted = 0;
            int before = 0;
            for (int c = 0; c < classes; c++) {
                double logit = outputs.get(from + c);
                if (!Double.isFinite(logit)) {
                    throw new NonFiniteException("evaluation: output " + c + " of example " + id + " is " + logit);
                }
                if (logit > outputs.get(from + predicted)) {
                    predicted = c;
                }
                if (logit > own || logit == own && c < target) {
                    before++;
                }
            }
            confusion[target][predicted]++;
            top5 += before < TOP ? 1 : 0;
        }
    }

    /** Mean of the objective's losses. */
    public double loss() {
        return loss;
    }

    /** How many examples there were. */
    public long examples() {
        return examples;
    }

    /** How many classes there are. */
    public int classes() {
        return confusion.length;
    }

    /** The share of examples whose class was predicted, from 0 to 1. */
    public double accuracy() {
        long right = 0;
        for (int c = 0; c < confusion.length; c++) {
            right += confusion[c][c];
        }
        return (double) right / examples;
    }

    /** The share of examples whose class was among the five of the largest outputs. */
    public double top5() {
        return (double) top5 / examples;
    }

    /** How many examples of one class there were. */
    public long examples(int ofClass) {
        long sum = 0;
        for (long n : confusion[ofClass]) {
            sum += n;
        }
        return sum;
    }

    /** The share of the examples of one class that were taken for that class; NaN if there were none. */
    public double accuracy(int ofClass) {
        return (double) confusion[ofClass][ofClass] / examples(ofClass);
    }

    /** A copy of the confusion matrix: how many examples of the row's class were taken for the column's. */
    public long[][] confusion() {
        long[][] copy = confusion.clone();
        for (int i = 0; i < copy.length; i++) {
            copy[i] = copy[i].clone();
        }
        return copy;
    }

    /** For example {@code 87.35 % of 2000 examples right (top-5 99.60 %), loss 0.3612}. */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%.2f %% of %d examples right (top-5 %.2f %%), loss %.4f", 100 * accuracy(), examples,
                100 * top5(), loss);
    }
}
