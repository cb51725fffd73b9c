package dev.steppe.optim.curvature;

import dev.steppe.core.Batch;
import dev.steppe.core.Evaluator;
import dev.steppe.core.GaussNewtonVector;
import dev.steppe.core.HessianVector;
import dev.steppe.core.NonFiniteException;
import dev.steppe.core.Objective;
import dev.steppe.core.Parameters;
import dev.steppe.core.Points;
import dev.steppe.core.RandomKey;
import dev.steppe.core.Tensor;
import dev.steppe.kernels.Kernels;
import dev.steppe.optim.OptionException;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;

/**
 * The loss of a model as a function of its weights: the mean over all examples of a batch, of some batches, or of a whole data set as a stream of batches. It is
 * evaluated and differentiated at points; the model's own weights and running statistics are never written, whatever is thrown.
 *
 * <p>The batches must come again unchanged, in the same order, each time they are iterated: a list of batches does, and so does a loader that neither shuffles nor
 * augments at random; other ids in a later pass are an error. A batch of n of the N examples counts {@code n / N}. In training mode BatchNorm takes the statistics
 * of each batch, so there the surface is a matter of the batches as well.
 *
 * <p>Immutable: the methods that change something give another surface. An interrupt of the thread ends a pass with a {@link CancellationException} at the next
 * batch, and stays set.
 */
public final class LossSurface {
    private final Evaluator evaluator;
    private final Parameters at;
    private final Iterable<Batch> batches;
    private final BatchNormMode mode;
    private final RandomKey key;
    private final ProgressListener listener;
    private final Examples examples;

    private LossSurface(Evaluator evaluator, Parameters at, Iterable<Batch> batches, BatchNormMode mode, RandomKey key,
            ProgressListener listener, Examples examples) {
        this.evaluator = evaluator;
        this.at = Objects.requireNonNull(at, "parameters");
        this.batches = Objects.requireNonNull(batches, "batches");
        this.mode = Objects.requireNonNull(mode, "mode");
        this.key = Objects.requireNonNull(key, "key");
        this.listener = Objects.requireNonNull(listener, "listener");
        this.examples = examples;
    }

    /** The mean loss of all examples, in evaluation mode, with the default kernels and the random key of seed 0. Entries of frozen weights are constants. */
    public static LossSurface of(Objective objective, Parameters at, Iterable<Batch> batches) {
        return new LossSurface(new Evaluator(Kernels.defaults(), objective), at, batches, BatchNormMode.EVALUATION, RandomKey.of(0),
                ProgressListener.NONE, new Examples());
    }

    /** The loss of one batch. */
    public static LossSurface of(Objective objective, Parameters at, Batch batch) {
        return of(objective, at, List.of(batch));
    }

    /** This surface in another mode. */
    public LossSurface mode(BatchNormMode mode) {
        return new LossSurface(evaluator, at, batches, mode, key, listener, examples);
    }

    /** This surface with another random key, for dropout masks and for whatever is drawn on it. */
    public LossSurface key(RandomKey key) {
        return new LossSurface(evaluator, at, batches, mode, key, listener, examples);
    }

    /** This surface, evaluated by other kernels. */
    public LossSurface kernels(Kernels kernels) {
        return new LossSurface(new Evaluator(kernels, evaluator.objective()), at, batches, mode, key, listener, examples);
    }

    /** This surface with somebody who is told how far work on it has come. */
    public LossSurface listener(ProgressListener listener) {
        return new LossSurface(evaluator, at, batches, mode, key, listener, examples);
    }

    /** This surface seen from other weights, and other running statistics. */
    public LossSurface at(Parameters at) {
        return new LossSurface(evaluator, at, batches, mode, key, listener, examples);
    }

    /** The same function on other examples. */
    public LossSurface on(Iterable<Batch> batches) {
        return new LossSurface(evaluator, at, batches, mode, key, listener, new Examples());
    }

    /** The weights from which it is seen. */
    public Parameters parameters() {
        return at;
    }

    /** The examples. */
    public Iterable<Batch> batches() {
        return batches;
    }

    /** How many examples there are: counted by the first pass, or by looking through the batches. */
    public int size() {
        if (examples.count() == 0) {
            Examples.Count count = new Examples.Count();
            batches.forEach(count::add);
            examples.require(count);
        }
        return examples.count();
    }

    /**
     * The losses of groups of m examples, cut out of each batch in order; the last group of a batch may be smaller. Each has a random key of its own. Groups are made
     * while they are iterated.
     *
     * @throws OptionException if m is less than 1
     * @throws IllegalArgumentException while iterating, if the examples of a batch are weighted
     */
    public Iterable<LossSurface> groups(int m) {
        OptionException.require(m >= 1, "groups", "m", m, "at least 1");
        return () -> new Groups(batches.iterator(), m, (group, number) -> on(List.of(group)).key(key.fold("group").fold(number)));
    }

    /** The loss with a random sign for each example. */
    LossSurface signed(RandomKey signs) {
        Iterable<Batch> signed = () -> new Groups.Signed(batches.iterator(), signs);
        return new LossSurface(evaluator, at, signed, mode, key, listener, examples);
    }

    /** The mode of the passes. */
    public BatchNormMode mode() {
        return mode;
    }

    /** The random key. */
    public RandomKey key() {
        return key;
    }

    /** The kernels that compute. */
    public Kernels kernels() {
        return evaluator.kernels();
    }

    /** The vector algebra. */
    public Points points() {
        return new Points(kernels());
    }

    /** Who is told how far work has come. */
    public ProgressListener listener() {
        return listener;
    }

    /** What a number found here is about; the examples are counted by the first pass. */
    public Provenance provenance(String subject) {
        return new Provenance(subject, at.space().trainableSize(), examples.count(), examples.batches(), mode, key.state());
    }

    /** Makes the entries of frozen weights 0. */
    public void clearFrozen(Tensor point) {
        points().clearFrozen(at.space(), point);
    }

    /**
     * What is true at a point.
     *
     * @param loss mean over the examples
     * @param error fraction of the examples whose largest output is not that of the target class
     */
    public record Value(double loss, double error) {
    }

    private interface BatchPass {
        double of(Batch batch, Parameters at, RandomKey key, Tensor out);
    }

    /**
     * The loss at a point: one forward over the examples.
     *
     * @throws NonFiniteException if it is not finite
     */
    public double loss(Tensor point) {
        return mean("loss", place(point), null, (b, p, k, out) -> evaluator.losses(b, p, mode.pass(), k).loss());
    }

    /**
     * Loss and error at a point: one forward over the examples.
     *
     * @throws UnsupportedOperationException if the objective gives losses alone
     * @throws dev.steppe.kernels.ShapeException if outputs or targets are not those of a classifier
     */
    public Value evaluate(Tensor point) {
        double[] error = new double[1];
        double[] seen = new double[1];
        double loss = mean("loss", place(point), null, (b, p, k, out) -> {
            Evaluator.Result r = evaluator.evaluate(b, p, mode.pass(), k);
            error[0] += Examples.wrong(r.outputs(), b.targets());
            seen[0] += b.size();
            return r.loss();
        });
        return new Value(loss, error[0] / seen[0]);
    }

    /**
     * Loss and gradient at a point: one forward and one backward over the examples.
     *
     * @param gradient a point, overwritten; must not be {@code point}
     * @return the loss
     * @throws NonFiniteException if loss or gradient are not finite
     */
    public double gradient(Tensor point, Tensor gradient) {
        return mean("gradient", place(point), gradient, (b, p, k, out) -> evaluator.gradient(b, p, mode.pass(), k, out).loss());
    }

    /** {@code product = H v}, H the Hessian at the weights; see {@link HessianVector}. The product must be another tensor than v. */
    public void hessianTimes(Tensor v, Tensor product) {
        mean("Hessian-vector product", at, product,
                (b, p, k, out) -> HessianVector.product(evaluator, b, p, mode.pass(), k, v, out).loss());
    }

    /** {@code product = G v}, G the generalised Gauss-Newton matrix at the weights; see {@link GaussNewtonVector}. The product must be another tensor than v. */
    public void gaussNewtonTimes(Tensor v, Tensor product) {
        mean("Gauss-Newton product", at, product, (b, p, k, out) -> {
            try (GaussNewtonVector g = GaussNewtonVector.at(evaluator, b, p, mode.pass(), k)) {
                g.times(v, out);
                return g.result().loss();
            }
        });
    }

    /** Products of the Hessian of a surface of one batch, of which the graph is kept; of several batches, products one by one. */
    LinearOperator.Products hessian() {
        Batch only = onlyBatch();
        if (only == null) { return LinearOperator.Products.of(this::hessianTimes); }
        HessianVector h = HessianVector.at(evaluator, only, at, mode.pass(), keyOf(0));
        return LinearOperator.Products.of(h::times, h::close);
    }

    /** The same for the Gauss-Newton matrix. */
    LinearOperator.Products gaussNewton() {
        Batch only = onlyBatch();
        if (only == null) { return LinearOperator.Products.of(this::gaussNewtonTimes); }
        GaussNewtonVector g = GaussNewtonVector.at(evaluator, only, at, mode.pass(), keyOf(0));
        return LinearOperator.Products.of(g::times, g::close);
    }

    private Batch onlyBatch() {
        return batches instanceof Collection<Batch> c && c.size() == 1 && size() > 0 ? c.iterator().next() : null;
    }

    private RandomKey keyOf(int batch) {
        return key.fold("batch").fold(batch);
    }

    private Parameters place(Tensor point) {
        return point == at.point() ? at : new Parameters(at.space(), point, at.buffers());
    }

    /** The mean over all examples, of the loss and of what a pass writes: weighted by how many there are in a batch, exactly the batch's own if there is one. */
    private double mean(String what, Parameters at, Tensor into, BatchPass pass) {
        Examples.Count count = new Examples.Count();
        Tensor part = into;
        double loss = 0;
        for (Batch b : batches) {
            requireNotInterrupted();
            RandomKey ofBatch = keyOf(count.batches());
            count.add(b);
            if (into != null && count.batches() == 2) {
                part = points().zeros(into);
            }
            double one = pass.of(b, at, ofBatch, part);
            double share = (double) b.size() / count.examples();
            loss += share * (one - loss);
            if (count.batches() > 1 && into != null) {
                points().lerp(into, part, share, into);
            }
        }
        examples.require(count);
        if (!Double.isFinite(loss) || into != null && !points().allFinite(into)) {
            throw new NonFiniteException(what + " on " + count.examples() + " examples: loss " + loss
                    + (Double.isFinite(loss) ? ", but numbers of the " + what + " are not finite" : ""));
        }
        return loss;
    }

    private static void requireNotInterrupted() {
        if (Thread.currentThread().isInterrupted()) {
            throw new CancellationException("interrupted between two batches; nothing has been changed");
        }
    }
}
