package dev.steppe.optim;

import dev.steppe.core.Parameters;
import java.util.Map;
import java.util.function.Function;

/**
 * A reference trajectory and what follows it.
 *
 * @param name file and case: {@code seed/vasso_0.4}
 * @param recipe over the problem of the file, in the number type of the test
 * @param row what the file lists after each step
 */
record Golden(String name, Function<Toy, Recipe> recipe, Function<Optimizer, Parameters> row) {
    /** A variant over the base optimizer of the file. */
    static Golden of(String name, SamVariant variant) {
        return on(name, toy -> variant);
    }

    /** A variant that needs the problem (its noise, say), over the base optimizer of the file. */
    static Golden on(String name, Function<Toy, SamVariant> variant) {
        return recipe(name, toy -> variant.apply(toy).over(toy.base(toy.reference(name))));
    }

    /** A recipe with a base optimizer of its own. */
    static Golden recipe(String name, Function<Toy, Recipe> recipe) {
        return new Golden(name, recipe, Optimizer::current);
    }

    /** The file lists the points to evaluate, not those that are trained. */
    Golden evaluated() {
        return new Golden(name, recipe, Optimizer::evaluationPoint);
    }

    String file() {
        return name.substring(0, name.indexOf('/')) + ".json";
    }

    /** The largest relative distance of a row from its reference. */
    double distance(Toy toy) {
        return toy.distance(start(toy), row, Json.rows(toy.reference(name).get("w")));
    }

    /** At step 0 of 12; the second batch of a step is the next one. */
    Optimizer start(Toy toy) {
        return recipe.apply(toy).minimise(toy.objective, toy.start, Options.defaults().schedule(new ConstantSchedule(), 12)
                .auxiliary(t -> toy.batches.get((int) (t + 1) % toy.batches.size())).kernels(Toy.KERNELS));
    }

    @Override
    public String toString() {
        return name;
    }
}
