package dev.steppe.cli;

import dev.steppe.optim.BaseOptimizer;
import dev.steppe.optim.BaseOptimizers;
import dev.steppe.optim.OptionException;
import dev.steppe.optim.Recipe;
import dev.steppe.optim.SamVariants;

/**
 * What {@code --optimizer}, {@code --base} and {@code --lr} say together, each with all of its options.
 *
 * @param optimizer a variant, or a base optimizer
 * @param base the base optimizer of a variant; null if the optimizer is one itself
 */
record Method(String optimizer, String base) {
    /** SGD as residual networks are trained with it: Nesterov's momentum 0.9 and decay 5e-4 (Zagoruyko and Komodakis 2016, section 3). */
    static final String DEFAULT_BASE = "sgd:learningRate=0.1,momentum=0.9,weightDecay=5e-4,nesterov=true";

    /**
     * Reads what was given. The name of a base optimizer alone, as in {@code --optimizer sgd}, is that optimizer as {@code --base} describes it, without
     * sharpness-aware steps.
     *
     * @param base null if not given
     * @param otherwise the base optimizer if none is given
     * @param learningRate null if not given
     */
    static Method of(String optimizer, String base, String otherwise, Double learningRate) {
        String basis = base == null ? otherwise : base;
        try {
            if (BaseOptimizers.names().contains(optimizer) && basis.split(":", 2)[0].equals(optimizer)) {
                return new Method(format(basis, learningRate), null);
            }
            if (BaseOptimizers.names().contains(optimizer.split(":", 2)[0])) {
                Recipe.parse(optimizer, base);
                return new Method(format(optimizer, learningRate), null);
            }
            Recipe.parse(optimizer, basis);
            return new Method(SamVariants.format(SamVariants.parse(optimizer)), format(basis, learningRate));
        } catch (OptionException e) {
            throw new WrongOptionException("--optimizer " + optimizer + (base == null ? "" : " --base " + base), e);
        }
    }

    private static String format(String base, Double learningRate) {
        BaseOptimizer parsed = BaseOptimizers.parse(base);
        return BaseOptimizers.format(learningRate == null ? parsed : parsed.learningRate(learningRate));
    }

    Recipe recipe() {
        return Recipe.parse(optimizer, base);
    }

    /** The name of the optimizer without its options. */
    String name() {
        return optimizer.split(":", 2)[0];
    }

    /** As it is said: {@code sam:rho=0.05 over sgd:..}. */
    @Override
    public String toString() {
        return base == null ? optimizer : optimizer + " over " + base;
    }
}
