package dev.steppe.optim;

import dev.steppe.optim.base.Adam;
import dev.steppe.optim.base.AdamW;
import dev.steppe.optim.base.Lamb;
import dev.steppe.optim.base.Lion;
import dev.steppe.optim.base.RmsProp;
import dev.steppe.optim.base.Sgd;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The base optimizers of this library, by name. */
public final class BaseOptimizers {
    /**
     * One base optimizer.
     *
     * @param card what it is called, where it comes from, what it costs alone
     * @param defaults with its default options
     */
    public record Entry(Card card, BaseOptimizer defaults) {
        /** As the command line writes it. */
        public String name() {
            return card.name();
        }

        /** Its options: the components of its record. */
        public List<Setting> settings() {
            return Catalogue.settings(defaults);
        }
    }

    private static final List<Entry> ALL = Stream
            .of(Sgd.defaults(), Adam.defaults(), AdamW.defaults(), RmsProp.defaults(), Lion.defaults(), Lamb.defaults())
            .map(base -> new Entry(base.getClass().getAnnotation(Card.class), base)).toList();

    static final Catalogue<BaseOptimizer> CATALOGUE = new Catalogue<>("base optimizer", byName());

    private BaseOptimizers() {
    }

    private static Map<String, BaseOptimizer> byName() {
        Map<String, BaseOptimizer> all = new LinkedHashMap<>();
        ALL.forEach(entry -> all.put(entry.name(), entry.defaults()));
        return all;
    }

    /** All base optimizers. */
    public static List<Entry> all() {
        return ALL;
    }

    /** All names. */
    public static Collection<String> names() {
        return CATALOGUE.names();
    }

    /**
     * The options of a base optimizer.
     *
     * @throws OptionException if there is no such base optimizer
     */
    public static List<Setting> settings(String name) {
        return Catalogue.settings(CATALOGUE.parse(name));
    }

    /**
     * Reads for example {@code sgd:momentum=0.9,nesterov=true}.
     *
     * @throws OptionException naming what is unknown or wrong, and the nearest that exists
     */
    public static BaseOptimizer parse(String text) {
        return CATALOGUE.parse(text);
    }

    /** The text that {@link #parse} reads as {@code base}. */
    public static String format(BaseOptimizer base) {
        return CATALOGUE.format(base);
    }
}
