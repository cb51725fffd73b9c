package dev.steppe.optim.loss;

import dev.steppe.core.ParameterSpace;
import dev.steppe.core.ParameterSpace.Segment;
import dev.steppe.core.Role;
import java.util.ArrayList;
import java.util.List;

/** The first weight of a model with the second, the third with the fourth, and so on: the layers between which scale can move freely, as in the paper's toy. */
public record Neighbours() implements FactorPairs {
    /** The only one there is. */
    public static Neighbours defaults() {
        return new Neighbours();
    }

    @Override
    public List<Pair> of(ParameterSpace space) {
        List<Segment> weights = space.segments().stream().filter(s -> s.role() == Role.WEIGHT && !s.frozen()).toList();
        List<Pair> pairs = new ArrayList<>();
        for (int i = 0; i + 1 < weights.size(); i += 2) {
            pairs.add(Pair.of(weights.get(i), weights.get(i + 1)));
        }
        return pairs;
    }
}
