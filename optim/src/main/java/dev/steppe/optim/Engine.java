package dev.steppe.optim;

import dev.steppe.core.Batch;
import dev.steppe.core.BatchStatistics;
import dev.steppe.core.Buffers;
import dev.steppe.core.Evaluator;
import dev.steppe.core.NonFiniteException;
import dev.steppe.core.Objective;
import dev.steppe.core.Parameters;
import dev.steppe.core.Pass;
import dev.steppe.core.Points;
import dev.steppe.core.RandomKey;
import dev.steppe.core.RunningStatistics;
import dev.steppe.core.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The one optimizer behind all recipes. A step takes all gradients (at points, so weights are not moved), lets the variant make one of them, clips it, and has
 * the base optimizer write the new weights and momenta into arrays that nobody reads yet. Then one assignment makes the new state the current one: whatever
 * fails before leaves the old one as it is, and there is nothing to restore.
 */
final class Engine implements Optimizer {
    /**
     * Everything that steps change.
     *
     * @param base points of the base optimizer
     * @param tensors points of the variant
     * @param numbers of the variant
     */
    record State(Parameters parameters, Map<String, Tensor> base, Map<String, Tensor> tensors, Map<String, Double> numbers, long steps,
            long seed) {
        /** All arrays that must not be written. */
        List<Tensor> points() {
            List<Tensor> points = new ArrayList<>(base.values());
            points.addAll(tensors.values());
            points.add(parameters.point());
            return points;
        }
    }

    private final SamVariant variant;
    private final BaseOptimizer base;
    private final Options options;
    private final Evaluator evaluator;
    private final Points points;
    private final Update.Layout layout;
    private final Workspace workspace;
    private volatile State state;

    Engine(SamVariant variant, BaseOptimizer base, Objective objective, Parameters start, Options options) {
        this.variant = Objects.requireNonNull(variant, "variant");
        this.base = Objects.requireNonNull(base, "base");
        this.options = options;
        this.evaluator = new Evaluator(options.kernels(), Objects.requireNonNull(objective, "objective"));
        this.points = new Points(options.kernels());
        this.layout = Update.Layout.of(start.space(), options.groups());
        this.workspace = new Workspace(options.kernels(), start.point());
        Map<String, Tensor> memory = new HashMap<>();
        for (String name : base.memory()) {
            Tensor zero = workspace.take();
            options.kernels().move().fill(zero.span(), 0);
            memory.put(name, zero);
        }
        Parameters own = new Parameters(start.space(), copy(start.point()), start.buffers());
        this.state = new State(own, memory, Map.of(), Map.of(), 0, options.seed());
    }

    @Override
    public StepReport step(Batch batch) {
        State before = state;
        try {
            return commit(before, propose(before, batch, false));
        } catch (NonFiniteException e) {
            throw options.guard() ? explained(before, batch, e) : e;
        } finally {
            workspace.keep(state.points());
        }
    }

    private Proposal propose(State before, Batch batch, boolean guarded) {
        Proposal proposal = new Proposal();
        proposal.companions = new Companions(this, before, proposal);
        proposal.evaluator = proposal.companions.evaluator();
        SamStep step = new SamStep(this, before, proposal, Shard.of(batch), guarded);
        proposal.gradient = options.shard() == 0 ? variant.gradient(step) : step.mean(options.shard(), variant::gradient);
        step.end();
        proposal.norm = step.norm(proposal.gradient);
        if (!Double.isFinite(proposal.norm)) {
            throw new NonFiniteException(
                    "step " + before.steps() + ": the gradients combine to one of norm " + proposal.norm + "; nothing has changed");
        }
        return proposal;
    }

    private StepReport commit(State before, Proposal p) {
        double rate = learningRate(before.steps());
        p.gradient = clipped(p.gradient, p.norm, options.clipNorm());
        workspace.keep(with(before.points(), p.points()));
        Descent descent = new Descent(this, before, p);
        Tensor weights = descent.weights();
        for (Proposal.Move move : p.before) {
            layout.runs().forEach(run -> points.axpy(move.scale(), run.of(move.direction()), run.of(weights)));
        }
        descent.update(p.gradient);
        for (Proposal.Move move : p.after) {
            layout.runs().forEach(run -> points.axpy(move.scale() * rate * run.rate(), run.of(move.direction()), run.of(weights)));
        }
        if (variant instanceof LandingVariant lands) {
            lands.land(new Landing(this, before, p, descent, ""));
        }
        p.companions.after(descent);
        StepReport report = new StepReport(before.steps(), p.loss, p.gradientNorm, p.norm * clipping(p.norm, options.clipNorm()),
                p.perturbationNorm, p.cosine, p.sharpness, p.forwards, p.backwards, rate, p.extra);
        p.last.forEach(Runnable::run);
        state = new State(descent.parameters(), descent.memory(), merged(before.tensors(), p.tensors), merged(before.numbers(), p.numbers),
                before.steps() + 1, before.seed());
        return report;
    }

    /** Does a failed step once more, looking at each op, to say where the first number that is not finite appears. */
    private NonFiniteException explained(State before, Batch batch, NonFiniteException found) {
        workspace.keep(before.points());
        try {
            propose(before, batch, true);
            return found;
        } catch (NonFiniteException precise) {
            precise.addSuppressed(found);
            return precise;
        } catch (RuntimeException | Error other) {
            found.addSuppressed(other);
            return found;
        }
    }

    @Override
    public Parameters current() {
        return state.parameters();
    }

    @Override
    public Parameters evaluationPoint() {
        State now = state;
        String name = Companions.evaluatesAt(variant, options, now);
        return name == null
                ? now.parameters()
                : new Parameters(now.parameters().space(), now.tensors().get(name), now.parameters().buffers());
    }

    @Override
    public boolean recalibrates() {
        return variant.recalibrates() || Companions.evaluatesAt(variant, options, state) != null;
    }

    @Override
    public Parameters recalibrated(Iterable<Batch> examples) {
        Parameters at = evaluationPoint();
        Map<RunningStatistics, BatchStatistics> collected = Map.of();
        for (Batch batch : examples) {
            RandomKey key = RandomKey.of(state.seed()).fold("recalibration");
            collected = Buffers.merge(collected, evaluator.losses(batch, at, Pass.Mode.TRAINING, key).collected());
        }
        return new Parameters(at.space(), at.point(), at.buffers().measured(collected));
    }

    @Override
    public boolean listens() {
        return options.additions().stream().anyMatch(Addition::listens);
    }

    @Override
    public void validated(double loss) {
        State before = state;
        Proposal p = new Proposal();
        new Companions(this, before, p).validated(loss);
        state = new State(before.parameters(), before.base(), merged(before.tensors(), p.tensors), merged(before.numbers(), p.numbers),
                before.steps(), before.seed());
        workspace.keep(state.points());
    }

    @Override
    public long steps() {
        return state.steps();
    }

    @Override
    public double learningRate() {
        return learningRate(state.steps());
    }

    @Override
    public OptimizerState state() {
        return Saved.of(state);
    }

    @Override
    public void restore(OptimizerState saved) {
        state = Saved.state(saved, state);
        workspace.keep(state.points());
    }

    double rateFactor(long step) {
        return options.schedule().factor(step, options.totalSteps());
    }

    double learningRate(long step) {
        return base.learningRate() * rateFactor(step);
    }

    /** PyTorch's {@code clip_grad_norm_}: what a gradient of this norm is multiplied by. */
    private static double clipping(double norm, double limit) {
        return Math.min(1, limit / (norm + 1e-6));
    }

    /** A gradient shortened to {@code limit}; itself if it is short enough. */
    Tensor clipped(Tensor g, double norm, double limit) {
        double scale = clipping(norm, limit);
        if (scale == 1) { return g; }
        Tensor shorter = workspace.take();
        points.scale(scale, g, shorter);
        return shorter;
    }

    /** Of the angle between two gradients; 1 if one of them is 0. */
    double cosine(Gradient a, Gradient b) {
        return a.norm() == 0 || b.norm() == 0 ? 1 : points.dot(a.vector(), b.vector()) / a.norm() / b.norm();
    }

    BaseOptimizer base() {
        return base;
    }

    Update.Layout layout() {
        return layout;
    }

    List<Update.Run> runs() {
        return layout.runs();
    }

    Options options() {
        return options;
    }

    Evaluator evaluator() {
        return evaluator;
    }

    Points points() {
        return points;
    }

    Workspace workspace() {
        return workspace;
    }

    Tensor copy(Tensor point) {
        Tensor copy = workspace.take();
        points.copy(point, copy);
        return copy;
    }

    private static <T> Map<String, T> merged(Map<String, T> old, Map<String, T> changes) {
        Map<String, T> all = new HashMap<>(old);
        all.putAll(changes);
        return all;
    }

    private static List<Tensor> with(List<Tensor> some, List<Tensor> others) {
        some.addAll(others);
        return some;
    }
}
