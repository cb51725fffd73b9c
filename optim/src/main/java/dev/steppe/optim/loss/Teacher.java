package dev.steppe.optim.loss;

import dev.steppe.core.Losses;
import dev.steppe.core.Tensor;

/** The term that SAF and MESA add to the loss of an example: how far its outputs are from those of a teacher. */
final class Teacher {
    private final double lambda;
    private final double temperature;

    Teacher(double lambda, double temperature) {
        this.lambda = lambda;
        this.temperature = temperature;
    }

    /**
     * {@code lambda T^2 KL(softmax(y / T) || softmax(z / T))} for each example; no gradient goes through y.
     *
     * @param z outputs, {@code [n, classes]}
     * @param y the teacher's logits, one array per example; null where there are none and the term is 0
     */
    Tensor term(Tensor z, double[][] y) {
        int classes = z.shape().dim(1);
        Tensor soft = Tensor.zeros(z.dtype(), z.shape());
        Tensor entropy = Tensor.zeros(z.dtype(), z.shape().with(1, 1));
        for (int i = 0; i < y.length; i++) {
            if (y[i] != null) {
                entropy.span().set(i, softmax(y[i], soft, i * classes));
            }
        }
        if (z.tape() != null) {
            soft = z.tape().constant(soft);
            entropy = z.tape().constant(entropy);
        }
        Tensor crossEntropy = Losses.crossEntropy(z.times(1 / temperature), soft);
        return crossEntropy.sub(entropy.reshape(y.length)).times(lambda * temperature * temperature);
    }

    /** Writes {@code softmax(y / T)} and gives its entropy. */
    private double softmax(double[] y, Tensor out, int from) {
        double largest = Double.NEGATIVE_INFINITY;
        for (double logit : y) {
            largest = Math.max(largest, logit);
        }
        double sum = 0;
        for (double logit : y) {
            sum += Math.exp((logit - largest) / temperature);
        }
        double entropy = 0;
        for (int c = 0; c < y.length; c++) {
            double log = (y[c] - largest) / temperature - Math.log(sum);
            out.span().set(from + c, Math.exp(log));
            entropy -= Math.exp(log) * log;
        }
        return entropy;
    }

    /** Row i of logits {@code [n, classes]}. */
    static double[] row(Tensor logits, int i) {
        double[] row = new double[logits.shape().dim(1)];
        for (int c = 0; c < row.length; c++) {
            row[c] = logits.get(i * row.length + c);
        }
        return row;
    }
}
