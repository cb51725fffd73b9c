package dev.steppe.optim.sam;

import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.core.TensorType;
import dev.steppe.kernels.DType;
import dev.steppe.optim.SamStep;
import java.util.Arrays;

/** How much a perturbation changes the loss of each example, on average so far: what {@link Ausam} remembers, by the ids of the examples. */
final class LossChanges {
    private static final String SUMS = "sums";
    private static final String COUNTS = "counts";

    private final SamStep step;
    /** Of {@code |l(w + e) - l(w)|}, by id. */
    private final Tensor sums;
    /** Of the measurements, by id; 0: never measured. */
    private final Tensor counts;

    /** As the steps before have measured them. */
    LossChanges(SamStep step) {
        this.step = step;
        this.sums = step.table(SUMS);
        this.counts = step.table(COUNTS);
    }

    /** Whether all of these examples were measured. */
    boolean know(int[] ids) {
        return counts != null && Arrays.stream(ids).allMatch(id -> id < counts.size() && counts.get(id) > 0);
    }

    /** Notes one more measurement of each of these examples. */
    void remember(int[] ids, double[] before, double[] after) {
        int last = Arrays.stream(ids).max().orElse(0);
        Tensor sum = copy(sums, last);
        Tensor count = copy(counts, last);
        for (int i = 0; i < ids.length; i++) {
            sum.span().set(ids[i], sum.get(ids[i]) + Math.abs(after[i] - before[i]));
            count.span().set(ids[i], count.get(ids[i]) + 1);
        }
        step.rememberTable(SUMS, sum);
        step.rememberTable(COUNTS, count);
    }

    /** A copy with room for an id; sizes are powers of two, so that there are few. */
    private Tensor copy(Tensor table, int last) {
        int size = table != null && last < table.size() ? table.size() : 2 * Integer.highestOneBit(Math.max(1, last));
        Tensor copy = step.blank(new TensorType(DType.F64, Shape.of(size)));
        step.kernels().move().fill(copy.span(), 0);
        if (table != null) {
            step.points().copy(table, copy.view(0, table.shape()));
        }
        return copy;
    }

    /** The means of these examples, rescaled to [least, most]; all 1 if they are equal. */
    double[] chances(int[] ids, double least, double most) {
        double[] means = Arrays.stream(ids).mapToDouble(id -> sums.get(id) / counts.get(id)).toArray();
        double min = Arrays.stream(means).min().orElse(0);
        double max = Arrays.stream(means).max().orElse(0);
        return Arrays.stream(means).map(m -> max == min ? 1 : (m - min) / (max - min) * (most - least) + least).toArray();
    }
}
