package dev.steppe.optim;

import dev.steppe.core.Batch;
import dev.steppe.core.BatchStatistics;
import dev.steppe.core.Buffers;
import dev.steppe.core.Evaluator;
import dev.steppe.core.HessianVector;
import dev.steppe.core.NonFiniteException;
import dev.steppe.core.Parameters;
import dev.steppe.core.Pass;
import dev.steppe.core.RandomKey;
import dev.steppe.core.RunningStatistics;
import dev.steppe.core.Tensor;
import dev.steppe.kernels.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** The passes of one step over one shard, in micro-batches, and what the report says of them. */
final class Passes {
    private final Engine engine;
    private final Engine.State state;
    private final Proposal proposal;
    private final Shard shard;
    private final boolean guarded;
    private final RandomKey key;

    /** All gradients so far. */
    private final List<Gradient> taken = new ArrayList<>();
    private Gradient whole;
    private int number;
    private Tensor place;
    private Tensor partial;
    private final Map<Batch, Gradient> atWeights = new IdentityHashMap<>();
    private Gradient firstAtWeights;
    /** What the report says of a step is seen once, by the step or by its shards. */
    private boolean begun;
    /** Whether a pass updates running statistics though it is not the first. */
    private boolean collects;
    private Map<RunningStatistics, BatchStatistics> collected;
    /** How many passes did so. */
    private int further;
    private boolean lossElsewhere;
    private boolean gradientSeen;
    private boolean gradientElsewhere;

    /** @param guarded whether each op is looked at for the first number that is not finite */
    Passes(Engine engine, Engine.State state, Proposal proposal, Shard shard, boolean guarded) {
        this(engine, state, proposal, shard, guarded, RandomKey.of(state.seed()).fold(state.steps()));
    }

    private Passes(Engine engine, Engine.State state, Proposal proposal, Shard shard, boolean guarded, RandomKey key) {
        this.engine = engine;
        this.state = state;
        this.proposal = proposal;
        this.shard = shard;
        this.guarded = guarded;
        this.key = key;
    }

    /** The passes of a shard of this one. */
    Passes of(Shard part, int index) {
        Passes passes = new Passes(engine, state, proposal, part, guarded, index == 0 ? key : key.fold("shard").fold(index));
        passes.begun = begun;
        passes.further = further;
        passes.lossElsewhere = lossElsewhere;
        passes.gradientSeen = gradientSeen;
        passes.gradientElsewhere = gradientElsewhere;
        return passes;
    }

    /** To be called when all shards have ended. */
    void sharded() {
        begun = true;
        further = proposal.again.size();
        lossElsewhere = true;
        gradientSeen = true;
        gradientElsewhere = true;
    }

    /** The key that all passes share. */
    RandomKey key() {
        return key;
    }

    /** The gradient at the weights on the whole shard, taken once. */
    Gradient atWeights() {
        if (whole == null) {
            whole = gradient(Perturbation.NONE, shard.examples());
        }
        return whole;
    }

    /** The norm of a point; that of a gradient is known. */
    double norm(Tensor d) {
        for (Gradient g : taken) {
            if (g.vector() == d) { return g.norm(); }
        }
        return engine.points().norm(d);
    }

    /** Loss and gradient at {@code w + e}. */
    Gradient gradient(Perturbation e, Batch examples) {
        Gradient g = aside(e, examples);
        reportLoss(e, examples, g);
        if (e != Perturbation.NONE && !gradientElsewhere) {
            gradientElsewhere = true;
            Gradient beside = beside(examples);
            proposal.cosine += shard.fraction() * (beside == null || beside.vector() == null ? 1 : engine.cosine(beside, g));
            proposal.perturbationNorm += shard.fraction()
                    * (Double.isNaN(e.norm()) ? Math.abs(e.scale()) * engine.points().norm(e.direction()) : e.norm());
        }
        return g;
    }

    /** The same, and the running statistics are updated once more. */
    Gradient collecting(Perturbation e, Batch examples) {
        collects = true;
        try {
            return gradient(e, examples);
        } finally {
            collects = false;
        }
    }

    /** What was found at the weights on the same examples, or else by the first pass there; null if there was none. */
    private Gradient beside(Batch examples) {
        return atWeights.getOrDefault(examples, firstAtWeights);
    }

    /** The same, but the report shows nothing of it except its passes. */
    Gradient aside(Perturbation e, Batch examples) {
        Gradient g = run(e, examples, engine.workspace().take());
        taken.add(g);
        proposal.backwards += shard.part(examples);
        if (!gradientSeen) {
            gradientSeen = true;
            proposal.gradientNorm += shard.fraction() * g.norm();
        }
        return g;
    }

    /** The losses at {@code w + e}, by a forward alone. */
    double[] losses(Perturbation e, Batch examples) {
        Gradient g = run(e, examples, null);
        reportLoss(e, examples, g);
        return g.losses();
    }

    /** To be called after the last pass. */
    void end() {
        if (!gradientElsewhere) {
            proposal.cosine += shard.fraction();
        }
    }

    private Gradient run(Perturbation e, Batch examples, Tensor into) {
        if (examples.size() == 0) { throw new ShapeException("step " + state.steps() + ": a batch of 0 examples has no mean loss"); }
        Pass.Mode mode = !begun || collects ? Pass.Mode.TRAINING : Pass.Mode.TRAINING_FROZEN_STATISTICS;
        number++;
        collected = Map.of();
        Evaluator evaluator = guarded ? proposal.evaluator.guarded("step " + state.steps() + ", pass " + number) : proposal.evaluator;
        Gradient g = inParts(evaluator, at(e), mode, examples, into);
        if (!Double.isFinite(g.loss()) || !Double.isFinite(g.norm())) {
            throw new NonFiniteException("step " + state.steps() + ", pass " + number + ": loss " + g.loss() + ", norm of the gradient "
                    + (into == null ? "not computed" : g.norm()) + "; nothing has changed");
        }
        proposal.forwards += shard.part(examples);
        if (!begun) {
            proposal.loss += shard.share() * g.loss();
            proposal.statistics = Buffers.merge(proposal.statistics, collected);
            begun = true;
        } else if (collects) {
            proposal.again(further++, collected);
        }
        return g;
    }

    private Gradient inParts(Evaluator evaluator, Parameters at, Pass.Mode mode, Batch examples, Tensor into) {
        double loss = 0;
        double[] losses = new double[examples.size()];
        List<Batch> parts = parts(examples);
        for (int i = 0, from = 0; i < parts.size(); from += parts.get(i++).size()) {
            Batch rows = parts.get(i);
            Evaluator.Result r;
            if (into == null) {
                r = evaluator.losses(rows, at, mode, key.fold(i));
            } else if (i == 0) {
                r = evaluator.gradient(rows, at, mode, key.fold(i), into);
            } else {
                r = evaluator.gradient(rows, at, mode, key.fold(i), partial());
                engine.points().axpy(1, partial(), into);
            }
            loss += r.loss();
            System.arraycopy(r.losses(), 0, losses, from, rows.size());
            collected = Buffers.merge(collected, r.collected());
        }
        return new Gradient(into, into == null ? 0 : engine.points().norm(into), loss, losses);
    }

    /** The examples that go through the model at once. */
    private List<Batch> parts(Batch examples) {
        int n = examples.size();
        int part = engine.options().microBatch() == 0 ? n : Math.min(n, engine.options().microBatch());
        if (part == n) { return List.of(examples); }
        Batch whole = examples.weights() == null ? equallyWeighted(examples) : examples;
        List<Batch> parts = new ArrayList<>();
        for (int from = 0; from < n; from += part) {
            parts.add(whole.slice(from, Math.min(n, from + part)));
        }
        return parts;
    }

    /** {@code product = H v} at the weights in evaluation mode. */
    void hessian(Tensor v, Tensor product) {
        Tensor sum = engine.workspace().take();
        List<Batch> parts = parts(shard.examples());
        for (int i = 0; i < parts.size(); i++) {
            Tensor one = i == 0 ? sum : partial();
            HessianVector.product(proposal.evaluator, parts.get(i), state.parameters(), Pass.Mode.EVALUATION, key.fold(i), v, one);
            if (i > 0) {
                engine.points().axpy(1, one, sum);
            }
        }
        engine.points().copy(sum, product);
        engine.workspace().give(sum);
        proposal.forwards += shard.fraction();
        proposal.backwards += 2 * shard.fraction();
        requireFinite("product of the Hessian and a vector", product);
    }

    /** {@code sum = } the sum over examples of the squares of the gradient of each one's own loss. */
    void squares(Batch examples, Tensor sum) {
        engine.options().kernels().move().fill(sum.span(), 0);
        for (int i = 0; i < examples.size(); i++) {
            Batch one = examples.slice(i, i + 1).weighted(1);
            proposal.evaluator.gradient(one, state.parameters(), Pass.Mode.TRAINING_FROZEN_STATISTICS, key.fold(0), partial());
            engine.points().multiply(1, partial(), partial(), partial());
            engine.points().axpy(1, partial(), sum);
        }
        proposal.forwards += shard.part(examples);
        proposal.backwards += shard.part(examples);
        requireFinite("sum of squared gradients", sum);
    }

    private void requireFinite(String what, Tensor point) {
        double norm = engine.points().norm(point);
        if (!Double.isFinite(norm)) {
            throw new NonFiniteException("step " + state.steps() + ": the " + what + " has norm " + norm + "; nothing has changed");
        }
    }

    /** The parameters {@code w + e}: the perturbed point is in an array of its own, which all passes of the step use. */
    private Parameters at(Perturbation e) {
        Parameters w = state.parameters();
        if (e == Perturbation.NONE) { return w; }
        if (place == null) {
            place = engine.workspace().take();
        }
        engine.points().combine(1, w.point(), e.scale(), e.direction(), place);
        return new Parameters(w.space(), place, w.buffers());
    }

    private Tensor partial() {
        if (partial == null) {
            partial = engine.workspace().take();
        }
        return partial;
    }

    private void reportLoss(Perturbation e, Batch examples, Gradient g) {
        if (e == Perturbation.NONE) {
            atWeights.merge(examples, g, (old, now) -> old.vector() == null ? now : old);
            firstAtWeights = firstAtWeights == null ? g : firstAtWeights;
        } else if (!lossElsewhere) {
            lossElsewhere = true;
            Gradient beside = beside(examples);
            proposal.sharpness += beside == null ? 0 : shard.share() * (g.loss() - beside.loss());
        }
    }

    private static Batch equallyWeighted(Batch batch) {
        double[] weights = new double[batch.size()];
        Arrays.fill(weights, 1.0 / batch.size());
        return new Batch(batch.inputs(), batch.targets(), batch.ids(), weights);
    }
}
