package dev.steppe.optim.average;

import dev.steppe.core.Tensor;
import dev.steppe.optim.*;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;

/**
 * Dense stochastic weight averaging, SWAD (Cha et al., NeurIPS 2021, arXiv 2102.08604), with the rule {@code LossValley} of the official code (khanrc/swad,
 * domainbed/swad.py). The weights after all steps between two validations are averaged into a segment; the segments that lie in the valley of the validation loss
 * are averaged; the model is evaluated and saved there, with running statistics measured there.
 *
 * <p>The valley begins when the first of the last {@code converge} losses is the least of them: the threshold is then their mean times {@code 1 + ratio}. It ends
 * when all of the last {@code tolerance} losses are above the threshold. Before it begins, the last segment is the place to evaluate. As in the official code, the
 * first segment that is collected replaces the one at which the valley began. At most {@code max(converge, tolerance) + 3} vectors of memory.
 *
 * @param converge window in which the beginning is looked for, at least 1
 * @param tolerance window in which the end is looked for, at least 1
 * @param ratio how far above the threshold's mean the valley reaches, at least 0
 */
@Card(
        name = "swad",
        title = "Dense stochastic weight averaging",
        paper = "Cha, Chun, Lee, Cho, Park, Lee, Park, NeurIPS 2021, arXiv 2102.08604",
        formula = "a = mean of the weights of all steps in the valley of the validation loss; evaluate at a",
        forwards = 0,
        backwards = 0,
        points = 1,
        memory = 9,
        confidence = Confidence.HIGH,
        note = "official code read (LossValley); needs validations: the trainer gives the loss on its test data after each epoch")
public record Swad(
        @Origin("khanrc/swad, config.yaml: n_converge") @Range("[1, inf)") int converge,
        @Origin("khanrc/swad, config.yaml: n_tolerance") @Range("[1, inf)") int tolerance,
        @Origin("khanrc/swad, config.yaml: tolerance_ratio") double ratio) implements Addition {
    private static final String SEGMENT = "segment";
    private static final String STEPS = "steps";
    private static final String SEGMENTS = "segments";
    private static final String LOSS = "loss";
    private static final String VALLEY = "valley";
    private static final String COLLECTED = "collected";
    private static final String BEGINNING = "beginning";
    private static final String THRESHOLD = "threshold";
    private static final String OVER = "over";
    private static final String RESULT = "result";

    /** @throws OptionException if a number is out of its range */
    public Swad {
        OptionException.check(Swad.class, converge, tolerance, ratio);
    }

    /** Windows of 3 and 6, ratio 0.3. */
    public static Swad defaults() {
        return new Swad(3, 6, 0.3);
    }

    @Override
    public void after(Landing step) {
        double n = step.memory(STEPS, 0);
        Tensor mean = step.copy(step.weights());
        if (n > 0) {
            step.points().lerp(step.memory(SEGMENT), step.weights(), 1 / (n + 1), mean);
        }
        step.remember(SEGMENT, mean);
        step.remember(STEPS, n + 1);
    }

    @Override
    public boolean listens() {
        return true;
    }

    @Override
    public void validated(Landing now, double loss) {
        if (now.memory(STEPS, 0) == 0 || now.memory(OVER, 0) == 1) { return; }
        long last = (long) now.memory(SEGMENTS, 0);
        now.remember(SEGMENTS, last + 1);
        now.remember(slot(SEGMENT, last), now.memory(SEGMENT));
        // A loss that is no number is as bad as can be: it is never among the least.
        now.remember(slot(LOSS, last), Double.isNaN(loss) ? Double.POSITIVE_INFINITY : loss);
        now.remember(STEPS, 0);
        if (now.memory(BEGINNING, -1) < 0) {
            lookForTheBeginning(now, last);
        } else {
            goOn(now, last);
        }
        now.remember(RESULT, now.memory(BEGINNING, -1) < 0 ? now.memory(SEGMENT) : result(now, last));
    }

    private void lookForTheBeginning(Landing now, long last) {
        long first = last - converge + 1;
        if (first < 0 || !losses(now, first, last).allMatch(loss -> loss >= loss(now, first) && Double.isFinite(loss))) { return; }
        now.remember(BEGINNING, first);
        now.remember(THRESHOLD, losses(now, first, last).average().orElseThrow() * (1 + ratio));
        now.remember(VALLEY, now.memory(slot(SEGMENT, first)));
        if (tolerance < converge) {
            LongStream.range(0, converge - tolerance).forEach(i -> collect(now, first + 1 + i));
        } else if (tolerance > converge) {
            collectBefore(now, oldest(last), last);
        }
    }

    /** What lies before the beginning and not above the threshold belongs to the valley, too, but for the first of it. */
    private void collectBefore(Landing now, long from, long last) {
        long to = Math.min(from + tolerance - converge, last);
        long start = from;
        for (long i = to; i >= from; i--) {
            if (loss(now, i) > now.memory(THRESHOLD, 0)) {
                start = i + 1;
                break;
            }
        }
        for (long i = start + 1; i <= to; i++) {
            collect(now, i);
        }
    }

    private void goOn(Landing now, long last) {
        long from = oldest(last);
        if (from < now.memory(BEGINNING, -1)) { return; }
        if (losses(now, from, last).min().orElseThrow() > now.memory(THRESHOLD, 0)) {
            now.remember(OVER, 1);
        } else {
            collect(now, from);
        }
    }

    private void collect(Landing now, long segment) {
        double n = now.memory(COLLECTED, 0);
        now.remember(VALLEY, mean(now, now.memory(VALLEY), n, segment));
        now.remember(COLLECTED, n + 1);
    }

    private Tensor mean(Landing now, Tensor valley, double n, long segment) {
        Tensor next = now.copy(now.memory(slot(SEGMENT, segment)));
        if (n > 0) {
            now.points().lerp(valley, now.memory(slot(SEGMENT, segment)), 1 / (n + 1), next);
        }
        return next;
    }

    /** The valley, and as much of the window as belongs to it if the run ends now. */
    private Tensor result(Landing now, long last) {
        Tensor valley = now.memory(VALLEY);
        double n = now.memory(COLLECTED, 0);
        if (now.memory(OVER, 0) == 1) { return valley; }
        for (long i = oldest(last) + 1; i <= last && losses(now, i, last).min().orElseThrow() <= now.memory(THRESHOLD, 0); i++) {
            valley = mean(now, valley, n++, i);
        }
        return valley;
    }

    private long oldest(long last) {
        return Math.max(0, last - tolerance + 1);
    }

    private String slot(String name, long segment) {
        return name + segment % Math.max(converge, tolerance);
    }

    private double loss(Landing now, long segment) {
        return now.memory(slot(LOSS, segment), Double.NaN);
    }

    private DoubleStream losses(Landing now, long from, long to) {
        return LongStream.rangeClosed(from, to).mapToDouble(i -> loss(now, i));
    }

    @Override
    public String evaluatesAt() {
        return RESULT;
    }
}
