package dev.steppe.optim.sam;

import dev.steppe.core.Batch;
import dev.steppe.core.Tensor;
import dev.steppe.optim.*;

/**
 * Agnostic-SAM (Nguyen, Tran, Phung, Le, arXiv 2406.07107): up on the batch of the step, b, and down on an {@linkplain SamStep#auxiliary auxiliary} one, a.
 * With {@code N(d) = d / (|d| + epsilon)}: {@code w_a = w + rho2 N(g_a(w))}; {@code e = rho1 N(g_b(w)) - rho2 N(m)}, {@code m = beta m + (1 - beta) g_a(w_a)}
 * from {@code m = g_a(w_a)}; the base optimizer gets {@code g_b(w + e)}.
 *
 * <p>Confidence: medium; the official repository has no code. The exact rho1 and rho2 and the place of the average are inferred.
 *
 * @param rho1 radius of the way up, at least 0
 * @param rho2 radius of the way down, at least 0; 0: SAM
 * @param beta of the average of the auxiliary gradients, in [0, 1); 0: none
 * @param epsilon guard of the norms, at least 0
 */
@Card(
        name = "agnosticsam",
        title = "Agnostic sharpness-aware minimization",
        paper = "Nguyen, Tran, Phung, Le, arXiv 2406.07107",
        formula = "e = rho1 g / |g| - rho2 m / |m|, m = average of g_a(w + rho2 g_a / |g_a|) on a second batch a; w = base(w, g(w + e))",
        forwards = 4,
        backwards = 4,
        points = 7,
        memory = 1,
        confidence = Confidence.MEDIUM,
        note = "the exact rho1 and rho2 and the place of the average are inferred; needs a second source of batches; passes for one as large as the first")
public record AgnosticSam(
        @Origin("arXiv 2010.01412, section 3.1: the radius of SAM; inferred") double rho1,
        @Origin("inferred: half of rho1") double rho2,
        @Origin("arXiv 2406.07107, ablation") @Range("[0, 1)") double beta,
        @Origin("davda54/sam") double epsilon) implements SamVariant {
    /** @throws OptionException if a number is out of its range */
    public AgnosticSam {
        OptionException.check(AgnosticSam.class, rho1, rho2, beta, epsilon);
    }

    /** Radii 0.05 and 0.025, beta 0.9. */
    public static AgnosticSam defaults() {
        return new AgnosticSam(0.05, 0.025, 0.9, 1e-12);
    }

    @Override
    public Perturbation perturbation(SamStep step) {
        Perturbation up = step.ball(step.gradient().vector(), rho1, epsilon);
        Batch a = step.auxiliary();
        Tensor there = step.gradientAside(step.ball(step.gradientAside(Perturbation.NONE, a).vector(), rho2, epsilon), a).vector();
        return step.sum(up, step.ball(step.average("average", 1 - beta, there), -rho2, epsilon));
    }
}
