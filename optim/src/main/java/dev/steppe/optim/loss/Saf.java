package dev.steppe.optim.loss;

import dev.steppe.core.Objective;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.kernels.DType;
import dev.steppe.optim.*;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Sharpness-aware training for free, SAF (Du, Zhou, Feng, Tan, Zhou, NeurIPS 2022, arXiv 2205.14083; AngusDujw/SAF): the loss gets {@code lambda T^2 KL(softmax(y /
 * T) || softmax(z / T))}, where z are the outputs and y those of the same example some epochs ago; a loss that fell fast is a sharp one. No gradient goes through y.
 *
 * <p>An example's epochs are counted by how often it was seen, which is the same if every epoch shows it once. A ring of {@code delay + 1} rows of logits for each
 * example is kept: {@code examples (delay + 1) classes} numbers. The objective must have outputs, logits {@code [n, classes]}; ids of examples must be small.
 *
 * @param lambda factor on the term, at least 0
 * @param temperature T, greater than 0
 * @param delay how many epochs ago y is from, at least 1
 * @param start the term is there after this epoch (counted from 0), at least 0
 * @param end and before this one
 */
@Card(
        name = "saf",
        title = "Sharpness-aware training for free",
        paper = "Du, Zhou, Feng, Tan, Zhou, NeurIPS 2022, arXiv 2205.14083",
        formula = "loss + lambda T^2 KL(softmax(y_old / T) || softmax(z / T)), y_old: the example's outputs some epochs ago",
        forwards = 0,
        backwards = 0,
        points = 1,
        memory = 0,
        confidence = Confidence.HIGH,
        note = "official code read, no trajectory; lambda is 0.16 in the code, 0.3 and 0.8 in its README; epochs are counted for each example")
public record Saf(
        @Origin("AngusDujw/SAF, code; its README: 0.3, 0.8") double lambda,
        @Origin("AngusDujw/SAF, code") @Range("(0, inf)") double temperature,
        @Origin("AngusDujw/SAF, code: minus_epoch; its README: 2, 3") @Range("[1, inf)") int delay,
        @Origin("AngusDujw/SAF, code: kl_start") int start,
        @Origin("AngusDujw/SAF, code: kl_end") int end) implements Addition {
    private static final String LOGITS = "logits";
    private static final String SEEN = "seen";

    /** @throws OptionException if a number is out of its range */
    public Saf {
        OptionException.check(Saf.class, lambda, temperature, delay, start, end);
        OptionException.require(end > start, "saf", "end", end, "greater than start, " + start);
    }

    /** Lambda 0.16, temperature 5, 3 epochs ago, from epoch 6 to 299. */
    public static Saf defaults() {
        return new Saf(0.16, 5, 3, 5, 300);
    }

    /** This term with another factor. */
    public Saf lambda(double lambda) {
        return new Saf(lambda, temperature, delay, start, end);
    }

    /** This term between other epochs, with outputs from another number of epochs ago. */
    public Saf epochs(int delay, int start, int end) {
        return new Saf(lambda, temperature, delay, start, end);
    }

    @Override
    public Addition begin(Landing step) {
        return new Step(step.table(LOGITS), step.table(SEEN));
    }

    /** One step: what is remembered of its examples, and what it sees of them. */
    private final class Step implements Addition {
        private final Tensor logits;
        private final Tensor seen;
        private final Map<Integer, double[]> now = new LinkedHashMap<>();
        private Tensor like;

        Step(Tensor logits, Tensor seen) {
            this.logits = logits;
            this.seen = seen;
        }

        @Override
        public Objective objective(Objective inner) {
            return inner.withLosses((outputs, batch) -> {
                double[][] before = new double[batch.size()][];
                boolean any = false;
                for (int i = 0; i < before.length; i++) {
                    before[i] = old(batch.ids()[i]);
                    any |= before[i] != null;
                    int row = i;
                    now.computeIfAbsent(batch.ids()[i], id -> Teacher.row(outputs, row));
                }
                like = like == null ? Tensor.zeros(outputs.dtype(), Shape.of(0, outputs.shape().dim(1))) : like;
                Tensor losses = inner.losses(outputs, batch);
                return any && lambda > 0 ? losses.add(new Teacher(lambda, temperature).term(outputs, before)) : losses;
            });
        }

        private int epoch(int id) {
            return seen == null || id >= seen.size() ? 0 : (int) seen.get(id);
        }

        private double[] old(int id) {
            int epoch = epoch(id);
            if (epoch <= start || epoch >= end || epoch < delay) { return null; }
            double[] row = new double[logits.shape().dim(2)];
            int from = (id * (delay + 1) + (epoch - delay) % (delay + 1)) * row.length;
            for (int c = 0; c < row.length; c++) {
                row[c] = logits.get(from + c);
            }
            return row;
        }

        @Override
        public void after(Landing step) {
            if (now.isEmpty()) { return; }
            int classes = like.shape().dim(1);
            int most = now.keySet().stream().mapToInt(id -> id).max().orElseThrow();
            int known = seen == null ? 0 : seen.size();
            int room = most < known ? known : Math.max(most + 1, known + known / 2);
            Tensor rows = most < known ? logits : grown(logits, like.dtype(), Shape.of(room, delay + 1, classes));
            Tensor counts = most < known ? seen : grown(seen, DType.I32, Shape.of(room));
            step.rememberTable(LOGITS, rows);
            step.rememberTable(SEEN, counts);
            step.atLast(() -> now.forEach((id, row) -> {
                int epoch = epoch(id);
                int from = (id * (delay + 1) + epoch % (delay + 1)) * classes;
                for (int c = 0; c < classes; c++) {
                    rows.span().set(from + c, row[c]);
                }
                counts.span().set(id, epoch + 1);
            }));
        }

        private static Tensor grown(Tensor old, DType dtype, Shape shape) {
            Tensor more = Tensor.zeros(dtype, shape);
            for (int i = 0; old != null && i < old.size(); i++) {
                more.span().set(i, old.get(i));
            }
            return more;
        }
    }
}
