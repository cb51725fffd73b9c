package dev.steppe.optim;

import dev.steppe.core.Parameters;
import dev.steppe.core.Points;
import dev.steppe.core.Tensor;
import dev.steppe.kernels.Kernels;
import java.util.List;

/**
 * The end of a step: the new weights are known, and become the current ones if nothing fails any more. What {@link LandingVariant#land} and the methods of an
 * {@link Addition} see and remember. Points that are handed out are valid during the step.
 */
public final class Landing {
    private final Engine engine;
    private final Engine.State state;
    private final Proposal proposal;
    private final Descent descent;
    private final String prefix;

    /**
     * @param descent null before and between steps
     * @param prefix of all names in the state
     */
    Landing(Engine engine, Engine.State state, Proposal proposal, Descent descent, String prefix) {
        this.engine = engine;
        this.state = state;
        this.proposal = proposal;
        this.descent = descent;
        this.prefix = prefix;
    }

    /** Number of the step, from 0. */
    public long number() {
        return state.steps();
    }

    /** How many steps the run has: {@link Options#totalSteps}; 0 if the options do not say. */
    public long totalSteps() {
        return engine.options().totalSteps();
    }

    /**
     * How much of the run is over, as {@link SamStep#progress} says.
     *
     * @throws OptionException if nobody said how many steps the run has
     */
    public double progress() {
        return engine.options().schedule().progress(number(), totalSteps());
    }

    /** The learning rate of this step: scheduled, before parameter groups. */
    public double learningRate() {
        return engine.learningRate(state.steps());
    }

    /** The weights before the step, to be read only. */
    public Tensor before() {
        return state.parameters().point();
    }

    /** The new weights. {@link LandingVariant#land} may write them; for an {@link Addition} they are to be read only. */
    public Tensor weights() {
        return descent == null ? before() : descent.weights();
    }

    /** The new weights and the new running statistics. */
    public Parameters parameters() {
        return descent == null ? state.parameters() : descent.parameters();
    }

    /** One more update of the base optimizer, from where the weights are now. For {@link LandingVariant#land} only. */
    public void update(Tensor gradient) {
        descent.update(engine.clipped(gradient, engine.points().norm(gradient), engine.options().clipNorm()));
    }

    /**
     * {@code x -= scale way} for all parameters that are not frozen; what is 0 in the way stays as it is, to the sign of a zero.
     *
     * @param scale at least 0
     */
    public void back(Tensor x, double scale, Tensor way) {
        engine.runs().forEach(run -> points().axpy(-scale, run.of(way), run.of(x)));
    }

    /** {@code x - y}, a new point. */
    public Tensor minus(Tensor x, Tensor y) {
        Tensor out = blank();
        points().combine(1, x, -1, y, out);
        return out;
    }

    /** What {@link SamStep#carry} handed on, in that order. */
    public List<Tensor> carried() {
        return List.copyOf(proposal.carried);
    }

    /** The vector algebra. */
    public Points points() {
        return engine.points();
    }

    /** The kernels that compute. */
    public Kernels kernels() {
        return engine.options().kernels();
    }

    /** A point that may be written until the end of the step; its contents are undefined. */
    public Tensor blank() {
        return engine.workspace().take();
    }

    /** A copy of a point, which may be written until the end of the step. */
    public Tensor copy(Tensor point) {
        Tensor copy = blank();
        points().copy(point, copy);
        return copy;
    }

    /** The point remembered under this name, in this step or before, to be read only; null if there is none. */
    public Tensor memory(String name) {
        return proposal.tensors.getOrDefault(prefix + name, state.tensors().get(prefix + name));
    }

    /** The number remembered under this name, in this step or before, or {@code initial}. */
    public double memory(String name, double initial) {
        return proposal.numbers.getOrDefault(prefix + name, state.numbers().getOrDefault(prefix + name, initial));
    }

    /** Notes a point for the steps to come; it must not be written any more. */
    public void remember(String name, Tensor point) {
        proposal.tensors.put(prefix + name, point);
    }

    /** Notes a number for the steps to come. */
    public void remember(String name, double number) {
        proposal.numbers.put(prefix + name, number);
    }

    /** The tensor remembered under this name that is no point; null if there is none. */
    public Tensor table(String name) {
        String key = Saved.TABLE + prefix + name;
        return proposal.tensors.getOrDefault(key, state.tensors().get(key));
    }

    /** Notes a tensor that is no point, of any shape and type, in memory of its own. */
    public void rememberTable(String name, Tensor table) {
        proposal.tensors.put(Saved.TABLE + prefix + name, table);
    }

    /**
     * Has something done as the very last, when nothing can fail any more: for tables that are too large to be copied in each step, and are written in place.
     *
     * @param write copies of numbers from array to array, nothing that might throw
     */
    public void atLast(Runnable write) {
        proposal.last.add(write);
    }

    /** Adds a number to {@link StepReport#extra}. */
    public void report(String name, double value) {
        proposal.extra.put(name, value);
    }
}
