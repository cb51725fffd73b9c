package dev.steppe.cli;

import dev.steppe.cli.option.TrainOptions;
import dev.steppe.optim.Additions;
import dev.steppe.optim.BaseOptimizers;
import dev.steppe.optim.Card;
import dev.steppe.optim.OptionException;
import dev.steppe.optim.SamVariants;
import dev.steppe.optim.Setting;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * One method of the catalogues.
 *
 * @param text the method with all of its options, as the command line writes it
 */
record Listing(Kind kind, Card card, List<Setting> settings, String text) {
    /** What it is, and where it stands on the command line. */
    enum Kind {
        /** Over a base optimizer. */
        VARIANT("Sharpness-aware variants"),
        /** Below a variant, or alone. */
        BASE("Base optimizers"),
        /** Behind a plus, beside any of them; its passes are those that it adds. */
        ADDITION("Additions to any of them");

        private final String title;

        Kind(String title) {
            this.title = title;
        }

        String title() {
            return title;
        }
    }

    private static final Pattern ARXIV = Pattern.compile("arXiv (\\d{4}\\.\\d{4,5})");

    /** All, in the order of the catalogues. */
    static List<Listing> all() {
        return Stream.of(
                SamVariants.all().stream().map(e -> new Listing(Kind.VARIANT, e.card(), e.settings(), SamVariants.format(e.defaults()))),
                BaseOptimizers.all().stream().map(e -> new Listing(Kind.BASE, e.card(), e.settings(), BaseOptimizers.format(e.defaults()))),
                Additions.all().stream().map(e -> new Listing(Kind.ADDITION, e.card(), e.settings(), Additions.format(e.defaults()))))
                .flatMap(listings -> listings).toList();
    }

    /** @throws OptionException naming the nearest if there is none of this name */
    static Listing named(String name) {
        List<Listing> all = all();
        return all.stream().filter(l -> l.name().equals(name)).findFirst()
                .orElseThrow(() -> OptionException.unknown("optimizer", name, all.stream().map(Listing::name).toList()));
    }

    String name() {
        return card.name();
    }

    /** A command that trains with it, every option written out. */
    String command() {
        return "./steppe train --optimizer " + TrainOptions.quoted(kind == Kind.ADDITION ? "sam+" + text : text);
    }

    /** For example {@code 2 + 2}, {@code at most 2 + 1.2}: forward and backward. */
    String passes() {
        return (card.atMost() ? "at most " : "") + number(card.forwards()) + " + " + number(card.backwards());
    }

    private static String number(double n) {
        return new BigDecimal(String.format(Locale.ROOT, "%.3f", n)).stripTrailingZeros().toPlainString();
    }

    /** The number of the paper there; a dash if it has none. */
    String arXiv() {
        Matcher number = ARXIV.matcher(card.paper());
        return number.find() ? number.group(1) : "-";
    }

    String confidence() {
        return card.confidence().name().toLowerCase(Locale.ROOT);
    }

    /** As one object of JSON. */
    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", name());
        map.put("kind", kind.name().toLowerCase(Locale.ROOT));
        map.put("title", card.title());
        map.put("paper", card.paper());
        map.put("formula", card.formula());
        map.put("forwards", card.forwards());
        map.put("backwards", card.backwards());
        map.put("atMost", card.atMost());
        map.put("points", card.points());
        map.put("memory", card.memory());
        map.put("confidence", confidence());
        map.put("note", card.note());
        map.put("options", settings.stream().map(Listing::option).toList());
        map.put("command", command());
        return map;
    }

    private static Map<String, Object> option(Setting setting) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", setting.name());
        map.put("values", setting.values());
        map.put("default", setting.text());
        map.put("origin", setting.origin());
        return map;
    }
}
