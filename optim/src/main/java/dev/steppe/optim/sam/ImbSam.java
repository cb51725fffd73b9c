package dev.steppe.optim.sam;

import dev.steppe.core.Batch;
import dev.steppe.core.Tensor;
import dev.steppe.optim.*;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Imbalanced SAM (Zhou, Qu, Xu, Shen, ICCV 2023, arXiv 2308.07815): only the loss of rare classes is made flat. With the loss split into that of the head and that
 * of the tail, each a sum divided by the size of the whole batch, {@code e = rho g_tail / (|g_tail| + epsilon)}, and the base optimizer gets
 * {@code g_head(w) + tailWeight g_tail(w + e)}. At most 2 passes: the head's rows once, the tail's twice.
 *
 * <p>The official code doubles the loss of the tail in both of its passes, which only weights the descent: {@code tailWeight = 2}. A batch without tail is one of
 * the base optimizer, one without head is SAM. Statistics are collected in the pass over the head, and the
 * loss of the report is the head's part. Confidence high: official code read and run.
 *
 * @param rho radius of the ball, at least 0
 * @param tailWeight factor on the tail's gradient, at least 0
 * @param tail which examples are of rare classes
 * @param epsilon guard of the norm, at least 0
 */
@Card(
        name = "imbsam",
        title = "Imbalanced sharpness-aware minimization",
        paper = "Zhou, Qu, Xu, Shen, ICCV 2023, arXiv 2308.07815",
        formula = "e = rho g_tail / |g_tail|; w = base(w, g_head + g_tail(w + e)), tail: examples of rare classes",
        atMost = true,
        points = 4,
        confidence = Confidence.HIGH,
        note = "official code read and run; it weights the tail by 2, and counts the classes in the data set, here on line")
public record ImbSam(
        @Origin("official code of arXiv 2308.07815") double rho,
        @Origin("arXiv 2308.07815 (official code: 2)") double tailWeight,
        @Origin("arXiv 2308.07815: classes of fewer than 20 images; counting on line is the project's own") Subset tail,
        @Origin("official code of arXiv 2308.07815") double epsilon) implements SamVariant {
    /** @throws OptionException if a number is out of its range */
    public ImbSam {
        OptionException.check(ImbSam.class, rho, tailWeight, tail, epsilon);
    }

    /** Radius 0.05, the tail as it is. */
    public static ImbSam defaults() {
        return new ImbSam(0.05, 1, RareClasses.defaults(), 1e-16);
    }

    @Override
    public Perturbation perturbation(SamStep step) {
        int[] rows = tail.rows(step);
        return rows.length == 0 ? Perturbation.NONE : ascent(step, part(step, rows));
    }

    private Perturbation ascent(SamStep step, Batch rare) {
        return step.ball(step.gradientAt(Perturbation.NONE, rare).vector(), rho, epsilon);
    }

    @Override
    public Tensor gradient(SamStep step) {
        int[] rows = tail.rows(step);
        if (rows.length == 0) { return step.gradient().vector(); }
        int[] others = IntStream.range(0, step.batch().size()).filter(i -> Arrays.binarySearch(rows, i) < 0).toArray();
        Tensor head = others.length == 0 ? null : step.gradientAt(Perturbation.NONE, part(step, others)).vector();
        Batch rare = part(step, rows);
        Tensor up = step.gradientAt(ascent(step, rare), rare).vector();
        return head == null ? step.combine(tailWeight, up, 0, up) : step.combine(1, head, tailWeight, up);
    }

    /** Rows of the batch with the weights that they have in its mean. */
    private static Batch part(SamStep step, int[] rows) {
        Batch whole = step.batch();
        return whole.select(rows).weighted(IntStream.of(rows).mapToDouble(whole::weight).toArray());
    }
}
