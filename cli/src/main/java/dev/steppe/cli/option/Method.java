package dev.steppe.cli.option;

import dev.steppe.optim.Additions;
import dev.steppe.optim.BaseOptimizer;
import dev.steppe.optim.BaseOptimizers;
import dev.steppe.optim.Card;
import dev.steppe.optim.OptionException;
import dev.steppe.optim.Recipe;
import dev.steppe.optim.SamVariant;
import dev.steppe.optim.SamVariants;
import dev.steppe.optim.Setting;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What {@code --optimizer}, {@code --base} and {@code --lr} say together, each with all of its options.
 *
 * @param optimizer a variant, or a base optimizer; and what is added, each after a plus
 * @param base the base optimizer of a variant; null if the optimizer is one itself
 */
public record Method(String optimizer, String base) {
    /** SGD as residual networks are trained with it: Nesterov's momentum 0.9 and decay 5e-4 (Zagoruyko and Komodakis 2016, section 3). */
    public static final String DEFAULT_BASE = "sgd:learningRate=0.1,momentum=0.9,weightDecay=5e-4,nesterov=true";

    /** What variants call their radius; of several, that of the first ascent. */
    private static final List<String> RADII = List.of("rho", "rhoMax", "rho1");

    /**
     * Reads what was given. The name of a base optimizer alone, as in {@code --optimizer sgd}, is that optimizer as {@code --base} describes it, without
     * sharpness-aware steps.
     *
     * @param base null if not given
     * @param otherwise the base optimizer if none is given
     * @param learningRate null if not given
     */
    public static Method of(String optimizer, String base, String otherwise, Double learningRate) {
        String basis = base == null ? otherwise : base;
        try {
            List<String> parts = Additions.split(optimizer);
            Method alone = alone(parts.getFirst(), base, basis, learningRate);
            String additions = parts.stream().skip(1).map(text -> "+" + Additions.format(Additions.parse(text)))
                    .collect(Collectors.joining());
            return new Method(alone.optimizer + additions, alone.base);
        } catch (OptionException e) {
            throw new WrongOptionException("--optimizer " + optimizer + (base == null ? "" : " --base " + base), e);
        }
    }

    private static Method alone(String optimizer, String base, String basis, Double learningRate) {
        if (BaseOptimizers.names().contains(optimizer) && basis.split(":", 2)[0].equals(optimizer)) {
            return new Method(format(basis, learningRate), null);
        }
        if (BaseOptimizers.names().contains(optimizer.split(":", 2)[0])) {
            Recipe.parse(optimizer, base);
            return new Method(format(optimizer, learningRate), null);
        }
        Recipe.parse(optimizer, basis);
        return new Method(SamVariants.format(SamVariants.parse(optimizer)), format(basis, learningRate));
    }

    private static String format(String base, Double learningRate) {
        BaseOptimizer parsed = BaseOptimizers.parse(base);
        return BaseOptimizers.format(learningRate == null ? parsed : parsed.learningRate(learningRate));
    }

    /** The optimizer to be built. */
    public Recipe recipe() {
        return Recipe.parse(optimizer, base);
    }

    /** The radius of the variant, or of the one that it contains; 0 if it has none. */
    public double radius() {
        return base == null ? 0 : radius(SamVariants.parse(Additions.split(optimizer).getFirst()));
    }

    private static double radius(SamVariant variant) {
        for (Setting option : new SamVariants.Entry(variant.getClass().getAnnotation(Card.class), variant).settings()) {
            if (option.defaultValue() instanceof SamVariant within) { return radius(within); }
            if (RADII.contains(option.name()) && option.defaultValue() instanceof Double radius) { return radius; }
        }
        return 0;
    }

    /** The names of the optimizer and of what is added to it, without options: {@code sam-swa}. */
    public String name() {
        return Additions.split(optimizer).stream().map(part -> part.split(":", 2)[0]).collect(Collectors.joining("-"));
    }

    /** As it is said: {@code sam:rho=0.05 over sgd:..}. */
    @Override
    public String toString() {
        return base == null ? optimizer : optimizer + " over " + base;
    }
}
