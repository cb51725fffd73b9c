package dev.steppe.optim;

import dev.steppe.core.ParameterSpace.Segment;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * Parameters that are treated differently: factors on the learning rate and on the weight decay of the base optimizer. A parameter that belongs to several
 * groups gets the product of their factors.
 *
 * @param members which parameters, by role, name or shape
 * @param rate factor on the learning rate, at least 0
 * @param decay factor on the weight decay, at least 0
 */
public record ParameterGroup(Predicate<Segment> members, double rate, double decay) {
    /** @throws OptionException if a factor is negative or not finite */
    public ParameterGroup {
        Objects.requireNonNull(members, "members");
        OptionException.requireLength("parameter group", "rate", rate);
        OptionException.requireLength("parameter group", "decay", decay);
    }
}
