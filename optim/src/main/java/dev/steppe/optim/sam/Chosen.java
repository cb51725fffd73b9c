package dev.steppe.optim.sam;

import dev.steppe.core.ParameterSpace.Segment;
import dev.steppe.core.Role;
import dev.steppe.optim.OneOf;
import dev.steppe.optim.Origin;
import java.util.List;

/** Some of the parameters. Open: write your own. */
@OneOf({Chosen.Roles.class, Chosen.Names.class})
@FunctionalInterface
public interface Chosen {
    /** Whether a parameter is one of them. */
    boolean contains(Segment parameter);

    /**
     * By role.
     *
     * @param of the roles
     */
    record Roles(@Origin("arXiv 2306.04226: normalisation layers") List<Role> of) implements Chosen {
        /** The list is copied. */
        public Roles {
            of = List.copyOf(of);
        }

        /** Normalisation layers. */
        public static Roles defaults() {
            return new Roles(List.of(Role.NORM_SCALE, Role.NORM_SHIFT));
        }

        @Override
        public boolean contains(Segment parameter) {
            return of.contains(parameter.role());
        }
    }

    /**
     * By the beginning of the name: {@code layer4} means all parameters of that stage.
     *
     * @param of beginnings of names
     */
    record Names(@Origin("the last layer of this library's residual networks") List<String> of) implements Chosen {
        /** The list is copied. */
        public Names {
            of = List.copyOf(of);
        }

        /** The last layer. */
        public static Names defaults() {
            return new Names(List.of("fc"));
        }

        @Override
        public boolean contains(Segment parameter) {
            return of.stream().anyMatch(parameter.name()::startsWith);
        }
    }
}
