package dev.steppe.optim.sam;

import dev.steppe.core.Batch;
import dev.steppe.core.Shape;
import dev.steppe.core.Tensor;
import dev.steppe.optim.*;

/**
 * SAMPa (Xie, Pethick, Cevher, NeurIPS 2024, arXiv 2410.10683): the two gradients of a step do not depend on each other. With the gradient g that the last step
 * took at its own auxiliary point: {@code x = w + rho g / (|g| + epsilon)}, {@code y = w - rate g}; the base optimizer gets
 * {@code (1 - lambda) g_last(x) + lambda g(y)}, the first on the batch of the last step, the second on this one, and g(y) is kept for the next step. The first step
 * uses its own batch twice and takes the gradient at w besides.
 *
 * <p>The official code adds weight decay and momentum to the way to y; here it is the plain one of the paper.
 *
 * @param rho radius of the ball, at least 0
 * @param lambda weight of the gradient at y, in [0, 1]
 * @param epsilon guard of the norm, at least 0
 */
@Card(
        name = "sampa",
        title = "Parallelized SAM",
        paper = "Xie, Pethick, Cevher, NeurIPS 2024, arXiv 2410.10683",
        formula = "x = w + rho g / |g|, y = w - rate g, g = g(y) of the last step; w = base(w, (1 - lambda) g_last(x) + lambda g(y))",
        forwards = 3,
        backwards = 3,
        atMost = true,
        points = 4,
        memory = 1,
        confidence = Confidence.HIGH,
        note = "2 passes from the second step on; official code read; trajectory of this form, without the weight decay and momentum that the code adds to the way to y")
public record SamPa(
        @Origin("arXiv 2410.10683; official code") double rho,
        @Origin("arXiv 2410.10683; official code") @Range("[0, 1]") double lambda,
        @Origin("davda54/sam") double epsilon) implements SamVariant {
    private static final String GRADIENT = "gradient";
    private static final String INPUTS = "inputs";
    private static final String TARGETS = "targets";
    private static final String IDS = "ids";
    private static final String WEIGHTS = "weights";

    /** @throws OptionException if a number is out of its range */
    public SamPa {
        OptionException.check(SamPa.class, rho, lambda, epsilon);
    }

    /** Radius 0.1, lambda 0.2. */
    public static SamPa defaults() {
        return new SamPa(0.1, 0.2, 1e-12);
    }

    @Override
    public Perturbation perturbation(SamStep step) {
        return step.ball(last(step), rho, epsilon);
    }

    @Override
    public Tensor gradient(SamStep step) {
        Batch batch = step.batch();
        Batch before = step.table(INPUTS) == null ? batch : lastBatch(step);
        Tensor ahead = step.gradientAside(step.along(-step.learningRate(), last(step)), batch).vector();
        Tensor up = step.gradientAt(perturbation(step), before).vector();
        step.remember(GRADIENT, ahead);
        rememberBatch(step, batch);
        return step.combine(1 - lambda, up, lambda, ahead);
    }

    private static Tensor last(SamStep step) {
        Tensor last = step.memory(GRADIENT);
        return last == null ? step.gradient().vector() : last;
    }

    private static Batch lastBatch(SamStep step) {
        int[] ids = new int[step.table(IDS).size()];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = (int) step.table(IDS).get(i);
        }
        Tensor weights = step.table(WEIGHTS);
        return new Batch(step.table(INPUTS), step.table(TARGETS), ids, weights.size() == 0 ? null : weights.toDoubles());
    }

    private static void rememberBatch(SamStep step, Batch batch) {
        step.rememberTable(INPUTS, copy(step, batch.inputs()));
        step.rememberTable(TARGETS, copy(step, batch.targets()));
        step.rememberTable(IDS, Tensor.of(Shape.of(batch.size()), batch.ids().clone()));
        double[] weights = batch.weights() == null ? new double[0] : batch.weights().clone();
        step.rememberTable(WEIGHTS, Tensor.of(Shape.of(weights.length), weights));
    }

    private static Tensor copy(SamStep step, Tensor x) {
        Tensor copy = step.blank(x.type());
        step.points().copy(x, copy);
        return copy;
    }
}
