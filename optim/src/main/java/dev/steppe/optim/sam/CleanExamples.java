package dev.steppe.optim.sam;

import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.kernels.DType;
import dev.steppe.optim.*;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The examples whose labels the model has found likely: an average of p(label) = exp(-loss) over the epochs, kept by example id, is at least a quantile of the
 * batch's. Examples that were not seen yet are clean. Inferred: the source at hand, an abstract, says "historical outputs".
 *
 * @param momentum how much of the average is kept each time, in [0, 1)
 * @param quantile of the batch's averages from which an example is clean, in [0, 1]; 0 is all
 */
public record CleanExamples(
        @Origin("none published") @Range("[0, 1)") double momentum,
        @Origin("none published: the median") @Range("[0, 1]") double quantile) implements Subset {
    /** @throws OptionException if a number is out of its range */
    public CleanExamples {
        OptionException.check(CleanExamples.class, momentum, quantile);
    }

    /** Momentum 0.9, the median. */
    public static CleanExamples defaults() {
        return new CleanExamples(0.9, 0.5);
    }

    @Override
    public int[] rows(SamStep step) {
        Tensor history = step.table("likelihood");
        int[] ids = step.batch().ids();
        double[] seen = Arrays.stream(ids).mapToDouble(id -> average(history, id)).filter(p -> !Double.isNaN(p)).sorted().toArray();
        double limit = seen.length == 0 ? 0 : seen[(int) Math.min(seen.length - 1, quantile * seen.length)];
        return IntStream.range(0, ids.length).filter(i -> !(average(history, ids[i]) < limit)).toArray();
    }

    @Override
    public void learn(SamStep step, double[] losses) {
        Tensor history = step.table("likelihood");
        int[] ids = step.batch().ids();
        int old = history == null ? 0 : history.size();
        int size = Math.max(old, Arrays.stream(ids).max().orElse(0) + 1);
        Tensor next = Tensor.full(DType.F64, Shape.of(size > old ? Math.max(size, 2 * old) : old), Double.NaN);
        for (int i = 0; i < old; i++) {
            next.span().set(i, history.get(i));
        }
        for (int i = 0; i < ids.length; i++) {
            double p = Math.exp(-losses[i]);
            double before = average(history, ids[i]);
            next.span().set(ids[i], Double.isNaN(before) ? p : momentum * before + (1 - momentum) * p);
        }
        step.rememberTable("likelihood", next);
    }

    /** NaN if the example was not seen. */
    private static double average(Tensor history, int id) {
        return history == null || id >= history.size() ? Double.NaN : history.get(id);
    }
}
