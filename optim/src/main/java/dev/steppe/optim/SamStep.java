package dev.steppe.optim;

import dev.steppe.core.Batch;
import dev.steppe.core.ParameterSpace;
import dev.steppe.core.Points;
import dev.steppe.core.RandomKey;
import dev.steppe.core.Tensor;
import dev.steppe.core.TensorType;
import dev.steppe.kernels.Kernels;
import java.util.List;
import java.util.function.Function;

/**
 * One training step (or one {@linkplain Options#shard shard} of it) as a {@link SamVariant} sees it: gradients at places near the weights, the algebra to make
 * perturbations and to combine gradients, and what the variant remembers from step to step. Nothing that is called here changes the optimizer: effects are
 * noted, and happen together when the whole step has succeeded.
 *
 * <p>The first pass collects running statistics, no other does. All passes share the random key, and so see the same dropout masks. Points that are handed out
 * are valid during the step; only those from {@link #blank} may be written.
 */
public final class SamStep {
    private final Engine engine;
    private final Engine.State state;
    private final Proposal proposal;
    private final Shard shard;
    private final Passes passes;
    /** What the names of memories begin with. */
    private final String scope;
    /** What perturbations are confined to; null: nothing. */
    private final Metric confinement;
    /** What is taken for the gradient at the weights; null: that gradient. */
    private final Gradient assumed;
    private int carried;

    SamStep(Engine engine, Engine.State state, Proposal proposal, Shard shard, boolean guarded) {
        this(engine, state, proposal, shard, new Passes(engine, state, proposal, shard, guarded), "", null, null);
    }

    private SamStep(Engine engine, Engine.State state, Proposal proposal, Shard shard, Passes passes, String scope, Metric confinement,
            Gradient assumed) {
        this.engine = engine;
        this.state = state;
        this.proposal = proposal;
        this.shard = shard;
        this.passes = passes;
        this.scope = scope;
        this.confinement = confinement;
        this.assumed = assumed;
    }

    /** This step for a variant within the variant: what it remembers has names of its own. */
    public SamStep nested(String name) {
        return new SamStep(engine, state, proposal, shard, passes, scope + name + "/", confinement, assumed);
    }

    /**
     * This step with perturbations confined by a mask of zeros and ones (or another diagonal matrix): every direction goes through it before its norm is taken.
     */
    public SamStep confined(Metric mask) {
        Metric both = confinement == null ? mask : (step, d, out) -> {
            Tensor inner = blank();
            mask.apply(step, d, inner);
            confinement.apply(step, inner, out);
        };
        return new SamStep(engine, state, proposal, shard, passes, scope, both, assumed);
    }

    /** This step for a variant that shall take another vector for {@link #gradient}: the pass at the weights is not made for it. */
    public SamStep assuming(Tensor gradient) {
        Gradient instead = new Gradient(gradient, norm(gradient), Double.NaN, new double[0]);
        return new SamStep(engine, state, proposal, shard, passes, scope, confinement, instead);
    }

    /**
     * m-sharpness: cuts the batch into shards of {@code size} consecutive examples (the last may be smaller) and gives the mean of their gradients. To
     * {@code gradient}, a shard is a step of its own, with memories and masks of its own.
     */
    public Tensor mean(int size, Function<SamStep, Tensor> gradient) {
        List<Shard> shards = shard.split(size);
        if (shards.size() == 1) { return gradient.apply(this); }
        Tensor mean = blank();
        int mark = engine.workspace().mark();
        for (int i = 0; i < shards.size(); i++) {
            Shard s = shards.get(i);
            SamStep part = new SamStep(engine, state, proposal, s, passes.of(s, i), scope, confinement, null);
            Tensor g = gradient.apply(part);
            part.end();
            if (i == 0) {
                points().scale(s.share() / shard.share(), g, mean);
            } else {
                points().axpy(s.share() / shard.share(), g, mean);
            }
            engine.workspace().release(mark, proposal.points());
        }
        passes.sharded();
        return mean;
    }

    /** The examples of this step. */
    public Batch batch() {
        return shard.examples();
    }

    /** Number of the step, from 0. */
    public long number() {
        return state.steps();
    }

    /**
     * How much of the run is over: the number of the step, divided by {@link Options#totalSteps}, at most 1.
     *
     * @throws OptionException if nobody said how many steps the run has
     */
    public double progress() {
        return engine.options().schedule().progress(number(), engine.options().totalSteps());
    }

    /** The learning rate of this step: scheduled, before parameter groups. */
    public double learningRate() {
        return engine.learningRate(state.steps());
    }

    /** The schedule's factor on the base optimizer's learning rate, which is the highest one: at least 0. */
    public double rateFactor() {
        return engine.rateFactor(state.steps());
    }

    /**
     * Examples beside those of the step.
     *
     * @throws OptionException if there is no source of them
     */
    public Batch auxiliary() {
        BatchSource source = engine.options().auxiliary();
        OptionException.require(source != null, "options", "auxiliary", source, "a source of batches: this variant needs a second one");
        return source.batch(state.steps());
    }

    /** For random choices of the variant's own: depends on the seed and on the number of the step. */
    public RandomKey key() {
        return passes.key().fold("variant");
    }

    /** The weights before the step, to be read only. */
    public Tensor weights() {
        return state.parameters().point();
    }

    /** The layout of all points. */
    public ParameterSpace space() {
        return state.parameters().space();
    }

    /** The {@linkplain BaseOptimizer#velocity momentum} of the base optimizer, to be read only; null if it keeps none. */
    public Tensor momentum() {
        String name = engine.base().velocity();
        return name == null ? null : state.base().get(name);
    }

    /** What the {@linkplain BaseOptimizer#coupledDecay coupled weight decay} adds to a gradient at x, each parameter group with its own; null if there is none. */
    public Tensor decay(Tensor x) {
        double decay = engine.base().coupledDecay();
        if (decay == 0) { return null; }
        Tensor out = blank();
        points().scale(0, x, out);
        engine.runs().forEach(run -> points().scale(decay * run.decay(), run.of(x), run.of(out)));
        return out;
    }

    /** The vector algebra. */
    public Points points() {
        return engine.points();
    }

    /** The kernels that compute. */
    public Kernels kernels() {
        return engine.evaluator().kernels();
    }

    /** The gradient at the weights on the whole batch; taken once, however often it is asked for. */
    public Gradient gradient() {
        return assumed == null ? passes.atWeights() : assumed;
    }

    /**
     * The gradient at {@code w + e} on the whole batch: one forward, one backward.
     *
     * @throws dev.steppe.core.NonFiniteException if the loss or the norm of the gradient is not finite
     */
    public Gradient gradientAt(Perturbation e) {
        return gradientAt(e, batch());
    }

    /** The gradient at {@code w + e} of the mean loss on other examples, for example on {@linkplain Batch#select some} of the batch. */
    public Gradient gradientAt(Perturbation e, Batch examples) {
        return passes.gradient(e, examples);
    }

    /**
     * A gradient that serves the method but is not what the report is about: on examples that are not of this step, or at a place that is not the perturbation. It
     * counts as passes.
     */
    public Gradient gradientAside(Perturbation e, Batch examples) {
        return passes.aside(e, examples);
    }

    /**
     * The gradient at {@code w + e}, and one more update of the running statistics from this pass: what PyTorch codes do that do not freeze them.
     */
    public Gradient gradientCollecting(Perturbation e) {
        return passes.collecting(e, batch());
    }

    /** The losses at {@code w + e}, one per example of the batch: one forward. */
    public double[] lossesAt(Perturbation e) {
        return lossesAt(e, batch());
    }

    /** The losses at {@code w + e}, one for each of the examples: one forward. */
    public double[] lossesAt(Perturbation e, Batch examples) {
        return passes.losses(e, examples);
    }

    /**
     * {@code product = H v} on the whole batch, H the Hessian of the loss at the weights in evaluation mode: one forward, two backwards.
     *
     * @param v a point; frozen parameters are ignored
     * @param product overwritten; may be v
     */
    public void hessianTimes(Tensor v, Tensor product) {
        gradient();
        passes.hessian(v, product);
    }

    /** The sum over examples of the squares of the gradient of each one's own loss at the weights: n times their empirical Fisher diagonal. */
    public Tensor squaredGradients(Batch examples) {
        gradient();
        Tensor sum = blank();
        passes.squares(examples, sum);
        return sum;
    }

    /** The far end of a ball of radius rho in the direction d: {@code e = rho d / (|d| + epsilon)}; 0 if d is 0. */
    public Perturbation ball(Tensor d, double rho, double epsilon) {
        Tensor inside = inside(d);
        double norm = norm(inside);
        double scale = norm == 0 ? 0 : rho / (norm + epsilon);
        return new Perturbation(scale, inside, Math.abs(scale) * norm);
    }

    /** The far end of a ball in a diagonal metric: {@code e = rho D d / (sqrt(d' D d) + epsilon)}; 0 if D d is 0. */
    public Perturbation ball(Tensor d, Metric metric, double rho, double epsilon) {
        Tensor inside = inside(d);
        Tensor scaled = blank();
        metric.apply(this, inside, scaled);
        double norm = Math.sqrt(points().dot(inside, scaled));
        return new Perturbation(norm == 0 ? 0 : rho / (norm + epsilon), scaled, Double.NaN);
    }

    /** {@code e = scale d}, not normalised. */
    public Perturbation along(double scale, Tensor d) {
        return new Perturbation(scale, inside(d), Double.NaN);
    }

    /** {@code factor e}. */
    public Perturbation scaled(double factor, Perturbation e) {
        return e == Perturbation.NONE ? e : new Perturbation(factor * e.scale(), e.direction(), Math.abs(factor) * e.norm());
    }

    /** The point e itself, a new one. */
    public Tensor vector(Perturbation e) {
        Tensor out = blank();
        if (e == Perturbation.NONE) {
            kernels().move().fill(out.span(), 0);
        } else {
            points().scale(e.scale(), e.direction(), out);
        }
        return out;
    }

    private Tensor inside(Tensor d) {
        if (confinement == null) { return d; }
        Tensor out = blank();
        confinement.apply(this, d, out);
        return out;
    }

    /** One perturbation after the other: {@code e1 + e2}. */
    public Perturbation sum(Perturbation e1, Perturbation e2) {
        if (e1 == Perturbation.NONE) { return e2; }
        if (e2 == Perturbation.NONE) { return e1; }
        return along(1, combine(e1.scale(), e1.direction(), e2.scale(), e2.direction()));
    }

    /** {@code a x + b y}, a new point. */
    public Tensor combine(double a, Tensor x, double b, Tensor y) {
        Tensor out = blank();
        points().combine(a, x, b, y, out);
        return out;
    }

    /** The gradient, shortened if it is longer than {@code limit}: {@code g min(1, limit / (|g| + 1e-6))}, as {@link Options#clipNorm} does. */
    public Tensor clipped(Gradient g, double limit) {
        return engine.clipped(g.vector(), g.norm(), limit);
    }

    /** The Euclidean norm of a point; that of a gradient of this step is known and costs nothing. */
    public double norm(Tensor d) {
        return passes.norm(d);
    }

    /** A point that may be written until the end of the step; its contents are undefined. */
    public Tensor blank() {
        return engine.workspace().take();
    }

    /** The point that the last step {@linkplain #remember(String, Tensor) remembered} under this name, to be read only; null if there is none. */
    public Tensor memory(String name) {
        return state.tensors().get(own(name));
    }

    /** The number that the last step {@linkplain #remember(String, double) remembered} under this name, or {@code initial}. */
    public double memory(String name, double initial) {
        return state.numbers().getOrDefault(own(name), initial);
    }

    /** The point that {@linkplain LandingVariant#land the end of the last step} remembered under this name: one for all shards; null if there is none. */
    public Tensor landed(String name) {
        return state.tensors().get(name);
    }

    /** The number that {@linkplain LandingVariant#land the end of the last step} remembered under this name, one for all shards, or {@code initial}. */
    public double landed(String name, double initial) {
        return state.numbers().getOrDefault(name, initial);
    }

    /** Notes a point for the steps to come; it must not be written any more. */
    public void remember(String name, Tensor point) {
        proposal.tensors.put(own(name), point);
    }

    /**
     * An average over the steps, {@code m = (1 - weight) m + weight x}, at first {@code m = x}; notes it for the steps to come.
     *
     * @param name under which it is remembered
     * @param weight of the newest
     */
    public Tensor average(String name, double weight, Tensor x) {
        Tensor last = memory(name);
        Tensor m = last == null ? x : combine(1 - weight, last, weight, x);
        remember(name, m);
        return m;
    }

    /** Notes a number for the steps to come. */
    public void remember(String name, double number) {
        proposal.numbers.put(own(name), number);
    }

    /** A tensor of any shape and type that may be written until the end of the step; its contents are undefined. */
    public Tensor blank(TensorType type) {
        return engine.workspace().take(type);
    }

    /** The tensor that the last step {@linkplain #rememberTable remembered} under this name, to be read only; null if there is none. */
    public Tensor table(String name) {
        return state.tensors().get(Saved.TABLE + own(name));
    }

    /** Notes a tensor that is no point, of any shape and type, for the steps to come; it must be in memory of its own and not be written any more. */
    public void rememberTable(String name, Tensor table) {
        proposal.tensors.put(Saved.TABLE + own(name), table);
    }

    /** Moves the weights before the base optimizer sees them: {@code w += scale d}. */
    public void moveBefore(double scale, Tensor d) {
        if (scale != 0) {
            proposal.before.add(new Proposal.Move(scale * shard.share(), d));
        }
    }

    /** Moves the weights after the base optimizer, past its momenta: {@code w += scale * learning rate * d}, each parameter group with its own rate. */
    public void moveAfter(double scale, Tensor d) {
        if (scale != 0) {
            proposal.after.add(new Proposal.Move(scale * shard.share(), d));
        }
    }

    /** Has the base optimizer start from another point than the weights; it must not be written any more. */
    public void startFrom(Tensor point) {
        proposal.start = point;
    }

    /** Hands a point on to {@link LandingVariant#land}; of the i-th points of several shards, their mean. */
    public void carry(Tensor point) {
        int i = carried++;
        if (shard.fraction() == 1) {
            proposal.carried.add(point);
        } else if (i == proposal.carried.size()) {
            Tensor mean = blank();
            points().scale(shard.share(), point, mean);
            proposal.carried.add(mean);
        } else {
            points().axpy(shard.share(), point, proposal.carried.get(i));
        }
    }

    /** Adds a number to {@link StepReport#extra}. */
    public void report(String name, double value) {
        proposal.extra.merge(name, shard.fraction() * value, Double::sum);
    }

    /** To be called when the variant has given its gradient. */
    void end() {
        passes.end();
    }

    /** Each shard remembers for itself, as the replicas of data-parallel training do. */
    private String own(String name) {
        return scope + name + shard.path();
    }
}
