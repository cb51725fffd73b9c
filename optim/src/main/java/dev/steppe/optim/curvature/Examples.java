package dev.steppe.optim.curvature;

import dev.steppe.core.Batch;
import dev.steppe.core.Tensor;
import dev.steppe.kernels.DType;
import dev.steppe.kernels.ShapeException;

/** What the passes over a surface saw so far: later ones must see the same. */
final class Examples {
    private Count first;

    /** What one pass saw. */
    static final class Count {
        private int examples;
        private int batches;
        private long ids;

        void add(Batch batch) {
            if (batch.size() == 0) { throw new ShapeException("loss surface: batch " + batches + " has 0 examples"); }
            examples += batch.size();
            batches++;
            for (int id : batch.ids()) {
                ids = 31 * ids + id;
            }
        }

        int examples() {
            return examples;
        }

        int batches() {
            return batches;
        }
    }

    /** Notes what the first pass saw, and compares the later ones with it. */
    synchronized void require(Count count) {
        if (count.examples == 0) { throw new ShapeException("loss surface: no examples"); }
        if (first == null) {
            first = count;
        }
        if (first.examples != count.examples || first.batches != count.batches || first.ids != count.ids) {
            throw new IllegalStateException("loss surface: a pass saw " + count.examples + " examples in " + count.batches
                    + " batches, the first one " + first.examples + " in " + first.batches
                    + (first.examples == count.examples ? ", not the same in the same order" : "")
                    + "; all passes must see the same function: do not shuffle");
        }
    }

    synchronized int count() {
        return first == null ? 0 : first.examples;
    }

    synchronized int batches() {
        return first == null ? 0 : first.batches;
    }

    /** How many rows of the outputs {@code [n, classes]} are not largest at the target: class ids {@code [n]}, or weights {@code [n, classes]}. */
    static int wrong(Tensor outputs, Tensor targets) {
        boolean ids = targets.dtype() == DType.I32 && targets.shape().rank() == 1;
        if (outputs.shape().rank() != 2 || !ids && !targets.shape().equals(outputs.shape())) {
            throw new ShapeException("error: outputs " + outputs.type() + " and targets " + targets.type()
                    + " are not those of a classifier: [n, classes], and I32 [n] or [n, classes]");
        }
        int wrong = 0;
        for (int i = 0; i < outputs.shape().dim(0); i++) {
            int target = ids ? (int) targets.get(i) : largest(targets, i);
            wrong += largest(outputs, i) == target ? 0 : 1;
        }
        return wrong;
    }

    private static int largest(Tensor rows, int row) {
        int n = rows.shape().dim(1);
        int best = 0;
        for (int c = 1; c < n; c++) {
            best = rows.get(row * n + c) > rows.get(row * n + best) ? c : best;
        }
        return best;
    }
}
