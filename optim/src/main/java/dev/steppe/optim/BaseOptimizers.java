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

/** The base optimizers of this library, by name. */
public final class BaseOptimizers {
    static final Catalogue<BaseOptimizer> CATALOGUE = new Catalogue<>("base optimizer", byName());

    private BaseOptimizers() {
    }

    private static Map<String, BaseOptimizer> byName() {
        Map<String, BaseOptimizer> all = new LinkedHashMap<>();
        all.put("sgd", Sgd.defaults());
        all.put("adam", Adam.defaults());
        all.put("adamw", AdamW.defaults());
        all.put("rmsprop", RmsProp.defaults());
        all.put("lion", Lion.defaults());
        all.put("lamb", Lamb.defaults());
        return all;
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
