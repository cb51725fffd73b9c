package dev.steppe.optim.sam;

import dev.steppe.core.Tensor;
import dev.steppe.optim.*;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Efficient SAM (Du, Yan, Feng, Zhou, Zhen, Goh, Tan, ICLR 2022, arXiv 2110.03141). Stochastic weight perturbation: the ascent perturbs the parameters that
 * {@code keep} chooses with probability beta, its norm taken over them, and divides by beta. Sharpness-sensitive data selection: the descent takes the
 * {@code gamma} part of the batch whose loss rises most from w to w + e. One forward and backward, one forward, and gamma of a forward and backward.
 *
 * <p>The official code keeps or drops whole tensors; the paper draws single numbers. It keeps the examples strictly above the k-th largest rise, one less than
 * k ({@code Selection.RELEASED}; where none is, the k of largest rise), and all if gamma is at least 0.99. The ascent may be any variant: with {@link Vasso} the
 * smoothed direction is perturbed along.
 *
 * @param beta part of the parameters that is perturbed, in (0, 1]
 * @param gamma part of the examples that the descent takes, in (0, 1]
 * @param keep which parameters are perturbed
 * @param selection which examples are taken
 * @param ascent what is made efficient
 */
@Card(
        name = "esam",
        title = "Efficient sharpness-aware minimization",
        paper = "Du, Yan, Feng, Zhou, Zhen, Goh, Tan, ICLR 2022, arXiv 2110.03141",
        formula = "e = rho (m g) / |m g| / beta, m a mask; w = base(w, g(w + e) on the examples with the largest L(w + e) - L(w))",
        forwards = 2.5,
        backwards = 1.5,
        points = 4,
        confidence = Confidence.HIGH,
        note = "official code read; trajectories reproduced by it; top k by default, the released cut-off on demand")
public record Esam(
        @Origin("dydjw9/Efficient_SAM, README: ResNet-18") @Range("(0, 1]") double beta,
        @Origin("dydjw9/Efficient_SAM, README: ResNet-18") @Range("(0, 1]") double gamma,
        @Origin("dydjw9/Efficient_SAM, utils/Esam.py") Keep keep,
        @Origin("arXiv 2110.03141; dydjw9/Efficient_SAM: released") Selection selection,
        @Origin("dydjw9/Efficient_SAM, README: ResNet-18; utils/Esam.py: guard 1e-7") SamVariant ascent) implements Containing {
    /** Which examples are taken. */
    public enum Selection {
        /** The {@code k = gamma n} of largest rise, at least one. */
        TOP,
        /** Those above the k-th largest rise. */
        RELEASED
    }

    /** @throws OptionException if a number is out of its range */
    public Esam {
        OptionException.check(Esam.class, beta, gamma, keep, selection, ascent);
    }

    /** For ResNet-18: 0.6 of the tensors, half of the examples, radius 0.05. */
    public static Esam defaults() {
        return new Esam(0.6, 0.5, Keep.Tensors.defaults(), Selection.TOP, new Sam(0.05, 1e-7));
    }

    @Override
    public Perturbation perturbation(SamStep step) {
        SamStep inner = step.nested("ascent");
        return beta == 1 ? ascent.perturbation(inner) : step.scaled(1 / beta, ascent.perturbation(inner.confined(keep.mask(step, beta))));
    }

    @Override
    public Tensor gradient(SamStep step) {
        double[] before = step.gradient().losses();
        Perturbation e = perturbation(step);
        int k = Math.max(1, (int) (before.length * gamma));
        if (k == before.length || selection == Selection.RELEASED && gamma >= 0.99) { return step.gradientAt(e).vector(); }
        double[] after = step.lossesAt(e);
        int[] rows = IntStream.range(0, before.length).boxed().sorted(Comparator.comparingDouble(i -> before[i] - after[i])).limit(k)
                .mapToInt(i -> i).toArray();
        if (selection == Selection.RELEASED) {
            int last = rows[k - 1];
            int[] above = IntStream.of(rows).filter(i -> after[i] - before[i] > after[last] - before[last]).toArray();
            rows = above.length == 0 ? rows : above;
        }
        return step.gradientAt(e, step.batch().select(rows)).vector();
    }
}
