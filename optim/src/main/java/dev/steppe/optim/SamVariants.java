package dev.steppe.optim;

import dev.steppe.optim.sam.Asam;
import dev.steppe.optim.sam.Sam;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The sharpness-aware optimizers of this library: what they are called, where they come from, what they cost. */
public final class SamVariants {
    /**
     * One variant.
     *
     * @param name as the command line writes it
     * @param title in words
     * @param paper authors, venue, arXiv number
     * @param formula what it does, with g = g(w)
     * @param forwards examples that go forward in a step, divided by the size of the batch
     * @param backwards examples that go backward in a step, divided by the size of the batch
     * @param points arrays of the size of the weights that the passes of a step need; a plain step needs 1
     * @param memory arrays of the size of the weights that are kept between steps, beside those of the base optimizer
     * @param defaults the variant with its default options
     */
    public record Entry(String name, String title, String paper, String formula, double forwards, double backwards, int points, int memory,
            SamVariant defaults) {
        /** Its options: the components of its record. */
        public List<Setting> settings() {
            return Catalogue.settings(defaults);
        }
    }

    private static final List<Entry> ALL = List.of(
            new Entry("sam", "Sharpness-aware minimization", "Foret, Kleiner, Mobahi, Neyshabur, ICLR 2021, arXiv 2010.01412",
                    "e = rho g / |g|; w = base(w, g(w + e))", 2, 2, 3, 0, Sam.defaults()),
            new Entry("asam", "Adaptive sharpness-aware minimization", "Kwon, Kim, Park, Choi, ICML 2021, arXiv 2102.11600",
                    "T = |w| + eta; e = rho T^2 g / |T g|; w = base(w, g(w + e))", 2, 2, 4, 0, Asam.defaults()));

    static final Catalogue<SamVariant> CATALOGUE = new Catalogue<>("optimizer", byName());

    private SamVariants() {
    }

    private static Map<String, SamVariant> byName() {
        Map<String, SamVariant> all = new LinkedHashMap<>();
        ALL.forEach(entry -> all.put(entry.name(), entry.defaults()));
        return all;
    }

    /** All variants. */
    public static List<Entry> all() {
        return ALL;
    }

    /**
     * Reads for example {@code asam:rho=0.5,eta=0.01}.
     *
     * @throws OptionException naming what is unknown or wrong, and the nearest that exists
     */
    public static SamVariant parse(String text) {
        return CATALOGUE.parse(text);
    }

    /** The text that {@link #parse} reads as {@code variant}. */
    public static String format(SamVariant variant) {
        return CATALOGUE.format(variant);
    }
}
