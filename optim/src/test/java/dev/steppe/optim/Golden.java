package dev.steppe.optim;

import dev.steppe.core.Parameters;
import dev.steppe.optim.average.Federation;
import java.util.function.Function;

/**
 * A reference trajectory and what follows it.
 *
 * @param name file and case: {@code seed/vasso_0.4}
 * @param start at row 0 of the problem of the file, in the number type of the test
 */
record Golden(String name, Function<Toy, Follower> start) {
    /** What is led from row to row. */
    interface Follower {
        void step();

        /** What the file lists. */
        Parameters row();

        OptimizerState state();

        void restore(OptimizerState state);
    }

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
        return steps(name, recipe, Optimizer::current);
    }

    /** A variant of which the file lists the points to evaluate, not those that are trained. */
    static Golden evaluated(String name, SamVariant variant) {
        return steps(name, toy -> variant.over(toy.base(toy.reference(name))), Optimizer::evaluationPoint);
    }

    /** 12 steps; the second batch of a step is the next one. */
    private static Golden steps(String name, Function<Toy, Recipe> recipe, Function<Optimizer, Parameters> row) {
        return new Golden(name, toy -> new Follower() {
            private final Optimizer optimizer = recipe.apply(toy).minimise(toy.objective, toy.start, Options.defaults()
                    .schedule(new ConstantSchedule(), 12).auxiliary(t -> toy.batch(t + 1)).kernels(Toy.KERNELS));

            @Override
            public void step() {
                optimizer.step(toy.batch(optimizer.steps()));
            }

            @Override
            public Parameters row() {
                return row.apply(optimizer);
            }

            @Override
            public OptimizerState state() {
                return optimizer.state();
            }

            @Override
            public void restore(OptimizerState state) {
                optimizer.restore(state);
            }
        });
    }

    /** A row is a round; the file lists the points to evaluate. */
    static Golden rounds(String name, Function<Toy, Federation> federation) {
        return new Golden(name, toy -> new Follower() {
            private final Federation server = federation.apply(toy);

            @Override
            public void step() {
                server.round();
            }

            @Override
            public Parameters row() {
                return server.evaluationPoint();
            }

            @Override
            public OptimizerState state() {
                return server.state();
            }

            @Override
            public void restore(OptimizerState state) {
                server.restore(state);
            }
        });
    }

    String file() {
        return name.substring(0, name.indexOf('/')) + ".json";
    }

    Follower start(Toy toy) {
        return start.apply(toy);
    }

    /** The largest relative distance of a row from its reference. */
    double distance(Toy toy) {
        Follower follower = start(toy);
        double worst = 0;
        for (double[] expected : Json.rows(toy.reference(name).get("w"))) {
            follower.step();
            worst = Math.max(worst, Toy.distance(follower.row().point().toDoubles(), expected));
        }
        return worst;
    }

    @Override
    public String toString() {
        return name;
    }
}
