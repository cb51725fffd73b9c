package dev.steppe.optim;

import dev.steppe.core.ParameterSpace.Segment;
import dev.steppe.core.Role;
import dev.steppe.kernels.Kernels;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;

/**
 * How a recipe runs: what is not part of the method itself.
 *
 * <p>The order within a step: gradients are taken (they never contain weight decay); the variant combines them; the result is clipped; the base optimizer adds
 * its decay at the weights, updates its momenta and moves the weights.
 *
 * @param schedule of the learning rate
 * @param totalSteps how many steps the schedule spans; 0 only for a constant one
 * @param clipNorm largest norm of the gradient that the base optimizer gets, over all parameters; infinite: not clipped. As PyTorch's
 *        {@code clip_grad_norm_}: multiplied by {@code min(1, clipNorm / (norm + 1e-6))}
 * @param groups parameters with their own learning rate and weight decay
 * @param microBatch at most so many examples go through the model at once; the gradients of the parts are added up. 0: all
 * @param shard m-sharpness (Foret et al., arXiv 2010.01412, section 4.1): every so many consecutive examples get a perturbation of their own, and the
 *        perturbed gradients are averaged. What a variant remembers, it remembers for each shard. 0: all examples share one
 * @param seed of dropout masks and whatever else is random: the keys depend on it and on the number of the step
 * @param guard whether a step that meets a number that is not finite is done once more to find the op where it first appears; costs nothing until then
 * @param auxiliary more examples, for variants that look at a second batch; null: there are none
 * @param additions what goes with the optimizer: averages of its weights, terms of its loss
 * @param kernels that compute; null means {@link Kernels#defaults}
 */
public record Options(Schedule schedule, long totalSteps, double clipNorm, List<ParameterGroup> groups, int microBatch, int shard,
        long seed,
        boolean guard, BatchSource auxiliary, List<Addition> additions, Kernels kernels) {
    private static final Options DEFAULTS = new Options(new ConstantSchedule(), 0, Double.POSITIVE_INFINITY, List.of(), 0, 0, 0, true,
            null, List.of(), null);

    /** @throws OptionException if a number is out of its range */
    public Options {
        Objects.requireNonNull(schedule, "schedule");
        groups = List.copyOf(groups);
        additions = List.copyOf(additions);
        Companions.requireDistinct(additions);
        OptionException.require(totalSteps >= (schedule instanceof ConstantSchedule ? 0 : 1), "options", "totalSteps", totalSteps,
                "at least 1: a schedule needs the number of steps it spans");
        OptionException.require(clipNorm > 0, "options", "clipNorm", clipNorm, "greater than 0");
        OptionException.require(microBatch >= 0, "options", "microBatch", microBatch, "at least 0");
        OptionException.require(shard >= 0, "options", "shard", shard, "at least 0");
    }

    /** A constant learning rate, no clipping, no groups, whole batches, seed 0, the guard on, the default kernels. */
    public static Options defaults() {
        return DEFAULTS;
    }

    /** These options with a learning rate schedule over so many steps. */
    public Options schedule(Schedule schedule, long totalSteps) {
        return new Options(schedule, totalSteps, clipNorm, groups, microBatch, shard, seed, guard, auxiliary, additions, kernels);
    }

    /** These options with the gradient clipped to a norm over all parameters. */
    public Options clipNorm(double clipNorm) {
        return new Options(schedule, totalSteps, clipNorm, groups, microBatch, shard, seed, guard, auxiliary, additions, kernels);
    }

    /** These options with one more group of parameters. */
    public Options group(Predicate<Segment> members, double rate, double decay) {
        List<ParameterGroup> more = new ArrayList<>(groups);
        more.add(new ParameterGroup(members, rate, decay));
        return new Options(schedule, totalSteps, clipNorm, more, microBatch, shard, seed, guard, auxiliary, additions, kernels);
    }

    /** These options without weight decay on the parameters of some roles. */
    public Options withoutDecay(Role first, Role... more) {
        Set<Role> roles = EnumSet.of(first, more);
        return group(s -> roles.contains(s.role()), 1, 0);
    }

    /** These options with batches that go through the model in parts. */
    public Options microBatch(int examples) {
        return new Options(schedule, totalSteps, clipNorm, groups, examples, shard, seed, guard, auxiliary, additions, kernels);
    }

    /** These options with a perturbation for every so many examples: m-sharpness. */
    public Options shard(int examples) {
        return new Options(schedule, totalSteps, clipNorm, groups, microBatch, examples, seed, guard, auxiliary, additions, kernels);
    }

    /** These options with another seed. */
    public Options seed(long seed) {
        return new Options(schedule, totalSteps, clipNorm, groups, microBatch, shard, seed, guard, auxiliary, additions, kernels);
    }

    /** These options with the search for the first number that is not finite on or off. */
    public Options guard(boolean guard) {
        return new Options(schedule, totalSteps, clipNorm, groups, microBatch, shard, seed, guard, auxiliary, additions, kernels);
    }

    /** These options with a source of second batches. */
    public Options auxiliary(BatchSource auxiliary) {
        return new Options(schedule, totalSteps, clipNorm, groups, microBatch, shard, seed, guard, auxiliary, additions, kernels);
    }

    /** These options with one more addition. */
    public Options with(Addition addition) {
        List<Addition> more = new ArrayList<>(additions);
        more.add(addition);
        return new Options(schedule, totalSteps, clipNorm, groups, microBatch, shard, seed, guard, auxiliary, more, kernels);
    }

    /** These options with an addition that comes before those that are there. */
    Options before(Addition addition) {
        List<Addition> more = new ArrayList<>(additions);
        more.addFirst(addition);
        return new Options(schedule, totalSteps, clipNorm, groups, microBatch, shard, seed, guard, auxiliary, more, kernels);
    }

    /** These options with kernels of one's own. */
    public Options kernels(Kernels kernels) {
        return new Options(schedule, totalSteps, clipNorm, groups, microBatch, shard, seed, guard, auxiliary, additions, kernels);
    }

    /** The kernels that compute; never null. */
    @Override
    public Kernels kernels() {
        return kernels == null ? Kernels.defaults() : kernels;
    }
}
