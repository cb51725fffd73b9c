package dev.steppe.optim;

import dev.steppe.optim.average.Lookbehind;
import dev.steppe.optim.average.Sala;
import dev.steppe.optim.loss.Bar;
import dev.steppe.optim.sam.AdaZoSam;
import dev.steppe.optim.sam.AeLookSam;
import dev.steppe.optim.sam.AeSam;
import dev.steppe.optim.sam.AgnosticSam;
import dev.steppe.optim.sam.AlignSam;
import dev.steppe.optim.sam.Arwp;
import dev.steppe.optim.sam.Asam;
import dev.steppe.optim.sam.Ausam;
import dev.steppe.optim.sam.BayesianSam;
import dev.steppe.optim.sam.Bsam;
import dev.steppe.optim.sam.CaSam;
import dev.steppe.optim.sam.Confined;
import dev.steppe.optim.sam.CrSam;
import dev.steppe.optim.sam.EgSam;
import dev.steppe.optim.sam.EigenSam;
import dev.steppe.optim.sam.Esam;
import dev.steppe.optim.sam.FisherSam;
import dev.steppe.optim.sam.FriendlySam;
import dev.steppe.optim.sam.Gam;
import dev.steppe.optim.sam.GcSam;
import dev.steppe.optim.sam.GradientNormPenalty;
import dev.steppe.optim.sam.Gsam;
import dev.steppe.optim.sam.ImbSam;
import dev.steppe.optim.sam.KSam;
import dev.steppe.optim.sam.LayerSam;
import dev.steppe.optim.sam.LookSam;
import dev.steppe.optim.sam.Lorenza;
import dev.steppe.optim.sam.LpfSgd;
import dev.steppe.optim.sam.MSharpness;
import dev.steppe.optim.sam.MixedRwp;
import dev.steppe.optim.sam.Msam;
import dev.steppe.optim.sam.MultiStep;
import dev.steppe.optim.sam.OptSam;
import dev.steppe.optim.sam.Reuse;
import dev.steppe.optim.sam.Rwp;
import dev.steppe.optim.sam.Sagm;
import dev.steppe.optim.sam.Sam;
import dev.steppe.optim.sam.SamOn;
import dev.steppe.optim.sam.SamPa;
import dev.steppe.optim.sam.Samar;
import dev.steppe.optim.sam.SparseSam;
import dev.steppe.optim.sam.StableSam;
import dev.steppe.optim.sam.Triggered;
import dev.steppe.optim.sam.Usam;
import dev.steppe.optim.sam.VSam;
import dev.steppe.optim.sam.Vasso;
import dev.steppe.optim.sam.Wsam;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;

/**
 * The sharpness-aware optimizers that programs and the command line know by name: those of this library, and those that {@link ServiceLoader} finds as
 * implementations of {@link SamVariant}. Such a one is a public record with a {@link Card} and a public constructor without parameters, which gives its defaults;
 * its jar names it in {@code META-INF/services/dev.steppe.optim.SamVariant}, or its module {@code provides} it.
 */
public final class SamVariants {
    /**
     * One variant.
     *
     * @param card what it is called, where it comes from, what it costs
     * @param defaults the variant with its default options
     */
    public record Entry(Card card, SamVariant defaults) {
        /** As the command line writes it. */
        public String name() {
            return card.name();
        }

        /** Its options: the components of its record. */
        public List<Setting> settings() {
            return Catalogue.settings(defaults);
        }
    }

    private static final List<Entry> ALL = entries(List.of(
            Sam.defaults(),
            Asam.defaults(),
            Wsam.defaults(),
            Samar.defaults(),
            Bsam.defaults(),
            Vasso.defaults(),

            LookSam.defaults(),
            LayerSam.defaults(),
            Esam.defaults(),
            MSharpness.defaults(),
            MultiStep.defaults(),
            Confined.defaults(),
            Triggered.defaults(),
            Reuse.defaults(),

            Usam.defaults(),
            FriendlySam.defaults(),
            Gsam.defaults(),
            GradientNormPenalty.defaults(),
            StableSam.defaults(),
            Sagm.defaults(),
            CrSam.defaults(),
            Gam.defaults(),
            FisherSam.defaults(),
            SamOn.defaults(),
            GcSam.defaults(),
            SparseSam.defaults(),
            EigenSam.defaults(),
            EgSam.defaults(),
            OptSam.defaults(),
            ImbSam.defaults(),
            CaSam.defaults(),
            KSam.defaults(),
            Ausam.defaults(),
            AeSam.defaults(),
            AeLookSam.defaults(),
            VSam.defaults(),
            Rwp.defaults(),
            Arwp.defaults(),
            MixedRwp.defaults(),
            LpfSgd.defaults(),
            AdaZoSam.defaults(),
            Lorenza.defaults(),
            AgnosticSam.defaults(),
            AlignSam.defaults(),
            Msam.defaults(),
            SamPa.defaults(),
            BayesianSam.defaults(),
            // average, loss
            Sala.defaults(),
            Lookbehind.defaults(),
            Bar.defaults()));

    static final Catalogue<SamVariant> CATALOGUE = new Catalogue<>("optimizer", byName());

    private SamVariants() {
    }

    private static List<Entry> entries(List<SamVariant> own) {
        List<SamVariant> variants = new ArrayList<>(own);
        ServiceLoader.load(SamVariant.class).forEach(variants::add);
        return variants.stream().map(SamVariants::entry).toList();
    }

    private static Entry entry(SamVariant defaults) {
        Card card = defaults.getClass().getAnnotation(Card.class);
        if (card == null) { throw new IllegalStateException(defaults.getClass() + " has no @Card"); }
        return new Entry(card, defaults);
    }

    private static Map<String, SamVariant> byName() {
        Map<String, SamVariant> all = new LinkedHashMap<>();
        for (Entry entry : ALL) {
            SamVariant other = all.putIfAbsent(entry.name(), entry.defaults());
            if (other != null) {
                throw new IllegalStateException(
                        entry.defaults().getClass() + " and " + other.getClass() + " are both named " + entry.name());
            }
        }
        return all;
    }

    /** All variants. */
    public static List<Entry> all() {
        return ALL;
    }

    /**
     * Reads for example {@code asam:rho=0.5,eta=0.01} or {@code looksam:k=5,ascent=vasso(theta=0.4)}.
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
