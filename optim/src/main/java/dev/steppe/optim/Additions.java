package dev.steppe.optim;

import dev.steppe.optim.average.Ema;
import dev.steppe.optim.average.Swa;
import dev.steppe.optim.average.Swad;
import dev.steppe.optim.loss.Mesa;
import dev.steppe.optim.loss.Saf;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What can be added to any optimizer, by name: averages of its weights, terms of its loss. */
public final class Additions {
    /**
     * One addition.
     *
     * @param card what it is called, where it comes from, what it costs beside the optimizer's own passes
     * @param defaults the addition with its default options
     */
    public record Entry(Card card, Addition defaults) {
        /** As the command line writes it. */
        public String name() {
            return card.name();
        }

        /** Its options: the components of its record. */
        public List<Setting> settings() {
            return Catalogue.settings(defaults);
        }
    }

    private static final List<Entry> ALL = List.of(entry(Swa.defaults()), entry(Swad.defaults()), entry(Ema.defaults()),
            entry(Saf.defaults()), entry(Mesa.defaults()));

    private static final Catalogue<Addition> CATALOGUE = new Catalogue<>("addition", byName());

    private Additions() {
    }

    private static Entry entry(Addition defaults) {
        return new Entry(defaults.getClass().getAnnotation(Card.class), defaults);
    }

    private static Map<String, Addition> byName() {
        Map<String, Addition> all = new LinkedHashMap<>();
        ALL.forEach(entry -> all.put(entry.name(), entry.defaults()));
        return all;
    }

    /** All additions. */
    public static List<Entry> all() {
        return ALL;
    }

    /**
     * Reads for example {@code swa:start=0.75}.
     *
     * @throws OptionException naming what is unknown or wrong, and the nearest that exists
     */
    public static Addition parse(String text) {
        return CATALOGUE.parse(text);
    }

    /** The text that {@link #parse} reads as {@code addition}. */
    public static String format(Addition addition) {
        return CATALOGUE.format(addition);
    }

    /** {@code sam:rho=0.05+swa+saf:lambda=0.3} at its pluses: the optimizer, then what is added. A plus within a number or parentheses does not count. */
    public static List<String> split(String optimizer) {
        List<String> parts = new ArrayList<>();
        int depth = 0;
        int from = 0;
        for (int i = 0; i < optimizer.length(); i++) {
            char c = optimizer.charAt(i);
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            boolean number = i + 1 < optimizer.length() && Character.isDigit(optimizer.charAt(i + 1));
            if (c == '+' && depth == 0 && !number) {
                parts.add(optimizer.substring(from, i));
                from = i + 1;
            }
        }
        parts.add(optimizer.substring(from));
        return parts;
    }
}
