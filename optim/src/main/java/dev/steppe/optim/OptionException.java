package dev.steppe.optim;

import java.io.Serial;
import java.util.Collection;

/** An option has a name that does not exist or a value that it must not have; the message says which, and what would be right. */
public final class OptionException extends IllegalArgumentException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** @param message which option, its value, and what would be right */
    public OptionException(String message) {
        super(message);
    }

    /** Throws unless {@code holds}: {@code sam: rho = -0.1 must be finite and at least 0}. */
    public static void require(boolean holds, String owner, String option, Object value, String rule) {
        if (!holds) { throw new OptionException(owner + ": " + option + " = " + value + " must be " + rule); }
    }

    /** Throws unless {@code value} is finite and at least 0. */
    public static void requireLength(String owner, String option, double value) {
        require(Double.isFinite(value) && value >= 0, owner, option, value, "finite and at least 0");
    }

    /**
     * Throws unless every component of a record is what its {@link Range} allows. A number without one must be finite and at least 0, and nothing may be null. To
     * be called by the constructor.
     *
     * @param record its {@link Card} or its simple name says what messages call it
     * @param components their values, in their order
     */
    public static void check(Class<? extends Record> record, Object... components) {
        Components.check(record, components);
    }

    /** What to throw where none of {@code names} is {@code name}: it names the nearest ones, and all. */
    public static OptionException unknown(String kind, String name, Collection<String> names) {
        return Catalogue.unknown(kind, name, names);
    }
}
