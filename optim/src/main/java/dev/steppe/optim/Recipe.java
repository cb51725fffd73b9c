package dev.steppe.optim;

import dev.steppe.core.Objective;
import dev.steppe.core.Parameters;
import dev.steppe.optim.base.Sgd;
import dev.steppe.optim.sam.Sam;
import java.util.ArrayList;
import java.util.List;

/**
 * How to minimise: a base optimizer, or a variant over one. A value without state.
 *
 * <pre>{@code
 * Optimizer sam = Sam.defaults().rho(0.05).over(Sgd.of(0.05).momentum(0.9).weightDecay(5e-4))
 *         .minimise(Objective.of(model::forward, Losses::crossEntropy), model.initialPoint(seed));
 * for (Batch batch : loader) { System.out.println(sam.step(batch).loss()); }
 * }</pre>
 */
public interface Recipe {
    /**
     * An optimizer at step 0.
     *
     * @param start where to start; copied, never written
     * @throws OptionException if the options do not fit the recipe or the model
     */
    Optimizer minimise(Objective objective, Parameters start, Options options);

    /** An optimizer at step 0, with the default options. */
    default Optimizer minimise(Objective objective, Parameters start) {
        return minimise(objective, start, Options.defaults());
    }

    /** This recipe with something added: an average of the weights to evaluate at, a term of the loss. */
    default Recipe with(Addition addition) {
        return new Added(this, addition);
    }

    /**
     * Reads a recipe as the command line and saved configurations write it.
     *
     * @param optimizer a base optimizer ({@code sgd:momentum=0.9}) or a variant ({@code sam:rho=0.05}), and what is added to it, each after a plus ({@code
     *        sam:rho=0.05+swa:start=0.5+saf})
     * @param base the base optimizer of a variant; null if {@code optimizer} is a base optimizer
     * @throws OptionException naming what is unknown or wrong, and the nearest that exists
     */
    static Recipe parse(String optimizer, String base) {
        List<String> parts = Additions.split(optimizer);
        Recipe recipe = method(parts.getFirst(), base);
        for (String addition : parts.subList(1, parts.size())) {
            recipe = recipe.with(Additions.parse(addition));
        }
        return recipe;
    }

    private static Recipe method(String optimizer, String base) {
        if (BaseOptimizers.CATALOGUE.knows(optimizer)) {
            if (base != null) {
                throw new OptionException(
                        "'" + optimizer + "' is a base optimizer and has no base '" + base + "'; give its options to it directly");
            }
            return BaseOptimizers.parse(optimizer);
        }
        if (!SamVariants.CATALOGUE.knows(optimizer)) {
            List<String> names = new ArrayList<>(SamVariants.CATALOGUE.names());
            names.addAll(BaseOptimizers.names());
            throw Catalogue.unknown("optimizer", optimizer, names);
        }
        SamVariant variant = SamVariants.parse(optimizer);
        if (base == null) { throw new OptionException("'" + optimizer + "' needs a base optimizer: one of " + BaseOptimizers.names()); }
        return variant.over(BaseOptimizers.parse(base));
    }
}
