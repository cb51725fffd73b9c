package dev.steppe.optim.sam;

import dev.steppe.core.Tensor;
import dev.steppe.optim.*;

/**
 * Inspired by clean-aware SAM (Scientific Reports 2025, s41598-025-85679-8): under label noise the examples that are likely clean choose the perturbation, all
 * descend. {@code e = rho g_c / (|g_c| + epsilon)} with g_c the gradient of the clean examples; the base optimizer gets {@code g(w + e)}. At most 2 passes, one
 * number per example.
 *
 * <p>If all are clean this is SAM; else the first pass, and with it the statistics and the loss of the report, is that over the clean examples. Confidence low:
 * known from the abstract alone; the criterion is inferred and pluggable, and what the paper does to suppress the gradient of noisy examples in the descent is
 * not known.
 *
 * @param rho radius of the ball, at least 0
 * @param clean which examples are likely clean
 * @param epsilon guard of the norm, at least 0
 */
@Card(
        name = "casam",
        title = "Inspired by clean-aware sharpness-aware minimization",
        paper = "Scientific Reports 2025, s41598-025-85679-8, no arXiv number",
        formula = "e = rho g_c / |g_c|; w = base(w, g(w + e)), g_c the gradient of the examples that are likely clean",
        atMost = true,
        confidence = Confidence.LOW,
        note = "known from the abstract alone; the criterion is inferred; no code")
public record CaSam(
        @Origin("none published; SAM's, arXiv 2010.01412, section 3.1") double rho,
        @Origin("inferred: an average of p(label) above the batch's median") Subset clean,
        @Origin("SAM's") double epsilon) implements SamVariant {
    /** @throws OptionException if a number is out of its range */
    public CaSam {
        OptionException.check(CaSam.class, rho, clean, epsilon);
    }

    /** Radius 0.05; clean is what lies above the median of the batch. */
    public static CaSam defaults() {
        return new CaSam(0.05, CleanExamples.defaults(), 1e-12);
    }

    @Override
    public Perturbation perturbation(SamStep step) {
        int[] rows = clean.rows(step);
        boolean all = rows.length == 0 || rows.length == step.batch().size();
        Gradient g = all ? step.gradient() : step.gradientAt(Perturbation.NONE, step.batch().select(rows));
        return step.ball(g.vector(), rho, epsilon);
    }

    @Override
    public Tensor gradient(SamStep step) {
        Gradient g1 = step.gradientAt(perturbation(step));
        clean.learn(step, g1.losses());
        return g1.vector();
    }
}
