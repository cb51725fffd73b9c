package dev.steppe.optim.sam;

import dev.steppe.core.Batch;
import dev.steppe.core.Tensor;
import dev.steppe.optim.*;

/**
 * K-SAM (Ni, Chiang, Geiping, Goldblum, Wilson, Goldstein, arXiv 2210.12864): a forward over the whole batch finds the K examples with the largest losses, both
 * gradients of SAM are taken on those alone. {@code e = rho g_K / (|g_K| + epsilon)}; the base optimizer gets {@code g_K(w + e)}. Examples of equal loss keep
 * their order. Confidence: medium, there is no official code.
 *
 * @param rho radius of the ball, at least 0
 * @param keep K as a part of the batch, in (0, 1]: the nearest whole number of examples, at least 1
 * @param epsilon guard of the norm, at least 0
 */
@Card(
        name = "ksam",
        title = "K-SAM",
        paper = "Ni, Chiang, Geiping, Goldblum, Wilson, Goldstein, arXiv 2210.12864",
        formula = "K = the examples with the largest losses; e = rho g_K / |g_K|; w = base(w, g_K(w + e))",
        forwards = 2,
        backwards = 1,
        confidence = Confidence.MEDIUM,
        note = "formula known from the paper; no official code")
public record KSam(
        @Origin("arXiv 2010.01412, section 3.1: the radius of SAM") double rho,
        @Origin("arXiv 2210.12864: K is about half the batch") @Range(value = "(0, 1]", of = "a part of the batch") double keep,
        @Origin("davda54/sam") double epsilon) implements SamVariant {
    /** @throws OptionException if a number is out of its range */
    public KSam {
        OptionException.check(KSam.class, rho, keep, epsilon);
    }

    /** Radius 0.05, half the batch. */
    public static KSam defaults() {
        return new KSam(0.05, 0.5, 1e-12);
    }

    @Override
    public Perturbation perturbation(SamStep step) {
        return perturbation(step, hardest(step));
    }

    private Perturbation perturbation(SamStep step, Batch hardest) {
        return step.ball(step.gradientAt(Perturbation.NONE, hardest).vector(), rho, epsilon);
    }

    @Override
    public Tensor gradient(SamStep step) {
        Batch hardest = hardest(step);
        return step.gradientAt(perturbation(step, hardest), hardest).vector();
    }

    private Batch hardest(SamStep step) {
        int k = Math.max(1, (int) Math.round(keep * step.batch().size()));
        return step.batch().select(Rows.largest(step.lossesAt(Perturbation.NONE), k));
    }
}
