package dev.steppe.optim.sam;

import dev.steppe.core.ParameterSpace.Segment;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.optim.SamStep;
import java.util.Arrays;
import java.util.List;

/** The windows of {@link VSam}: which steps are SAM's, and what is measured at those. */
final class SamWindow {
    private static final String NORMS = "norms";
    private static final String RATIOS = "ratios";
    private static final String VARIANCES = "variances";
    private static final String SIZE = "samSteps";
    private static final String POSITION = "position";
    private static final String DONE = "done";

    private final VSam v;
    private final SamStep step;

    SamWindow(VSam v, SamStep step) {
        this.v = v;
        this.step = step;
    }

    /** Whether this step is SAM's. */
    boolean opens() {
        double size = step.memory(SIZE, v.first());
        int position = (int) step.memory(POSITION, 0) + 1;
        int done = (int) step.memory(DONE, 0);
        if (position == v.window()) {
            double change = v.ratios() * meanChange(last(step, RATIOS)) + v.variances() * meanChange(last(step, VARIANCES));
            size = Math.clamp(size * (1 + change), 1, Math.max(1, (int) (v.window() * v.most())));
            position = 0;
            done = 0;
        }
        boolean drawn = done < (int) size && v.chance().happens(step, size / v.window());
        boolean opens = drawn || v.window() - position <= (int) size - done;
        step.remember(SIZE, size);
        step.remember(POSITION, position);
        step.remember(DONE, opens ? done + 1 : done);
        step.report("samStepsPerWindow", size);
        return opens;
    }

    /** Notes |d|, |d| / |g| and the variance of the last |d| after a SAM step. */
    static void measure(VSam v, SamStep step, Tensor g, Tensor d) {
        List<Segment> all = step.space().segments();
        int from = all.get(Math.max(0, all.size() - v.tensors())).offset();
        Shape rest = Shape.of(step.space().size() - from);
        double norm = step.points().norm(d.view(from, rest));
        double length = step.points().norm(g.view(from, rest));
        double[] norms = append(v, step, NORMS, norm);
        append(v, step, RATIOS, length == 0 ? 0 : norm / length);
        append(v, step, VARIANCES, variance(norms, v.blocks()));
    }

    private static double[] last(SamStep step, String name) {
        Tensor values = step.table(name);
        return values == null ? new double[0] : values.toDoubles();
    }

    private static double[] append(VSam v, SamStep step, String name, double value) {
        double[] before = last(step, name);
        double[] now = Arrays.copyOfRange(before, before.length < v.window() ? 0 : 1, before.length + 1);
        now[now.length - 1] = value;
        step.rememberTable(name, Tensor.of(Shape.of(now.length), now));
        return now;
    }

    /** The variances of the sorted values within blocks, averaged; 0 while there are less than two values for each block. */
    static double variance(double[] values, int blocks) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int n = sorted.length / blocks;
        if (n < 2) { return 0; }
        double sum = 0;
        for (int b = 0; b < blocks; b++) {
            double[] block = Arrays.copyOfRange(sorted, b * n, (b + 1) * n);
            double mean = Arrays.stream(block).average().orElse(0);
            sum += Arrays.stream(block).map(x -> (x - mean) * (x - mean)).sum() / (n - 1);
        }
        return sum / blocks;
    }

    /** The mean of {@code (x[i + 1] - x[i]) / x[i]}, within [-1, 1]; 0 without values. */
    static double meanChange(double[] x) {
        double sum = 0;
        int n = 0;
        for (int i = 0; i + 1 < x.length; i++) {
            if (x[i] != 0) {
                sum += (x[i + 1] - x[i]) / x[i];
                n++;
            }
        }
        return n == 0 ? 0 : Math.clamp(sum / n, -1, 1);
    }
}
